"""WCAG 2.2 A and AA by axe-core in a real browser: both languages, both themes, a phone, nothing serious."""

from __future__ import annotations

import re
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
RUN = """only => axe.run(document, { ...only, resultTypes: ['violations'] }).then(
    found => found.violations.map(each => ({
    id: each.id, impact: each.impact, where: each.nodes.slice(0, 3).map(node => node.html.slice(0, 200))
})))"""
MARK_KINDS = """rules => {
    const seen = new Set();
    for (const node of document.body.querySelectorAll('*')) {
        const speaks = [...node.childNodes].some(one => one.nodeType === Node.TEXT_NODE && one.textContent.trim());
        if (!speaks && !['INPUT', 'SELECT', 'TEXTAREA', 'BUTTON'].includes(node.tagName)) continue;
        const own = getComputedStyle(node), kind = [node.checkVisibility(), own.fontSize, own.fontWeight];
        for (let at = node; at; at = at.parentElement) {
            const style = getComputedStyle(at);
            kind.push(at.tagName, at.getAttribute('class'), style.color, style.opacity);
            kind.push(style.backgroundColor, style.backgroundImage, style.textDecorationLine);
        }
        const key = JSON.stringify(kind);
        node.toggleAttribute('data-kind', !seen.has(key));
        seen.add(key);
    }
    axe.configure({ rules: Object.entries(rules).map(([id, selector]) => ({ id, selector })) });
}"""
"""One text of each kind: of the same colours on the same grounds as the others, all the way up. A page repeats few."""

COLOURS = {"color-contrast": "[data-kind]", "link-in-text-block": "a[href][data-kind]"}
"""All that a theme changes, and what takes nearly all of the time when it looks at every cell of a table."""
SHAPES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {rule: {"enabled": False} for rule in COLOURS},
}


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
    """Return what axe finds serious or critical, of colours in the light and in the dark theme."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.goto("http://localhost/report.html")
    if unfold:
        page.evaluate(OPEN_ALL)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(RUN, SHAPES)
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        page.evaluate(MARK_KINDS, COLOURS)
        colours = page.evaluate(RUN, {"runOnly": {"type": "rule", "values": [*COLOURS]}})
        found += [{**item, "theme": theme} for item in colours]
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
    plain = re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", page_of("plain", "en"))  # it stops styles
    wrong = plain.replace("</main>", '<button></button><p style="color: #777; background: #888">words</p></main>')
    found = [(item["id"], item.get("theme", "")) for item in violations(browser, wrong)]
    assert found == [("button-name", ""), ("color-contrast", "light"), ("color-contrast", "dark")]
