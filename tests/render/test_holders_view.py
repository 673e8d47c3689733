"""Who the largest holders are, as the page says it."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.locale.load import load_locale
from scanner.model.observation import Collection, Known
from scanner.model.snapshot import Snapshot
from scanner.model.values import changed
from scanner.render.holders_view import HoldersView, holders_views
from scanner.render.html import render_html
from scanner.render.lookup import look_up
from tests.render import factory


def _snapshot(**facts: Any) -> Snapshot:
    made = factory.snapshot()
    tokens = tuple(changed(one, **facts) for one in made.tokens.items)
    return made.model_copy(update={"tokens": made.tokens.model_copy(update={"items": tokens})})


def _views(snapshot: Snapshot, lang: str = "en") -> tuple[HoldersView, ...]:
    return holders_views(look_up(snapshot, factory.assessment(), load_locale(lang)))


def test_contracts_stand_by_what_tells_them_and_people_in_one_row() -> None:
    (view,) = _views(_snapshot())
    assert view.token == "MRD"
    assert [(row.what.text, row.what.known, row.share.text, bool(row.address)) for row in view.rows] == [
        ("timelock, a treasury of this DAO", True, "23.1%", True),
        ("trading pool", True, "18.4%", True),
        ("vault (ERC-4626), by its own answers and the token's books", True, "9.05%", True),
        ("claims to be this, and nothing confirms it: trading pool", False, "4%", True),
        ("6 accounts without code", True, "16.7%", False),
    ]
    assert all(row.evidence.numbers for row in view.rows)
    assert not view.more


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_no_contract_no_table(lang: str) -> None:
    words = load_locale(lang)
    title = str(words("holders.title", token="~")).partition("~")[0].rstrip("\u2066\u2067\u2068")
    none = _snapshot(top_holders=Collection[Any](items=(), complete=True))
    assert title in render_html(_snapshot(), factory.assessment(), "0" * 64, words)
    assert not _views(none, lang)
    assert title not in render_html(none, factory.assessment(), "0" * 64, words)


def test_what_could_not_be_read_is_said() -> None:
    whole = _snapshot().tokens.items[0].top_holders
    partial = whole.model_copy(update={"complete": False, "reason": "1 of the ten largest holders could not be read"})
    (view,) = _views(_snapshot(top_holders=partial, top_accounts=Known(value=0, evidence=())))
    assert view.more == "There may be more contracts among them (1 of the ten largest holders could not be read)."
    assert len(view.rows) == len(whole.items), "no row of nobody"
