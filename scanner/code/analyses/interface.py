"""What an analysis sees. Analyses read Slither's objects by attribute; the adapter alone imports Slither."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scanner.model.evidence import AtBlock, SourceEvidence


@dataclass(frozen=True)
class Unit:
    """One contract of one compiled source.

    `contract` is the Slither contract that runs at `address`; `source_line` turns any Slither element that has a
    source mapping (contract, function, node, variable) into evidence.
    """

    slither: Any
    contract: Any
    source_id: str
    at: AtBlock
    address: str
    source_line: Callable[[Any], SourceEvidence]
