"""Golden files: whole reports, byte for byte. `python -m tools.golden` renews them; the tests compare.

Made from the snapshots that tests build by hand, in both languages. A change of words, templates, styles or script
shows up here as a difference to look at before it is committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from scanner import pipeline
from scanner.locale.load import load_locale
from scanner.model.outcome import Assessment
from scanner.model.snapshot import Snapshot
from scanner.render.page import script, style
from tests.render import factory

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "render" / "golden"
FORMATS = ("html", "json", "md")
LANGUAGES = ("en", "ar")


def _subjects() -> dict[str, tuple[Snapshot, Assessment]]:
    return {
        "ordinary": (factory.snapshot(), factory.assessment()),
        "nothing-known": (factory.empty_snapshot(), factory.empty_assessment()),
    }


def golden() -> dict[str, bytes]:
    """Return the golden files by name. Style and script stand in a file of their own and are left out of the pages."""
    files = {"page.css": style().encode() + b"\n", "page.js": script().encode() + b"\n"}
    for name, (snapshot, assessment) in _subjects().items():
        for lang in LANGUAGES:
            judged = assessment.model_copy(update={"lang": load_locale(lang).lang})
            # JSON holds no words of a locale but the language itself: one is enough.
            formats = FORMATS if lang == "en" else ("html", "md")
            made = pipeline.render(b"{}", snapshot, assessment=judged, formats=formats)
            for file, data in made.items():
                ending = file.removeprefix("report.")
                files[f"{name}.{lang}.{ending}"] = _without_parts(data) if ending == "html" else data
    return files


def _without_parts(page: bytes) -> bytes:
    begin = page.index(b'content="default-src')
    policy = page[begin : page.index(b'">', begin)]
    plain = page.replace(style().encode(), b"page.css").replace(script().encode(), b"page.js")
    return plain.replace(policy, b'content="policy')


def main() -> int:
    """Write the golden files; returns 0."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    files = golden()
    for old in FOLDER.iterdir():
        if old.name not in files:
            old.unlink()
    for name, data in files.items():
        (FOLDER / name).write_bytes(data)
        print(f"{name} {len(data)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
