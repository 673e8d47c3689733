"""The pages in a real browser: nothing runs, nothing leaves, nothing overflows, all of it can be read and reached."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from scanner.render.html import render_html
from scanner.render.index import entry, render_index
from tests.render import factory
from tests.render.hostile import rotating

pytestmark = pytest.mark.browser
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = (390, 1280)
OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.setAttribute('open', ''))"
WIDEST = """() => [...document.querySelectorAll('body *')]
    .filter(each => (each.getBoundingClientRect().right > innerWidth + 1 || each.getBoundingClientRect().left < -1)
        && !each.closest('.graph, .index, .source, .description, .contents, .hidden, thead, .skip'))
    .map(each => each.tagName + '.' + each.className)"""


def chromium() -> str:
    """Return the browser's path; without one the tests fail in CI and are skipped elsewhere."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    if os.environ.get("CI"):
        pytest.fail("no Chromium: the browser tests must run in CI")
    pytest.skip("no Chromium on this machine; install the chromium package to run the browser tests")


@cache
def pages() -> dict[str, str]:
    """Return the pages to open, by path."""
    plain = (factory.snapshot(), factory.assessment())
    hostile = (factory.with_text(plain[0], rotating()), factory.with_text(plain[1], rotating()))
    empty = (factory.empty_snapshot(), factory.empty_assessment())
    rows = [
        entry(factory.ENGLISH, *plain, "plain"),
        entry(factory.ENGLISH, *hostile, "hostile"),
        entry(factory.ENGLISH, *empty, "empty"),
    ]
    made = {
        f"/{name}": render_html(*values, factory.SNAPSHOT_SHA256, factory.ENGLISH)
        for name, values in (("plain", plain), ("hostile", hostile), ("empty", empty))
    }
    arabic = {
        f"/ar/{name}": render_html(*values, factory.SNAPSHOT_SHA256, factory.ARABIC)
        for name, values in (("plain", plain), ("hostile", hostile))
    }
    arabic["/ar/index"] = render_index(factory.ARABIC, [entry(factory.ARABIC, *plain, "plain")])
    return {**made, **arabic, "/index": render_index(factory.ENGLISH, rows)}


