"""The page in Arabic: right to left, every word of it, and as tight against hostile text as the English one."""

from __future__ import annotations

import re

import pytest
from markupsafe import Markup

from scanner.locale.load import load_locale
from scanner.locale.locale import Locale
from scanner.render.bidi import FSI, LRI, PDI
from scanner.render.graph import WIDTH, graph
from scanner.render.html import render_html
from scanner.render.index import entry, render_index
from scanner.render.lookup import look_up
from scanner.render.markdown import markdown
from scanner.render.page import environment
from scanner.render.sarif import sarif
from tests.render import factory
from tests.render.hostile import rotating
from tests.render.test_html import Page

AR = load_locale("ar")
ISOLATES = re.compile(f"[{LRI}{FSI}{PDI}]")
WORDS = ("aria-label", "data-label", "data-copy", "data-copied", "placeholder", "title")
"""Attributes that hold words."""
OVERRIDES = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2067]")


def assessment(hostile: bool = False):
    judged = factory.assessment().model_copy(update={"lang": "ar"})
    return factory.with_text(judged, rotating()) if hostile else judged


def made(hostile: bool = False) -> str:
    snapshot = factory.with_text(factory.snapshot(), rotating()) if hostile else factory.snapshot()
    return render_html(snapshot, assessment(hostile).model_copy(update={"lang": "ar"}), factory.SNAPSHOT_SHA256, AR)


@pytest.fixture(scope="module", name="html")
def _html() -> str:
    return made()


@pytest.fixture(scope="module", name="hostile_html")
def _hostile_html() -> str:
    return made(hostile=True)


def test_language_and_direction(html: str) -> None:
    assert '<html lang="ar" dir="rtl">' in html
    page = Page(html)
    assert page.open == []
    assert "من يستطيع تحريك الأموال أو تغيير القواعد؟" in page.text
    index = render_index(AR, [entry(AR, factory.snapshot(), assessment(), "x")])
    assert '<html lang="ar" dir="rtl">' in index
    assert "السيطرة" in Page(index).text


def test_the_same_places_links_and_commands_as_in_english(html: str) -> None:
    english = Page(render_html(factory.snapshot(), factory.assessment(), factory.SNAPSHOT_SHA256, factory.ENGLISH))
    page = Page(html)
    assert page.ids == english.ids
    assert page.links == english.links
    commands = re.compile(r"<code>(cast .*?|anvil .*?)</code>")
    assert commands.findall(html) == commands.findall(
        render_html(factory.snapshot(), factory.assessment(), factory.SNAPSHOT_SHA256, factory.ENGLISH)
    )


def test_no_word_of_the_page_stays_english(html: str) -> None:
    """What stays English comes from rules and the snapshot, and is marked as English or stands alone in its element."""
    text = re.sub(f"[{LRI}{FSI}{PDI}]", "", Page(html).text)
    for key, pieces in factory.ENGLISH.texts.items():
        words = pieces[0] if isinstance(pieces, tuple) and pieces else ""
        if isinstance(words, str) and len(words) > 24 and AR.texts.get(key) != pieces:
            assert words.strip() not in text, key


def test_english_of_rules_is_marked(html: str) -> None:
    finding = factory.assessment().findings[0]
    assert f'<bdi dir="ltr" lang="en">{Markup.escape(finding.title)}</bdi>' in html


def test_hostile_text_adds_no_element(html: str, hostile_html: str) -> None:
    page, shown = Page(html), Page(hostile_html)
    assert shown.open == []
    assert set(shown.tags) <= set(page.tags) | {"p", "ul"}
    assert [link for link in shown.links if not link.startswith("#")] == ["data:,"]
    assert not [name for name, _ in shown.attributes if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("name", ["html", "hostile_html"])
def test_isolates_come_in_pairs_in_every_text_and_attribute(name: str, request: pytest.FixtureRequest) -> None:
    page = Page(request.getfixturevalue(name))
    texts = [*page.words, *(value for _, value in page.attributes)]
    assert not any(OVERRIDES.search(text) for text in texts)
    isolated = [text for text in texts if ISOLATES.search(text)]
    assert len(isolated) > 100
    for text in isolated:
        depth = 0
        for mark in ISOLATES.findall(text):
            depth += -1 if mark == PDI else 1
            assert depth >= 0, text
        assert depth == 0, text


def test_ids_classes_targets_and_commands_hold_no_isolate(html: str) -> None:
    for name, value in Page(html).attributes:
        if name not in WORDS:
            assert not ISOLATES.search(value), (name, value)
    for code in re.findall(r"<code[^>]*>(cast .*?|0x[0-9a-f]*)</code>", html):
        assert not ISOLATES.search(code)


def test_markdown_and_sarif() -> None:
    inputs = factory.snapshot(), assessment(), factory.SNAPSHOT_SHA256, AR
    text = markdown(*inputs)
    assert "# تقرير بنية الحوكمة: Meridian DAO" in text
    assert "غير محسوم" in text
    (run,) = sarif(*inputs)["runs"]
    assert run["language"] == "ar"
    assert "language" not in sarif(factory.snapshot(), factory.assessment(), "e3" * 32, factory.ENGLISH)["runs"][0]


def test_the_graph_is_mirrored() -> None:
    left, right = (graph(look_up(factory.snapshot(), factory.assessment(), t)) for t in (factory.ENGLISH, AR))
    assert left is not None
    assert right is not None
    assert [(WIDTH - box.x - box.width, box.y, box.tone) for box in right.boxes] == [
        (box.x, box.y, box.tone) for box in left.boxes
    ]
    assert [WIDTH - line.x for line in right.lines] == [line.x for line in left.lines]
    assert [WIDTH - x for x, _ in right.headings] == [x for x, _ in left.headings]
    for box in right.boxes:
        assert 0 <= box.x <= box.text_x <= box.x + box.width <= WIDTH
    for one, other in zip(left.lines, right.lines, strict=True):
        mirrored = re.sub(r"([MHC]|\d )", r"\1", other.path)
        assert mirrored_x(one.path) == [WIDTH - x for x in mirrored_x(mirrored)]


def mirrored_x(path: str) -> list[int]:
    """Return the horizontal coordinates of a path of M, H and C."""
    found = []
    for command, numbers in re.findall(r"([MHC])([\d -]+)", path):
        values = [int(number) for number in numbers.split()]
        found += values if command == "H" else values[::2]
    return found


def test_words_escape_what_is_put_into_them() -> None:
    template = environment(AR).from_string(
        "{{ t('remark', text=name, remark=markup) }}|{{ ta('remark', text=name, remark=name) }}"
    )
    shown = template.render(name="<b>\u202e", markup=Markup("<code>x</code>"))
    assert (
        shown
        == f"{FSI}&lt;b&gt;[U+202E]{PDI} (<code>x</code>)|"
        + f"{FSI}&lt;b&gt;[U+202E]{PDI} ("
        + f"{FSI}&lt;b&gt;[U+202E]{PDI})"
    )
    english = environment(factory.ENGLISH).from_string("{{ t('remark', text=name, remark=name) }}")
    assert english.render(name="<b>\u202e") == "&lt;b&gt;[U+202E] (&lt;b&gt;[U+202E])"


def test_a_missing_word_is_english_and_marked() -> None:
    half = Locale(AR.header, {key: AR.texts[key] for key in ("join.comma",)}, factory.ENGLISH)
    shown = environment(half).from_string("{{ t('answer.yes') }} {{ ta('answer.yes') }}").render()
    assert shown == '<bdi lang="en" dir="ltr">yes</bdi> yes'
