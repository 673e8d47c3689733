"""How far a report may be passed on: the labels of the Traffic Light Protocol 2.0 (FIRST)."""

from __future__ import annotations

from enum import StrEnum


class Handling(StrEnum):
    """A label: widest circle first."""

    CLEAR = "CLEAR"
    GREEN = "GREEN"
    AMBER = "AMBER"
    RED = "RED"
