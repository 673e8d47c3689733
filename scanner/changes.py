"""Two scans of one DAO compared: from the bytes of two snapshots to what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from scanner import pipeline
from scanner.compare.compare import OldReport, Reading, compare
from scanner.compare.old_report import read_old_report
from scanner.locale.locale import Locale
from scanner.model.difference import Difference
from scanner.render.diff_html import diff_html
from scanner.render.diff_markdown import diff_markdown
from scanner.render.report_json import dump

__all__ = ["RENDERERS", "OldReport", "Reading", "compare", "read_old_report", "reading"]


def reading(data: bytes, where: str, rules: pipeline.Rules) -> Reading:
    """Return a snapshot file with its judgement by `rules`. Raises UsageError for what is no snapshot."""
    snapshot = pipeline.load_snapshot(data, where)
    return Reading(snapshot, hashlib.sha256(data).hexdigest(), pipeline.evaluate(snapshot, rules))


RENDERERS: dict[str, Callable[[Difference, Locale], str]] = {
    "html": diff_html,
    "json": lambda found, _: dump(found.model_dump(mode="json")),
    "md": diff_markdown,
}
"""By format, which is the ending of the file's name."""
