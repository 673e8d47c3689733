"""The handling label: by what a report holds, or as its author chose; the head says which."""

from __future__ import annotations

import json

import pytest

from scanner import pipeline
from scanner.cli.scan import parse_formats
from scanner.locale.load import load_locale
from scanner.model.errors import UsageError
from scanner.model.handling import Handling
from scanner.model.outcome import Dimension, Severity
from scanner.render.edition import Edition
from scanner.render.handling import handling_of, handling_view, packs_sentence
from tests.render import factory


def judged(dimension: Dimension, severity: Severity):
    whole = factory.assessment()
    first = whole.findings[0].model_copy(update={"dimension": dimension, "severity": severity})
    return whole.model_copy(update={"findings": (first,)})


@pytest.mark.parametrize(
    ("dimension", "severity", "label"),
    [
        (Dimension.CODE, Severity.CRITICAL, Handling.AMBER),
        (Dimension.CODE, Severity.HIGH, Handling.GREEN),
        (Dimension.CONTROL, Severity.CRITICAL, Handling.GREEN),
    ],
)
def test_the_label_follows_from_critical_findings_about_code(
    dimension: Dimension, severity: Severity, label: Handling
) -> None:
    assert handling_of(judged(dimension, severity)) is label


def test_the_author_decides() -> None:
    found = judged(Dimension.CODE, Severity.CRITICAL).model_copy(update={"handling": Handling.CLEAR})
    assert handling_of(found) is Handling.CLEAR
    view = handling_view(factory.ENGLISH, found)
    assert (view.label, view.chosen) == ("TLP:CLEAR", "chosen by the author of this report")


def test_page_markdown_and_json_carry_it() -> None:
    files = pipeline.render(
        b"{}",
        factory.snapshot(),
        assessment=factory.assessment(),
        formats=("html", "json", "md"),
        edition=Edition(handling=Handling.RED),
    )
    assert "<strong>TLP:RED</strong> <span>for the named recipients only</span>" in files["report.html"].decode()
    assert json.loads(files["report.json"])["handling"] == "RED"
    assert "Handling: TLP:RED, for the named recipients only" in files["report.md"].decode()


def test_the_digest_of_the_rules_changes_with_any_of_them() -> None:
    found = factory.assessment()
    said = packs_sentence(factory.ENGLISH, found)
    (name, digest), *others = found.digests
    changed = found.model_copy(update={"digests": ((name, "0" * len(digest)), *others)})
    assert said != packs_sentence(factory.ENGLISH, changed)
    backwards = found.model_copy(update={"digests": tuple(reversed(found.digests))})
    assert said == packs_sentence(factory.ENGLISH, backwards)
    assert packs_sentence(load_locale("ar"), found) != said


def test_pdf_without_a_browser_is_refused_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAOSCAN_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(UsageError, match="wants an installed Chromium"):
        parse_formats("html,pdf")
