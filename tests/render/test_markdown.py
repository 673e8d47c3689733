"""report.md says what the page says, and what a stranger wrote stays text wherever it is posted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from scanner.model.outcome import Assessment, Dimension
from scanner.model.snapshot import Snapshot
from scanner.render.lookup import look_up
from scanner.render.markdown import markdown
from scanner.render.markdown_text import code, inert
from scanner.render.sentences import answers
from scanner.render.text import Exact
from scanner.render.words import words as words_of
from tests.render import factory
from tests.render import factory_dao as dao
from tests.render.hostile import STRINGS, rotating

ROOT = Path(__file__).resolve().parents[2]
BROUGHT = ["The DAO's response", "Lists of addresses"]
SECTIONS = ["Summary", "Three answers", "Findings", *BROUGHT, "Scenarios", "Not checked", "Inputs"]
PARSED = {
    *(f"{block}_{end}" for block in ("heading", "paragraph", "bullet_list", "list_item") for end in ("open", "close")),
    *(f"{block}_{end}" for block in ("table", "thead", "tbody", "tr", "th", "td") for end in ("open", "close")),
    *(f"{inline}_{end}" for inline in ("strong", "em") for end in ("open", "close")),
    *("inline", "text", "code_inline", "softbreak"),
}
"""What a parser may find in the report; nothing else, whatever the chain says."""
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
POSTED = (
    "@alice approved",
    "mail bob@corp.example now",
    "see #12 and team/repo#7, GH-9",
    "go to https://203.0.113.1/x or www.example.com or evil.com or evil.xyz/claim",
    "[click](https://203.0.113.1) ![x](https://203.0.113.1/i.png) <https://203.0.113.1>",
    "[ref]: https://203.0.113.1",
    "a | b |\n| --- | --- |",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "> quote",
    "---",
    "===",
    "```\ncode",
    "~~~\ncode",
    "`code` ``x``",
    "**bold** _it_ ~~cut~~ $x$",
    "&#64;alice &lt;b&gt; &amp;",
    "<!-- hidden --> <details><summary>x</summary>",
    "line one\n\n## line two\r\n    indented",
    "ends with a backslash \\",
    "[quote=bob]x[/quote] [^1] [x] :tada:",
)


def made(snapshot: Snapshot | None = None, assessment: Assessment | None = None) -> str:
    inputs = snapshot or factory.snapshot(), assessment or factory.assessment()
    return markdown(*inputs, factory.SNAPSHOT_SHA256, factory.ENGLISH)


def hostile(text: str | None = None) -> str:
    source = rotating() if text is None else (lambda _: text)
    return made(factory.with_text(factory.snapshot(), source), factory.with_text(factory.assessment(), source))


def shown(text: str) -> str:
    """Return what a reader of the rendered text sees: escapes and entities gone."""
    plain = ESCAPE.sub(r"\1", text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def unescaped(text: str) -> str:
    """Return `text` without its code spans and with a dot for each escape: what is left is markup."""
    return ESCAPE.sub("·", re.sub(r"(?<!\\)`[^`\n]*`", "", text))


def test_sections_stand_in_the_readers_order() -> None:
    assert re.findall(r"^## (.*)$", made(), re.M) == SECTIONS
    assert re.findall(r"^### (.*)$", made(), re.M) == [words_of(factory.ENGLISH, one) for one in Dimension]
    assert made().startswith("# Governance structure report: Meridian DAO\n")


def test_every_finding_has_subject_evidence_legitimate_use_and_what_to_do() -> None:
    text = shown(made())
    for finding in factory.assessment().findings:
        part = text[text.index(f"#### {finding.rule_id} {finding.title}") :]
        part = part[: part.index("\n#", 5)]
        for words in (finding.message, finding.subject.label, finding.subject.id, finding.why, finding.legitimate_use):
            assert words in part
        assert "**What to do** (effort: low). Hand the right to the timelock" in part
        assert "  - Evidence: " in part


def test_evidence_is_one_line_with_a_command_where_that_is_short() -> None:
    text = made()
    assert f"`cast call {dao.GOVERNOR} 0x3932abb1 --block {dao.NUMBER}`" in text
    assert f"`cast keccak $(cast code {dao.VAULT} --block {dao.NUMBER})`" in text
    assert "`cast rpc eth_getLogs" not in text
    for command in re.findall(r"`(cast [^`]*)`", text):
        assert len(command) <= 200


def test_a_long_report_lists_less_evidence_and_every_finding() -> None:
    assessment = factory.assessment()
    many = tuple(
        item.model_copy(
            update={"rule_id": f"{item.rule_id[:3]}-{100 + number}", "evidence": (dao.CALL, dao.LOG, dao.CODE)}
        )
        for number in range(6)
        for item in assessment.findings
    )
    text = made(assessment=assessment.model_copy(update={"findings": many}))
    assert len(re.findall(r"^#### ", text, re.M)) == len(many)
    assert text.count("  - Evidence: ") == len(many)
    assert text.count("  - Further pieces of evidence in report.json: 2\n") == len(many)


def test_the_strip_the_answers_and_the_scenarios_are_there() -> None:
    text = shown(made())
    assert "| Treasury | **◆ Critical** | One key can spend the treasury | 1 finding, 0 passed | – |" in text
    assert "| Anonymity | **? Undecided** |" in text
    for answer in answers(look_up(factory.snapshot(), factory.assessment(), factory.ENGLISH)):
        assert f"**{answer.question}** {answer.text}" in text
        assert answer.open in text
    for scenario in factory.assessment().scenarios:
        assert f"| {scenario.id} {scenario.title} | **" in text


def test_what_was_not_checked_is_listed_with_its_reason() -> None:
    text = shown(made())
    part = text[text.index("## Not checked") :]
    for outcome in factory.assessment().outcomes:
        if outcome.status in {"unknown", "error"}:
            assert outcome.rule_id in part
            assert outcome.reason in part
    for gap in factory.snapshot().gaps:
        assert gap.detail in part


def test_nothing_known_never_reads_as_good() -> None:
    text = made(factory.empty_snapshot(), factory.empty_assessment())
    for said in ("No rule was run, so nothing was decided", "No scenario was assessed", "Not known", "not complete"):
        assert said in text or said.lower() in text
    for said in ("No open finding", "Every check that applies was decided"):
        assert said not in text


@pytest.mark.parametrize("text", [*POSTED, *STRINGS])
def test_text_of_strangers_is_no_markup(text: str) -> None:
    safe = inert(text)
    assert "\n" not in safe
    assert "\r" not in safe
    left = unescaped(safe)
    assert not re.search(r"[\\`*_\[\]<>|~$#{}]", left), left
    assert not re.search(r"&(?!amp;|lt;|gt;)", left), left
    assert not re.match(r"[-+=:#>]|\d+[.)]|\s", safe), safe
    seen = shown(safe)
    for active in (r"@\w", r"#\w", r"://", r"(?i)\bwww\.", r"(?i)\w\.(com|xyz|io|net)\b", r"(?i)GH-\d"):
        assert not re.search(active, seen), seen


def test_what_was_taken_apart_can_be_read() -> None:
    assert shown(inert("@alice at evil.com #7 https://x.y")) == "[@]alice at evil[.]com [#]7 https[:]//x.y"
    assert shown(inert("1.5 of 2.0, Vault.sol, governor.votingDelay(), e.g. this")) == (
        "1.5 of 2.0, Vault.sol, governor.votingDelay(), e.g. this"
    )
    assert inert(f"to {dao.VAULT} now") == f"to {dao.VAULT} now"
    assert inert("") == inert(" \n\t ") == "–"


def test_code_spans_cannot_be_left_and_commands_are_not_cut() -> None:
    assert code("0x12") == "`0x12`"
    assert code("a`b") == "a\\`b"
    assert code("a|b") == "a\\|b"
    assert code("\\") == "\\\\"
    long = Exact("cast call " + "0x" + "ab" * 150)
    assert code(long) == f"`{long}`"


@pytest.mark.parametrize("text", [None, *POSTED])
def test_a_hostile_report_has_the_structure_of_a_harmless_one(text: str | None) -> None:
    """Same headings, same table rows with the same number of cells, no HTML, no link, whatever the chain says."""
    harmless, report = hostile("harmless"), hostile(text)
    if text is not None:
        assert [line.split(" ")[0] for line in report.split("\n")] == [
            line.split(" ")[0] for line in harmless.split("\n")
        ]
        assert _cells(report) == _cells(harmless)
    else:
        assert re.findall(r"^##+ ", report, re.M) == re.findall(r"^##+ ", harmless, re.M)
    left = unescaped(report)
    for markup in ("<", "](", "[", "://", "```", "~~~"):
        assert markup not in left, markup
    assert not re.search(r"@\w", left)
    for hidden in ("\u202e", "\u2066", "\u200b", "\x00", "\x1b", "\ud800", "\r"):
        assert hidden not in report
    assert len(report.encode()) < 200_000


@pytest.mark.parametrize("text", [None, *POSTED])
def test_a_parser_finds_no_link_no_image_and_no_html_in_it(text: str | None) -> None:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.parse(hostile(text))
    kinds = {token.type for token in tokens} | {part.type for token in tokens for part in token.children or ()}
    assert kinds <= PARSED
    if text is not None:
        assert [token.type for token in tokens] == [token.type for token in parser.parse(hostile("harmless"))]
    assert not {kind for kind in kinds if kind.startswith(("link", "image", "html", "fence", "code_block"))}


def _cells(report: str) -> list[int]:
    return [unescaped(line).count("|") for line in report.split("\n") if line.startswith("|")]


def test_commands_hold_no_text_of_strangers() -> None:
    commands = re.findall(r"`(cast [^`]*)`", hostile())
    assert len(commands) > 10
    for command in commands:
        assert re.fullmatch(r"cast [a-z]+ [0-9a-zA-Z_ ;()$-]*", command), command
        assert "rm" not in command


def test_same_bytes_for_every_hash_seed() -> None:
    script = (
        "import hashlib; from tests.render import factory as f; from scanner.render.markdown import markdown;"
        "text = markdown(f.snapshot(), f.assessment(), f.SNAPSHOT_SHA256, f.ENGLISH);"
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("0", "UTC"), ("1", "Asia/Tokyo"), ("4242", "America/New_York"))
    }
    assert len(digests) == 1
    assert made().endswith("\n")
