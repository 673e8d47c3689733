"""The page over several reports."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.model.errors import UsageError
from scanner.model.outcome import Dimension
from scanner.render.index import Entry, Rows, entry, read_entry, render_index
from scanner.render.report_json import dump, report
from tests.render import factory
from tests.render.hostile import rotating
from tests.render.test_html import Page


def test_a_row_from_the_file_is_the_row_from_the_values() -> None:
    text = dump(report(factory.snapshot(), factory.assessment(), factory.SNAPSHOT_SHA256))
    assert read_entry(factory.ENGLISH, text, "one") == entry(
        factory.ENGLISH, factory.snapshot(), factory.assessment(), "one"
    )


def test_rows_are_ordered_and_lead_to_their_reports() -> None:
    entries = [
        entry(factory.ENGLISH, factory.snapshot(), factory.assessment(), "b c"),
        entry(factory.ENGLISH, factory.only_votes(), factory.assessment(), "../d?"),
        entry(factory.ENGLISH, factory.empty_snapshot(), factory.empty_assessment(), "e"),
    ]
    page = Page(render_index(factory.ENGLISH, entries))
    assert [link for link in page.links if link.endswith("report.html")] == [
        "e/report.html",
        "..%2Fd%3F/report.html",
        "b%20c/report.html",
    ]
    assert render_index(factory.ENGLISH, entries) == render_index(factory.ENGLISH, entries[::-1])
    assert "3 reports" in page.text
    assert "1 critical, 4 high, 2 medium, 2 low, 2 info ; 4 undecided" in page.text.replace("info;", "info ;")
    assert page.open == []


def test_the_worst_first_and_ranks_to_sort_by() -> None:
    entries = [
        entry(factory.ENGLISH, factory.empty_snapshot(), factory.empty_assessment(), "e"),
        entry(factory.ENGLISH, factory.snapshot(), factory.assessment(), "z"),
    ]
    text = render_index(factory.ENGLISH, entries, worst_first=True)
    page = Page(text)
    assert [link for link in page.links if link.endswith("report.html")] == ["z/report.html", "e/report.html"]
    assert "Rows with the most findings of the highest severity come first." in page.text
    assert 'data-k="critical,high,medium,low,info"' in text
    ranks = {cell.tone for one in entries for cell in one.cells}
    assert {"critical", "undecided"} <= ranks
    assert 'data-v="5"' in text
    assert text.index('data-v="5"') < text.index('data-k=""')


def test_what_could_not_be_scanned_is_undecided_and_never_last() -> None:
    def row(name: str, judged: bool, problem: str) -> Entry:
        assessment = factory.empty_assessment()
        strip = (assessment.dimensions if judged else (), ())
        made = Rows(factory.ENGLISH).row("", name=name, target=(1, "0x" + "a1" * 20, 0), judged=strip)
        return replace(made, problem=problem)

    rows = [row("Aster", True, ""), row("Birch", False, "no <i>end</i>"), row("Cedar", True, "the node lied")]
    text = render_index(factory.ENGLISH, rows, worst_first=True)
    page = Page(text)
    assert page.text.index("Cedar") < page.text.index("Aster")
    assert page.text.index("Birch") < page.text.index("Aster")
    assert "2 DAOs could not be scanned when they were last tried" in page.text
    assert "Not scanned: no <i>end</i>" in page.text
    assert "i" not in page.tags
    assert "Could not be scanned again: the node lied" in page.text
    birch = text[text.index("Birch") :].split("</tr>")[0]
    assert birch.count('class="tone-undecided"') == len(Dimension)
    assert text.count('data-k="failed"') == 2
    assert '<option value="failed">not scanned</option>' in text
    assert "failed" not in render_index(factory.ENGLISH, rows[:1], worst_first=True)


def test_hostile_names() -> None:
    snapshot = factory.with_text(factory.snapshot(), rotating())
    page = Page(
        render_index(
            factory.ENGLISH,
            [entry(factory.ENGLISH, snapshot, factory.with_text(factory.assessment(), rotating()), "x")],
        )
    )
    assert page.tags.count("script") == 1  # the page's own
    assert "img" not in page.tags


def test_no_entry() -> None:
    assert "There is no report here." in Page(render_index(factory.ENGLISH, [])).text


@pytest.mark.parametrize("text", ["", "{}", "[1]", "nothing", '{"schema_version": "9"}'])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_entry(factory.ENGLISH, text, "one")
    assert caught.value.where == "one/report.json"
