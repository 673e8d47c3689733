"""What the reader chose about the files themselves, and not about what they say."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model.handling import Handling
from scanner.render.sarif import PLAIN, SarifOptions


@dataclass(frozen=True)
class Edition:
    """`handling` is None for the label that follows from the findings; `paper` is a4 or letter."""

    sarif: SarifOptions = PLAIN
    handling: Handling | None = None
    paper: str = "a4"


USUAL = Edition()
