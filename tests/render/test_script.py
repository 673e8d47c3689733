"""What the page's script adds, in a real browser, by keyboard as well; and that nothing is lost without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from scanner.locale.load import load_locale
from scanner.render.html import render_html
from scanner.render.index import entry, render_index
from tests.render import factory
from tests.render.test_browser import FLAGS, chromium

pytestmark = pytest.mark.browser
ADDRESS = "http://localhost/report.html"
EMPTY = (factory.empty_snapshot(), factory.empty_assessment())


@cache
def html(kind: str = "plain", lang: str = "en") -> str:
    t = load_locale(lang)
    judged = factory.assessment().model_copy(update={"lang": lang})
    if kind == "index":
        return render_index(t, [entry(t, factory.snapshot("Aster"), judged, "a"), entry(t, *EMPTY, "b")])
    return render_html(factory.snapshot(), judged, factory.SNAPSHOT_SHA256, t)


@pytest.fixture(scope="module", name="browser")
def _browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


def opened(browser: Browser, body: str, *, script: bool = True, fragment: str = "") -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=script)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
    page.goto(ADDRESS + fragment)
    return page


def test_search_leaves_what_holds_every_word_and_says_how_many(browser: Browser) -> None:
    page = opened(browser, html())
    tools = page.locator('.tools[data-in="proposal-list"]')
    tools.locator("input").fill("LOWER quorum")
    rows = page.locator("#proposal-list tbody tr:visible")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Lower the quorum")
    expect(tools.locator("output")).to_have_text("1 of 5 shown")
    tools.locator("input").fill("")
    expect(rows).to_have_count(5)
    expect(tools.locator("output")).to_have_text("")
    page.context.close()


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_choice_filters_by_what_a_row_is(browser: Browser, lang: str) -> None:
    page = opened(browser, html(lang=lang))
    page.locator('.tools[data-in="proposal-list"] select').select_option("open")
    expect(page.locator("#proposal-list tbody tr:visible")).to_have_count(2)
    page.locator('.tools[data-in="findings"] select').select_option("critical")
    shown = page.locator("#findings .instance:visible")
    expect(shown).to_have_count(sum(item.severity == "critical" for item in factory.assessment().findings))
    assert page.locator("#findings .finding:visible").count() == shown.count()
    page.context.close()


def test_columns_sort_by_keyboard(browser: Browser) -> None:
    page = opened(browser, html())
    button = page.locator("#proposal-list thead th").nth(1).locator("button")
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator("#proposal-list th[aria-sort]").get_attribute("aria-sort") == "descending"
    down = page.locator("#proposal-list tbody td:nth-child(2)").all_inner_texts()
    page.keyboard.press("Enter")
    assert page.locator("#proposal-list th[aria-sort]").get_attribute("aria-sort") == "ascending"
    ranks = page.locator("#proposal-list tbody td:nth-child(2)").evaluate_all("all => all.map(one => +one.dataset.v)")
    assert ranks == sorted(ranks)
    assert sorted(down) == sorted(page.locator("#proposal-list tbody td:nth-child(2)").all_inner_texts())
    page.context.close()


def test_the_index_sorts_by_severity(browser: Browser) -> None:
    page = opened(browser, html("index"))
    page.locator("#reports-table thead th").nth(1).locator("button").click()
    ranks = page.locator("#reports-table tbody td:nth-child(2)").evaluate_all("all => all.map(one => +one.dataset.v)")
    assert ranks == sorted(ranks, reverse=True)
    page.context.close()


def test_the_index_sorts_names_from_a_and_finds_whole_addresses(browser: Browser) -> None:
    page = opened(browser, html("index"))
    rows = page.locator("#reports-table tbody tr")
    page.locator("#reports-table thead th").first.locator("button").click()
    names = rows.locator("a").all_inner_texts()
    assert len(names) == 2
    assert names == sorted(names)
    page.locator("#reports-table thead th").first.locator("button").click()
    assert rows.locator("a").all_inner_texts() == names[::-1]
    address = factory.snapshot().target.address
    assert address not in rows.filter(has_text="Aster").inner_text()
    page.locator(".tools input").fill(f"aster {address}")
    expect(page.locator("#reports-table tbody tr:visible")).to_have_count(1)
    page.locator(".tools input").fill(address[:-4] + "zzzz")
    expect(page.locator("#reports-table tbody tr:visible")).to_have_count(0)
    page.context.close()


def test_groups_of_rows_are_one_table(browser: Browser) -> None:
    """Rows stand in groups of fifty, so that a browser lays out few of them: sorting and filtering do not see that."""
    t = load_locale("en")
    bad, good = (entry(t, factory.snapshot(), factory.assessment(), "x"), entry(t, *EMPTY, "y"))
    rows = [replace(good if n % 40 else bad, name=f"DAO {n:03}") for n in range(120)]
    page = opened(browser, render_index(t, rows))
    table, names = page.locator("#reports-table"), "#reports-table tbody tr:visible bdi"
    assert table.locator("tbody").count() == 3
    every = [f"DAO {n:03}" for n in range(120)]
    assert page.locator(names).all_text_contents() == every
    table.locator("thead th").nth(1).locator("button").click()
    worst = ["DAO 000", "DAO 040", "DAO 080"]
    assert page.locator(names).all_text_contents() == worst + [one for one in every if one not in worst]
    assert table.locator("tbody").evaluate_all("all => all.map(one => one.rows.length)") == [50, 50, 20]
    page.locator(".tools select").select_option("critical")
    expect(page.locator(names)).to_have_text(worst)
    expect(table.locator("tbody:visible")).to_have_count(1)
    table.locator("thead th").first.locator("button").click()
    expect(page.locator(names)).to_have_text(worst)  # one in each group now
    assert table.locator("tbody").evaluate_all("all => all.map(one => one.style.getPropertyValue('--rows'))") == [
        "2",
        "1",
        "0",
    ]
    page.locator(".tools select").select_option("")
    expect(page.locator(names)).to_have_text(every)
    page.context.close()
    plain = opened(browser, render_index(t, rows), script=False)
    assert plain.locator(names).all_text_contents() == every
    plain.context.close()


def test_a_command_is_copied_as_it_stands(browser: Browser) -> None:
    page = opened(browser, html(lang="ar"))
    page.locator("#findings details.evidence summary").first.click()
    command = page.locator("#findings .check code").first
    page.locator("#findings button.copy").first.click()
    assert page.evaluate("navigator.clipboard.readText()") == command.inner_text()
    assert command.inner_text().startswith("cast ")
    assert command.inner_text().isascii()
    page.context.close()


def test_the_theme_is_chosen_and_kept(browser: Browser) -> None:
    page = opened(browser, html())
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.locator("#theme").select_option("dark")
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == dark
    page.locator("#theme").select_option("light")
    assert page.evaluate(ground) == light
    page.context.close()


def test_a_link_opens_what_is_folded(browser: Browser) -> None:
    page = opened(browser, html())
    place = page.locator('#findings details.evidence li[id^="evidence-"]').first.get_attribute("id")
    page.goto(f"{ADDRESS}#{place}")
    expect(page.locator(f"#{place}")).to_be_in_viewport()
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_box_of_the_graph_shows_its_facts(browser: Browser, script: bool) -> None:
    page = opened(browser, html(), script=script)
    assert page.locator(".node:visible").count() == 0
    page.locator(".graph a").nth(3).focus()
    page.keyboard.press("Enter")
    assert page.locator(".node:visible").count() == 1
    assert page.locator(".node:visible li").count() >= 1
    page.context.close()


def test_without_it_nothing_is_missing(browser: Browser) -> None:
    page = opened(browser, html(), script=False)
    assert page.locator(".tools:visible, .theme:visible, button:visible").count() == 0
    page.locator("#findings details.evidence summary").first.click()
    assert page.locator("#findings .check code").first.is_visible()
    assert page.locator("#proposal-list tbody tr:visible").count() == 5
    page.context.close()
