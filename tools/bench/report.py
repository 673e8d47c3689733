"""A report on 200 contracts and 5,000 proposals and an index of 10,000 rows: size, first paint, a key of the filter.

Both are made up from the snapshot that the tests of the page use. Times are taken inside headless Chromium; where
there is none, only sizes are measured.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from scanner.model.outcome import Assessment, Finding, Outcome, Status
from scanner.model.snapshot import Snapshot
from scanner.render.html import render_html
from scanner.render.index import Entry, entry, render_index
from tests.render import factory
from tests.render import factory_dao as dao
from tools.bench.figure import Figure
from tools.browser import find

CONTRACTS, PROPOSALS, ROWS = 200, 5_000, 10_000
EVERY = 5
"""One proposal of so many has a finding."""
WORDS = ("audit", "grant", "council", "quorum", "bridge", "renew")
_PAINT = "() => performance.getEntriesByType('paint').find(one => one.name === 'first-contentful-paint').startTime"
_LOAD = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"
_KEY = """async ([place, text]) => {
    const field = document.querySelector(`.tools[data-in="${place}"] input`);
    const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
    field.focus();
    await frame();
    const begin = performance.now();
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await frame();
    return performance.now() - begin;
}"""
_SORT = """async place => {
    const button = document.querySelector(`#${place} thead th:nth-child(2) button`);
    const begin = performance.now();
    button.click();
    await new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
    return performance.now() - begin;
}"""


def large_snapshot() -> Snapshot:
    """Return a snapshot with many contracts and proposals."""
    small = factory.snapshot()
    first = small.contracts.items[0]
    contracts = tuple(
        first.model_copy(update={"address": dao.address(10_000 + number), "label": f"Contract {number}"})
        for number in range(CONTRACTS)
    )
    shape = small.proposals.items[0]
    proposals = tuple(
        shape.model_copy(
            update={
                "id": str(number),
                "description": f"# {WORDS[number % len(WORDS)].title()} {number}\\n\\nThe text of proposal {number}.",
                "created_block": 10_000_000 + number * 1_000,
                "created_at": dao.known(1_600_000_000 + number * 12_000),
            }
        )
        for number in range(1, PROPOSALS + 1)
    )
    return small.model_copy(
        update={
            "contracts": small.contracts.model_copy(update={"items": contracts}),
            "proposals": small.proposals.model_copy(update={"items": proposals}),
        }
    )


def large_assessment(snapshot: Snapshot) -> Assessment:
    """Return an assessment with a finding on every fifth proposal, and passes on the others."""
    small = factory.assessment()
    about = next(one for one in small.findings if one.subject.kind == "proposal")
    outcome = next(one for one in small.outcomes if one.status is Status.PASS)
    findings: list[Finding] = list(small.findings)
    outcomes: list[Outcome] = list(small.outcomes)
    for number, item in enumerate(snapshot.proposals.items):
        key = f"eip155:{snapshot.target.chain_id}:{item.governor}#proposal:{item.id}"
        subject = about.subject.model_copy(update={"id": key, "label": f"Proposal {item.id}"})
        if number % EVERY == 0:
            said = {"subject": subject, "fingerprint": f"{number:064x}", "message": f"The proposal {item.id} pays."}
            findings.append(about.model_copy(update=said))
        else:
            outcomes.append(outcome.model_copy(update={"rule_id": about.rule_id, "subject": subject}))
    return small.model_copy(update={"findings": tuple(findings), "outcomes": tuple(outcomes)})


def figures() -> list[Figure]:
    """Return sizes in bytes and times in milliseconds (medians)."""
    snapshot = large_snapshot()
    assessment = large_assessment(snapshot)
    begin = time.process_time()
    page = render_html(snapshot, assessment, factory.SNAPSHOT_SHA256, factory.ENGLISH).encode()
    rendering = time.process_time() - begin
    row = entry(factory.ENGLISH, factory.snapshot(), factory.assessment(), "one")
    rows = [_renamed(row, number) for number in range(ROWS)]
    begin = time.process_time()
    index = render_index(factory.ENGLISH, rows).encode()
    listing = time.process_time() - begin
    found = [
        Figure("report.large_bytes", len(page), 5_000_000),
        Figure("report.large_rendering_seconds", rendering, None),
        Figure("report.index_bytes", len(index), None),
        Figure("report.index_rendering_seconds", listing, None),
    ]
    program = find()
    if program:
        pages = {"report.large": (page, "proposal-list"), "report.index": (index, "reports-table")}
        found += _looked_at(program, pages)
    return found


def _renamed(row: Entry, number: int) -> Entry:
    return replace(row, name=f"{WORDS[number % len(WORDS)].title()} {number}", href=f"{number}/report.html")


def _looked_at(program: str, pages: dict[str, tuple[bytes, str]]) -> list[Figure]:
    found = []
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with tempfile.TemporaryDirectory(prefix="daoscan-bench-") as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=flags)
        for name, (data, place) in pages.items():
            path = Path(folder, f"{name}.html")
            path.write_bytes(data)
            found += _one_page(browser, name, path, place)
        browser.close()
    return found


def _one_page(browser: Browser, name: str, path: Path, place: str) -> list[Figure]:
    loads, paints, keys, sorts = [], [], [], []
    for _ in range(3):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.as_uri())
        loads.append(page.evaluate(_LOAD))
        paints.append(page.evaluate(_PAINT))
        keys += [page.evaluate(_KEY, [place, text]) for text in ("a", "au", "aud", "audi", "audit", "")]
        sorts += [page.evaluate(_SORT, place) for _ in range(2)]
        page.close()
    return [
        Figure(f"{name}_load_milliseconds", statistics.median(loads), 1_000),
        Figure(f"{name}_first_paint_milliseconds", statistics.median(paints), 1_000),
        Figure(f"{name}_filter_key_milliseconds", statistics.median(keys), 100),
        Figure(f"{name}_sort_milliseconds", statistics.median(sorts), 300),
    ]
