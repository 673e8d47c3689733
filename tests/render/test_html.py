"""The page says what the inputs say, in the order of the reader's questions, and the same bytes every time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest

from scanner.model.outcome import Assessment
from scanner.model.snapshot import Snapshot
from scanner.render.html import render_html
from scanner.render.lookup import finding_anchor
from scanner.render.page import environment, script, style
from tests.render import factory
from tests.render import factory_dao as dao
from tests.render.hostile import rotating

ROOT = Path(__file__).resolve().parents[2]
VOID = {"meta", "link", "br", "img", "input", "hr", "rect", "path"}


class Page(HTMLParser):
    """What a test asks of a page: elements, ids, targets, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.headings: list[int] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        for name, value in attrs:
            self.attributes.append((name, value or ""))
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "src", "action"}:
                self.links.append(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def made(snapshot: Snapshot | None = None, assessment: Assessment | None = None) -> str:
    inputs = snapshot or factory.snapshot(), assessment or factory.assessment()
    return render_html(*inputs, factory.SNAPSHOT_SHA256, factory.ENGLISH)


def hostile() -> str:
    return made(factory.with_text(factory.snapshot(), rotating()), factory.with_text(factory.assessment(), rotating()))


@pytest.fixture(scope="module", name="page")
def _page() -> Page:
    return Page(made())


@pytest.fixture(scope="module", name="hostile_page")
def _hostile_page() -> str:
    return hostile()


def test_sections_stand_in_the_readers_order(page: Page) -> None:
    order = ["summary", "scenarios", "controls", "treasury", "proposals", "findings", "unchecked", "accountability"]
    order += ["membership", "governance", "appendix"]
    assert [each for each in page.ids if each in order] == order


def test_every_link_leads_somewhere(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.ids, link
        else:
            assert link == "data:," or link.startswith("https://docs.openzeppelin.com/")


def test_markup_is_balanced_and_headings_do_not_jump(page: Page) -> None:
    assert page.open == []
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    for before, after in zip(page.headings, page.headings[1:], strict=False):
        assert after <= before + 1


def test_landmarks_and_tables(page: Page) -> None:
    for landmark in ("header", "nav", "main", "footer"):
        assert page.tags.count(landmark) == 1
    assert page.tags.count("table") == page.tags.count("caption")
    assert page.links[1] == "#main"
    assert "#main" in page.links


def test_one_script_and_a_policy_for_it_and_this_style_only(page: Page) -> None:
    html = made()
    assert page.tags.count("script") == 1
    assert html.count("<script>") == 1
    assert not [name for name, _ in page.attributes if name == "style" or name.startswith("on")]
    style_digest, script_digest = (b64encode(sha256(text.encode()).digest()).decode() for text in (style(), script()))
    assert f"<style>{style()}</style>" in html
    assert f"<script>{script()}</script>" in html
    policy = (
        f"default-src 'none'; style-src 'sha256-{style_digest}'; script-src 'sha256-{script_digest}'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )
    assert ("content", policy) in page.attributes


def test_the_script_is_small_and_writes_text_only() -> None:
    program = script()
    assert len(program.encode()) < 10_000
    assert "</" not in program
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "fetch(",
        "http",
    ):
        assert word not in program


def test_what_the_report_is_not(page: Page) -> None:
    for words in ("No accusation", "no total score", "content of speech is out of scope", "no legal advice"):
        assert words in page.text
    assert "protective reading (MS-16)" in page.text


def test_findings_with_evidence_and_a_command_for_each_kind(page: Page) -> None:
    for finding in factory.assessment().findings:
        assert finding.message in page.text
        assert finding.fingerprint in page.text
    block = dao.NUMBER
    for command in (
        f"cast call {dao.GOVERNOR} 0x3932abb1 --block {block}",
        f"cast storage {dao.VAULT} {dao.word(0)} --block {block}",
        f"cast receipt 0x{'7e' * 32} --json",
        f"cast keccak $(cast code {dao.VAULT} --block {block})",
        f"cast balance {dao.SAFE} --block {block}; cast nonce {dao.SAFE} --block {block}",
        f"cast block {block} --field timestamp",
        'cast rpc eth_getLogs \'{"address":',
    ):
        assert command in page.text
    assert "proof against the block's state root" in page.text


def test_source_evidence_shows_its_lines(page: Page) -> None:
    assert "function sweep(address to, uint256 amount) external onlyOwner {" in page.text
    assert "another digest" not in page.text


def test_source_that_was_changed_is_said() -> None:
    before = factory.snapshot()
    bundle = before.sources[0]
    changed = bundle.model_copy(update={"files": (bundle.files[0].model_copy(update={"content": "other\n" * 30}),)})
    text = Page(made(before.model_copy(update={"sources": (changed,)}))).text
    assert "another digest than this evidence" in text
    assert "does not hold this file" in Page(made(before.model_copy(update={"sources": ()}))).text


def test_four_kinds_of_not_verified_read_differently(page: Page) -> None:
    for words in (
        "not known: the explorer was down",
        "not verified: the explorers hold no source",
        "verified, but for other bytecode",
        "source not compared with the deployed code",
    ):
        assert page.text.count(words) == 1


def test_what_was_not_checked_is_not_folded_away(page: Page) -> None:
    html = made()
    begin = html.index('<section id="unchecked"')
    section = html[begin : html.index("</section>", begin)]
    assert "<details" not in section
    text = Page(section).text
    for outcome in factory.assessment().outcomes:
        if outcome.status in {"unknown", "error"}:
            assert outcome.rule_id in text
            assert outcome.reason in text
    for gap in factory.snapshot().gaps:
        assert gap.detail in text
    assert "the module's owner could not be found" in text


def test_units_are_human(page: Page) -> None:
    for words in ("2 days", "7 days", "400,000 MRD", "27.5%", "1,234.56 ETH", "2026-09-21 14:13:20 UTC"):
        assert words in page.text


def test_nothing_known_never_reads_as_good() -> None:
    text = Page(made(factory.empty_snapshot(), factory.empty_assessment())).text
    for words in (
        "No line of control was established",
        "No treasury account was established",
        "No proposal could be read",
        "No contract could be read",
        "No rule was run, so nothing was decided",
        "not known (the node failed: the node stopped half-way)",
    ):
        assert words in text
    for words in ("No open finding", "Only a passed vote", "No proposal was ever made", "Every check that applies"):
        assert words not in text


def test_hatched_cells_keep_their_undecided_worst(page: Page) -> None:
    assert "1 undecided, up to critical" in page.text
    html = made()
    cell = html[html.index('<a href="#dimension-anonymity"') - 60 :][:60]
    assert "tone-undecided" in cell
    assert "tone-none" not in cell


def test_hostile_text_adds_no_element_and_no_link(hostile_page: str, page: Page) -> None:
    shown = Page(hostile_page)
    assert shown.open == []
    assert set(shown.tags) <= set(page.tags) | {"p", "ul"}
    assert "img" not in shown.tags
    assert [link for link in shown.links if not link.startswith("#")] == ["data:,"]
    assert not [name for name, _ in shown.attributes if name == "style" or name.startswith("on")]


def test_hostile_text_is_seen_and_cut(hostile_page: str) -> None:
    text = Page(hostile_page).text
    assert "<script>document.title='ran'</script>" in text
    assert "{{ 7 * 7 }}" in text
    assert "[U+202E]0xdeadbeef[U+202C]" in text
    assert "[U+D800]" in text
    assert "characters cut]" in text
    for hidden in ("\u202e", "\u2066", "\u200b", "\x00", "\x1b", "\ud800"):
        assert hidden not in hostile_page
    assert len(hostile_page.encode()) < 3_000_000


def test_commands_hold_no_text_of_strangers(hostile_page: str) -> None:
    commands = re.findall(r"<p class=\"check\">Check it: <code>(.*?)</code>", hostile_page)
    assert len(commands) > 20
    for command in commands:
        plain = command.replace("&#39;", "'").replace("&#34;", '"')
        assert re.fullmatch(r"cast [a-zA-Z_]+ [0-9a-zA-Z_ ,;:\[\]{}\"'$()-]*", plain), plain
        assert "rm" not in plain


def test_a_normal_report_is_small() -> None:
    assert len(made().encode()) < 300_000


def test_same_bytes_for_every_hash_seed() -> None:
    script = (
        "import sys, hashlib; from tests.render import factory as f; from scanner.render.html import render_html;"
        "from scanner.render.report_json import dump, report;"
        "a = (f.snapshot(), f.assessment(), f.SNAPSHOT_SHA256);"
        "print(hashlib.sha256((render_html(*a, f.ENGLISH) + dump(report(*a))).encode()).hexdigest())"
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
    assert "\r" not in made()


def test_a_template_prints_text_and_numbers_only() -> None:
    made_environment = environment(factory.ENGLISH)
    assert made_environment.from_string("{{ x }}").render(x="<\u202e>") == "&lt;[U+202E]&gt;"
    with pytest.raises(jinja2.UndefinedError):
        made_environment.from_string("{{ missing }}").render()
    for value in (None, True, 1.5, ["a"]):
        with pytest.raises(TypeError, match="a template printed"):
            made_environment.from_string("{{ x }}").render(x=value)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_contrast(theme: int) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 for every pair of text and ground that the style uses."""
    blocks = [text for text in re.findall(r":root[^{]*\{(.*?)\}", style(), re.S) if "--paper" in text]
    assert len(blocks) == 3
    assert blocks[1].split() == blocks[2].replace("color-scheme: dark;", "").split()
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[theme]))
    tones = [name.removesuffix("-ground") for name in colours if name.endswith("-ground") and name != "bar-ground"]
    pairs = [(tone, f"{tone}-ground") for tone in tones]
    pairs += [("ink", f"{tone}-ground") for tone in tones] + [("quiet", f"{tone}-ground") for tone in tones]
    pairs += [(text, ground) for text in ("ink", "quiet", "link") for ground in ("paper", "ground", "soft", "mark")]
    pairs += [("ink", "hatch"), ("link", "open-ground"), ("open", "paper"), ("link", "neutral-ground")]
    for text, ground in pairs:
        light, dark = sorted((_luminance(colours[text]), _luminance(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


def test_a_call_inside_another_says_what_it_is_inside_of_and_where_it_runs() -> None:
    snapshot = factory.snapshot()
    first = snapshot.proposals.items[0]
    inner = first.actions[0].model_copy(
        update={
            "index": 2,
            "inside": "action 2 → multiSend 1",
            "chain": "Ethereum",
            "target_label": "0xabc on Ethereum",
        }
    )
    changed = first.model_copy(update={"actions": (*first.actions, inner)})
    proposals = snapshot.proposals.model_copy(update={"items": (changed, *snapshot.proposals.items[1:])})
    page = Page(made(snapshot.model_copy(update={"proposals": proposals})))
    assert "Inside action 2 → multiSend 1" in page.text
    assert "0xabc on Ethereum" in page.text
    assert ("class", "action inner") in page.attributes


def test_findings_that_say_the_same_stand_as_one_and_keep_their_places() -> None:
    whole = factory.assessment()
    first = whole.findings[0]
    twins = tuple(
        first.model_copy(
            update={"fingerprint": f"{number:064x}", "subject": first.subject.model_copy(update={"id": f"x#{number}"})}
        )
        for number in range(1, 4)
    )
    html = made(factory.snapshot(), whole.model_copy(update={"findings": (first, *twins)}))
    page = Page(html)
    assert page.text.count(first.message) == 1
    for twin in twins:
        assert finding_anchor(twin.fingerprint) in page.ids
        assert twin.subject.id in page.text
        assert twin.fingerprint in page.text


def test_many_findings_of_one_rule_keep_a_line_each() -> None:
    whole = factory.assessment()
    first = whole.findings[0]
    many = tuple(
        first.model_copy(update={"fingerprint": f"{number:064x}", "message": f"Number {number} of them."})
        for number in range(1, 101)
    )
    page = Page(made(factory.snapshot(), whole.model_copy(update={"findings": many})))
    assert "and 88 more like these" in page.text
    for item in many:
        assert item.message in page.text
        assert finding_anchor(item.fingerprint) in page.ids
    assert page.tags.count("article") < 10


def test_every_piece_of_evidence_is_shown_whole_exactly_once(page: Page) -> None:
    numbers = [each for each in page.ids if each.startswith("evidence-")]
    assert len(numbers) == len(set(numbers))
    assert {f"#{each}" for each in numbers} >= {each for each in page.links if each.startswith("#evidence-")}