@dataclass(frozen=True)
class Server:
    """A server on loopback and what it was asked for."""

    url: str
    asked: list[str]


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[Server]:
    made = pages()
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = made.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Server(f"http://127.0.0.1:{server.server_port}", asked)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module", name="browser")
def _browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Seen:
    """What a page did."""

    page: Page
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def opened(browser: Browser, url: str, *, width: int = 1280, scheme: str = "light") -> Seen:
    page = browser.new_page(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    seen = Seen(page)
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("console", lambda message: seen.console.append(message.text))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("dialog", lambda dialog: seen.errors.append(dialog.message))
    page.goto(url)
    return seen


@pytest.mark.parametrize("path", ["/plain", "/hostile", "/empty", "/index", "/ar/hostile"])
def test_nothing_runs_and_nothing_leaves(browser: Browser, server: Server, path: str) -> None:
    seen = opened(browser, server.url + path)
    title = seen.page.title()
    seen.page.evaluate(OPEN_ALL)
    for _ in range(5):
        seen.page.keyboard.press("Tab")
    seen.page.mouse.move(400, 300)
    seen.page.wait_for_load_state("networkidle")
    assert seen.page.evaluate("document.scripts.length") == 1
    assert seen.page.evaluate("document.images.length") == 0
    assert seen.page.title() == title
    assert "ran" not in title.split()
    assert [url for url in seen.requests if not url.startswith("data:")] == [server.url + path]
    assert seen.console == []
    assert seen.errors == []
    seen.page.close()


def test_the_policy_stops_a_script_that_gets_in(browser: Browser, server: Server) -> None:
    """The last line of defence works by itself: a script put into the finished page does not run."""
    seen = opened(browser, server.url + "/plain")
    html = pages()["/plain"].replace("</main>", "<script>document.title='ran'</script><img src=x></main>")
    seen.page.route("**/tampered", lambda route: route.fulfill(body=html, content_type="text/html"))
    seen.page.goto(server.url + "/tampered", wait_until="networkidle")
    assert seen.page.evaluate("document.scripts.length") == 2
    assert seen.page.title() != "ran"
    assert any("Content Security Policy" in message for message in seen.console)
    assert any("img-src" in message for message in seen.console)
    assert "/x" not in server.asked
    seen.page.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/plain", "/hostile", "/empty", "/index", "/ar/plain", "/ar/index"])
def test_no_horizontal_overflow(browser: Browser, server: Server, path: str, width: int) -> None:
    seen = opened(browser, server.url + path, width=width)
    seen.page.evaluate(OPEN_ALL)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.page.evaluate(WIDEST) == []
    seen.page.close()


def test_the_style_is_in_force_in_both_themes(browser: Browser, server: Server) -> None:
    grounds = set()
    for scheme in ("light", "dark"):
        seen = opened(browser, server.url + "/plain", scheme=scheme)
        grounds.add(seen.page.evaluate("getComputedStyle(document.body).backgroundColor"))
        seen.page.close()
    assert grounds == {"rgb(244, 245, 247)", "rgb(16, 20, 26)"}


def test_hostile_text_can_be_read(browser: Browser, server: Server) -> None:
    seen = opened(browser, server.url + "/hostile")
    seen.page.evaluate(OPEN_ALL)
    text = seen.page.inner_text("main")
    assert "<script>document.title='ran'</script>" in text
    assert "[U+202E]0xdeadbeef[U+202C]" in text
    assert "الاسم العربي مع نص" in text
    assert "characters cut]" in text
    seen.page.close()


def test_the_first_screen_answers_the_question(browser: Browser, server: Server) -> None:
    seen = opened(browser, server.url + "/plain")
    for selector in (".answer:nth-child(1)", ".answer:nth-child(2)", ".strip .cell.tone-critical", ".coverage"):
        box = seen.page.locator(selector).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800
    seen.page.close()


def test_the_keyboard_is_enough(browser: Browser, server: Server) -> None:
    seen = opened(browser, server.url + "/plain")
    page = seen.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box() != {"x": -10000, "y": 0}
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator("details summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details").first.get_attribute("open") is not None
    page.close()


def test_a_link_of_an_answer_leads_to_its_evidence(browser: Browser, server: Server) -> None:
    seen = opened(browser, server.url + "/plain")
    seen.page.locator(".answer a").first.click()
    assert seen.page.evaluate("document.querySelector(':target').tagName") == "TR"
    assert "one key (EOA)" in seen.page.evaluate("document.querySelector(':target').innerText")
    seen.page.close()


def test_print_shows_the_evidence(browser: Browser, server: Server) -> None:
    seen = opened(browser, server.url + "/plain")
    closed = seen.page.locator(".instance .check code").first
    assert not closed.is_visible()
    seen.page.emulate_media(media="print")
    assert closed.is_visible()
    assert len(seen.page.pdf(format="A4")) > 10_000
    seen.page.close()


PLACES = """() => Object.fromEntries(['.answers', '.strips', '.strip .cell', 'svg .box']
    .map(each => [each, document.querySelector(each).getBoundingClientRect()])
    .map(([each, box]) => [each, [Math.round(box.left), Math.round(box.right)]]))"""


def test_arabic_reads_from_right_to_left(browser: Browser, server: Server) -> None:
    """The page is mirrored; addresses, dates and amounts inside it are not."""
    seen, english = opened(browser, server.url + "/ar/plain"), opened(browser, server.url + "/plain")
    mirrored, plain = seen.page.evaluate(PLACES), english.page.evaluate(PLACES)
    for name in (".answers", ".strips"):
        left, right = plain[name]
        assert abs(1280 - right - mirrored[name][0]) <= 16, name
        assert abs(1280 - left - mirrored[name][1]) <= 16, name
    assert mirrored[".strip .cell"][0] > 600
    assert mirrored["svg .box"][0] > 900 > plain["svg .box"][0]
    for page in (seen.page, english.page):
        order = page.evaluate(ORDER, "2026-09-21 14:13:20 UTC")
        assert order == sorted(order)
    seen.page.close()
    english.page.close()


ORDER = """text => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const at = walk.currentNode.data.indexOf(text);
        if (at < 0) continue;
        return [...text].map((_, place) => {
            const range = document.createRange();
            range.setStart(walk.currentNode, at + place);
            range.setEnd(walk.currentNode, at + place + 1);
            return range.getBoundingClientRect().left;
        });
    }
}"""


@pytest.mark.parametrize("width", WIDTHS)
def test_each_column_of_the_index_has_its_name_above(browser: Browser, server: Server, width: int) -> None:
    """On a phone as well: a severity says nothing without its dimension."""
    page = opened(browser, f"{server.url}/index", width=width).page
    heads = page.locator("#reports-table thead th")
    cells = page.locator("#reports-table tbody tr").first.locator("th, td")
    assert heads.count() == cells.count()
    for head, cell in zip(heads.all(), cells.all(), strict=True):
        above, below = head.bounding_box(), cell.bounding_box()
        assert above is not None
        assert below is not None
        assert abs(above["x"] - below["x"]) < 3
        assert above["y"] + above["height"] <= below["y"] + 1
        assert above["height"] > 5
    page.close()
