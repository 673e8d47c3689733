"""What was stated about markets and votes off chain, on the page: only where it was stated."""

from __future__ import annotations

from scanner.model.snapshot import Snapshot
from scanner.offchain.prices import read_prices, with_prices
from scanner.offchain.space import SpaceDocument
from scanner.offchain.space_facts import with_space
from scanner.render.html import render_html
from tests.offchain.test_space import RIVER
from tests.render import factory
from tests.render.factory import assessment, snapshot


def _page(made: Snapshot) -> str:
    return render_html(made, assessment(), factory.SNAPSHOT_SHA256, factory.ENGLISH)


def test_without_prices_and_spaces_the_page_speaks_of_neither() -> None:
    page = _page(snapshot())
    assert "No price is read" in page
    assert "Assets with a price" not in page
    assert "Snapshot space" not in page


def test_what_was_stated_stands_on_the_page_and_what_a_stranger_wrote_is_text() -> None:
    priced = with_prices(snapshot(), read_prices(["native=2000EUR"]))
    hostile = {**RIVER, "name": "<script>alert(1)</script>", "validation": {"name": "</td><img src=x>"}}
    page = _page(with_space(priced, SpaceDocument("space.json", "0x" + "00" * 32, hostile)))
    assert "Assets with a price: " in page
    assert "EUR" in page
    assert "They bind nobody unless a module on chain executes them" in page
    assert "<script>alert(1)" not in page
    assert "<img src=x>" not in page
