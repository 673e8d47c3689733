"""What a reader brings along, on the page, in Markdown, SARIF, JSON and on a terminal."""

from __future__ import annotations

import io
import json

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from scanner.render.html import render_html
from scanner.render.lookup import look_up
from scanner.render.markdown import markdown
from scanner.render.report_json import dump, report
from scanner.render.sarif import sarif
from scanner.render.terminal import print_summary
from tests.render import factory, factory_kit
from tests.render.hostile import rotating
from tests.render.test_html import Page
from tests.render.test_sarif import checked

INPUTS = (factory.SNAPSHOT_SHA256, factory.ENGLISH)


@pytest.fixture(scope="module", name="page")
def _page() -> Page:
    return Page(render_html(factory.snapshot(), factory_kit.assessment(), *INPUTS))


def test_sections_stand_where_a_reader_looks(page: Page) -> None:
    order = ("summary", "policy", "scenarios", "findings", "unchecked", "accepted", "frameworks", "appendix")
    assert [each for each in page.ids if each in order] == list(order)
    assert {"#policy", "#frameworks"} <= set(page.links)


def test_the_page_is_whole(page: Page) -> None:
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    for before, after in zip(page.headings, page.headings[1:], strict=False):
        assert after <= before + 1
    assert page.tags.count("table") == page.tags.count("caption")


def test_an_accepted_finding_is_not_folded_away(page: Page) -> None:
    found = factory_kit.assessment().findings[0]
    assert found.message in page.text
    assert "Accepted by A. Reader until 2027-03-31; it does not count for the exit code. The key moves" in page.text
    assert "Accepted until 2027-03-31; that has expired, so it counts again." in page.text
    section = page.text.split("Accepted / suppressed")[-1]
    for words in (
        "No finding fits it.",
        "It ended with 2027-03-31.",
        "fingerprint abababababababab…",
        "--disable CAP-005",
    ):
        assert words in section


def test_the_strip_counts_what_was_accepted(page: Page) -> None:
    assert ", 1 accepted" in page.text


def test_frameworks_are_the_authors_mapping(page: Page) -> None:
    section = page.text.split("Frameworks")[-1]
    for words in (
        "The mapping is the authors' own and no legal advice.",
        "what is unknown never counts as for",
        "evidence for 1, evidence against 1, evidence on both sides 1, no evidence either way 1, not assessable 2",
        "“One key can act” was checked and is not the case",
        "Not decided: The admin stands outside.",
        "“One key can act” is not decided: no-logs",
        "“One key can act” was left out: --disable",
        "Nothing on a chain speaks to it.",
        "No contract shows: Who holds keys.",
        "grade in the framework: high",
        "dao.safes[0].owner_count = 3",
        "Stage 1",
    ):
        assert words in section, words
    assert "dao.safes.size" not in section


def test_a_policy_says_what_decided(page: Page) -> None:
    section = page.text.split("Your policy: Desk policy")[1].split("never passes.")[0]
    assert "The policy is not met." in section
    assert "exit code 1" in section
    for words in ("✕ Fails", "? Not decided", "! To be looked at", "i Accepted for now", "– Passes"):
        assert words in section
    assert "Why it is open: dao.safes: node-error" in section
    assert "(accepted for now)" in section
    assert [f"Reason of P{number}." in section for number in range(1, 6)] == [False, False, False, True, True]


def test_nothing_of_it_stands_on_a_plain_page() -> None:
    plain = Page(render_html(factory.snapshot(), factory.assessment(), *INPUTS))
    assert not {"policy", "accepted", "frameworks"} & set(plain.ids)
    assert "accepted" not in markdown(factory.snapshot(), factory.assessment(), *INPUTS).lower()


def test_hostile_text_stays_text(page: Page) -> None:
    judged = factory.with_text(factory_kit.assessment(), rotating())
    html = render_html(factory.with_text(factory.snapshot(), rotating()), judged, *INPUTS)
    shown = Page(html)
    assert shown.open == []
    assert "img" not in shown.tags
    assert shown.tags.count("script") == page.tags.count("script")
    assert [link for link in shown.links if not link.startswith("#")] == ["data:,"]
    parsed = MarkdownIt("commonmark").enable("table").parse(markdown(factory.snapshot(), judged, *INPUTS))
    kinds = {token.type for block in parsed for token in (block, *(block.children or ()))}
    assert "table_open" in kinds
    assert not kinds & {"link_open", "image", "html_inline", "html_block"}
    console = Console(file=io.StringIO(), width=200)
    print_summary(console, look_up(factory.snapshot(), judged, factory.ENGLISH), [])


def test_markdown() -> None:
    text = markdown(factory.snapshot(), factory_kit.assessment(), *INPUTS)
    for words in (
        "## Your policy: Desk policy",
        "**✕ Fails.** The policy is not met. Exit code 1.",
        "## Accepted / suppressed",
        "**Accepted / suppressed.** Accepted by A. Reader until 2027-03-31",
        "**Acceptance expired.** Accepted until 2027-03-31",
        "## Rules that were left out",
        "### Desk framework",
        "**− Evidence against**",
        "no legal advice",
    ):
        assert words in text, words
    rows = [line for line in text.splitlines() if line.startswith("| ") and "Criterion" in line]
    assert {line.count(" | ") for line in rows if "Evidence" in line or "assessable" in line} == {4}


def test_sarif() -> None:
    log = sarif(factory.snapshot(), factory_kit.assessment(), *INPUTS)
    checked(log)
    results = log["runs"][0]["results"]
    suppressed = [one["suppressions"][0] for one in results if "suppressions" in one]
    assert [one["status"] for one in suppressed] == ["accepted", "rejected"]
    assert suppressed[0]["kind"] == "external"
    assert suppressed[0]["justification"] == f"{factory_kit.REASON} (by A. Reader)"
    assert suppressed[0]["properties"] == {"expires": "2027-03-31", "expired": False}
    properties = log["runs"][0]["properties"]
    assert properties["profile"] == "exchange"
    assert properties["policy"]["verdict"] == "fail"
    notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    said = [note["message"]["text"] for note in notes if note["descriptor"]["id"] in ("left-out", "suppression")]
    assert said[0] == "CAP-005 did not run: --disable CAP-005"
    assert len(said) == 3


def test_json() -> None:
    made = json.loads(dump(report(factory.snapshot(), factory_kit.assessment(), factory.SNAPSHOT_SHA256)))
    assert made["policy"]["verdict"] == "fail"
    assert [one["state"] for one in made["suppressions"]] == ["active", "expired", "unused"]
    assert made["frameworks"][0]["criteria"][0]["evidence_against"][0]["grade"] == "high"
    assert made["disabled"][0]["id"] == "CAP-005"
    assert made["profile"]["name"] == "exchange"
    assert made["findings"][0]["acceptance"]["reason"] == factory_kit.REASON


def test_terminal() -> None:
    console = Console(file=io.StringIO(), width=300, highlight=False)
    print_summary(console, look_up(factory.snapshot(), factory_kit.assessment(), factory.ENGLISH), [])
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for words in (
        "Policy Desk policy: The policy is not met.",
        "✕ Fails            P1 Demand P1: Reason of P1.",
        "Framework Desk framework: evidence for 1",
        "1 finding accepted: listed, but not counted for the exit code",
        "warning: suppression on line 3 (CTL-006): It ended with 2027-03-31.",
        "1 rule left out: CAP-005",
        "[accepted]",
    ):
        assert words in text, words
