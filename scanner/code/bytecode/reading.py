"""A graph with what is needed to answer about it: evidence, and the words for not knowing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scanner.code.bytecode.graph import Block, Graph, called_selectors
from scanner.model.evidence import CodeEvidence
from scanner.model.observation import Known, Reason, Unknown


@dataclass(frozen=True)
class Reading:
    """Runtime code as a graph, and the evidence that stands for the whole of it."""

    graph: Graph
    whole: CodeEvidence

    def known(self, value: Any, derivation: str, *offsets: int) -> Known[Any]:
        """Return a known value with the places in the code that show it; without places the whole code does."""
        shown = tuple(self.whole.model_copy(update={"offset": o}) for o in sorted(set(offsets)) if o >= 0)
        return Known(value=value, evidence=shown[:6] or (self.whole,), derivation=derivation)

    def unknown(self, detail: str) -> Unknown:
        return Unknown(reason=Reason.NOT_VERIFIED, detail=f"no verified source: {detail}", evidence=(self.whole,))

    def unsupported(self, detail: str) -> Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=(self.whole,))

    @cached_property
    def called(self) -> dict[str, int]:
        """Selectors that reachable code puts together for calls, with the offset of each."""
        return called_selectors(tuple(b for _, b in sorted(self.graph.blocks.items())), self.graph.selectors)

    def bodies(self, selectors: frozenset[str]) -> dict[str, tuple[Block, ...]]:
        """Return the reachable blocks of those of these functions that the code has."""
        return {f.selector: self.graph.body(f) for f in self.graph.functions if f.selector in selectors}

    def calls(self, blocks: tuple[Block, ...]) -> dict[str, int]:
        return called_selectors(blocks, self.graph.selectors)
