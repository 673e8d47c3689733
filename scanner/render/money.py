"""Costs in the currency of the prices that the user gave."""

from __future__ import annotations

from scanner.model.observation import Known, Unknown
from scanner.model.values import Int
from scanner.render.lookup import Lookup


def money(lookup: Lookup, cost: Known[Int] | Unknown) -> str:
    """Return a cost with its currency, empty where no price was given."""
    prices = lookup.snapshot.dao.prices
    if isinstance(cost, Unknown) or not prices:
        return ""
    return lookup.t("capture.money", amount=f"{cost.value // 100:,}.{cost.value % 100:02}", currency=prices[0].currency)
