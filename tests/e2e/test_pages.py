"""The pages of the fixture DAOs: accessible in both languages and themes, small, and read as what their DAO is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from scanner import pipeline
from tests.e2e.conftest import Field
from tests.render.test_axe import violations
from tests.render.test_browser import FLAGS, chromium

pytestmark = pytest.mark.browser
ENGLISH, ARABIC = ("single-key",), ("protective",)


@pytest.fixture(scope="module", name="browser")
def _browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@cache
def arabic(snapshot: Path) -> str:
    data = snapshot.read_bytes()
    loaded = pipeline.load_snapshot(data, str(snapshot))
    assessment = pipeline.evaluate(loaded, pipeline.load_rules(lang="ar"))
    return pipeline.render(data, loaded, assessment=assessment, formats=("html",))["report.html"].decode()


def test_pages_are_accessible(browser: Browser, field: Field) -> None:
    for name in ENGLISH:
        page = (field.scan(name).out / "report.html").read_text("utf-8")
        assert violations(browser, page, unfold=False) == [], name
    for name in ARABIC:
        assert violations(browser, arabic(field.scan(name).out / "snapshot.json"), unfold=False) == [], name


def test_a_healthy_report_is_small(field: Field) -> None:
    assert len((field.scan("healthy").out / "report.html").read_bytes()) < 300_000


def test_the_single_key_reads_as_the_most_dangerous_and_the_protective_one_does_not(
    browser: Browser, field: Field
) -> None:
    worst = {}
    for name in field.daos:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto((field.scan(name).out / "report.html").as_uri())
        worst[name] = (page.locator(".strip .tone-critical").count(), page.locator(".strip .tone-high").count())
        if name == "single-key":
            assert "One key" in page.locator(".answer").first.inner_text()
            assert "at once" in page.locator(".answer").nth(1).inner_text()
        page.close()
    assert max(worst, key=lambda name: worst[name]) == "single-key"
    assert worst["protective"] <= min(worst.values())
