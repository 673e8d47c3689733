"""WCAG 2.2 A and AA by axe-core in a real browser: both languages, both themes, a phone, nothing serious."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from scanner.locale.load import load_locale
from scanner.render.html import render_html
from scanner.render.index import entry, render_index
from tests.render import factory
from tests.render.hostile import rotating
from tests.render.test_browser import FLAGS, OPEN_ALL, chromium

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RUN = """only => axe.run(document, { runOnly: only, resultTypes: ['violations'] }).then(
    found => found.violations.map(each => ({
    id: each.id, impact: each.impact, where: each.nodes.slice(0, 3).map(node => node.html.slice(0, 200))
})))"""

EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""All that a theme changes."""


@cache
def page_of(kind: str, lang: str) -> str:
    t = load_locale(lang)
    plain = (factory.snapshot(), factory.assessment().model_copy(update={"lang": lang}))
    if kind == "index":
        return render_index(t, [entry(t, *plain, "plain"), entry(t, *plain, "again")])
    if kind == "hostile":
        plain = (factory.with_text(plain[0], rotating()), factory.with_text(plain[1], rotating()))
        plain = (plain[0], plain[1].model_copy(update={"lang": lang}))
    if kind == "empty":
        plain = (factory.empty_snapshot(), factory.empty_assessment().model_copy(update={"lang": lang}))
    return render_html(*plain, factory.SNAPSHOT_SHA256, t)


@pytest.fixture(scope="module", name="browser")
def _browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


def violations(browser: Browser, html: str, width: int = 1280, *, unfold: bool = True) -> list[dict[str, Any]]:
    """Return what axe finds serious or critical, in the light and in the dark theme."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.goto("http://localhost/report.html")
    if unfold:
        page.evaluate(OPEN_ALL)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = []
    for theme, rules in (("light", EVERYTHING), ("dark", COLOURS)):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        found += [{**item, "theme": theme} for item in page.evaluate(RUN, rules)]
    page.close()
    return [item for item in found if item["impact"] in ("serious", "critical")]


@pytest.mark.parametrize(
    ("kind", "lang", "width"),
    [
        ("plain", "en", 1280),
        ("plain", "ar", 390),
        ("hostile", "en", 1280),
        ("index", "en", 1280),
        ("index", "ar", 390),
    ],
)
def test_nothing_serious(browser: Browser, kind: str, lang: str, width: int) -> None:
    assert violations(browser, page_of(kind, lang), width) == []


def test_axe_would_see_it(browser: Browser) -> None:
    html = page_of("plain", "en").replace("</main>", '<button></button><p style="x">x</p></main>')
    assert [item["id"] for item in violations(browser, html)] == ["button-name"]
