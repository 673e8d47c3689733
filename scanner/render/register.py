"""The register of evidence: each piece once, numbered as it is first cited, with the one place that shows it whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from scanner.model.evidence import Evidence

CITED = 8
"""Pieces that one fact cites; report.json holds all."""


@dataclass(frozen=True)
class Cited:
    """Numbers in the register, and how many more pieces there are."""

    numbers: tuple[int, ...] = ()
    more: int = 0


@dataclass
class Register:
    """Grows while a page is prepared; numbers begin with 1."""

    numbers: dict[Evidence, int] = field(default_factory=dict)
    shown: set[Evidence] = field(default_factory=set)

    def cite(self, pieces: Iterable[Evidence]) -> Cited:
        """Return the numbers of `pieces`, entering those that are new."""
        found = tuple(dict.fromkeys(pieces))
        for piece in found[:CITED]:
            self.numbers.setdefault(piece, len(self.numbers) + 1)
        return Cited(tuple(sorted(self.numbers[piece] for piece in found[:CITED])), max(len(found) - CITED, 0))

    def show(self, piece: Evidence) -> tuple[int, bool]:
        """Return the number of `piece` and whether this is the first place that shows it: there it stands whole."""
        first = piece not in self.shown
        self.shown.add(piece)
        return self.numbers.setdefault(piece, len(self.numbers) + 1), first

    @property
    def pieces(self) -> tuple[Evidence, ...]:
        """Every piece that was cited, by number."""
        return tuple(self.numbers)
