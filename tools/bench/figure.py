"""One figure of the benchmark."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*\Z")


@dataclass(frozen=True)
class Figure:
    """A measured value and the most that it may be. Without a limit it is printed for comparison and always holds.

    The unit belongs into the name (`_seconds`, `_ratio`, `_bytes`).
    """

    name: str
    value: float
    limit: float | None

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise ValueError(f"'{self.name}' is no name of a figure")

    @property
    def holds(self) -> bool:
        """Whether the value keeps its limit. A value that is no number keeps none."""
        return self.limit is None or self.value <= self.limit

    def line(self) -> str:
        """Return `name value limit holds|short`; a missing limit is a dash."""
        limit = "-" if self.limit is None else _number(self.limit)
        return f"{self.name} {_number(self.value)} {limit} {'holds' if self.holds else 'short'}"


def to_json(figures: Sequence[Figure]) -> str:
    """Return `[{"name", "value", "limit", "holds"}]` as text with a final newline."""
    rows = [{"name": one.name, "value": one.value, "limit": one.limit, "holds": one.holds} for one in figures]
    return json.dumps(rows, indent=2) + "\n"


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4g}" if abs(value) < 1_000 else f"{value:.0f}"
