"""A contract as the analyses read it: its entry points and what each of them does."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from eth_utils.crypto import keccak

from scanner.code.analyses.dataflow import summarise_function
from scanner.code.analyses.interface import Unit
from scanner.code.analyses.summary import NO_SUMMARY, Effect, Summary, TooMuchCode
from scanner.model.evidence import SourceEvidence

_MAX_DEPTH = 100


def selector_of(signature: str) -> str:
    """Return the 4-byte selector of a canonical signature, as 0x-hex."""
    return "0x" + keccak(text=signature)[:4].hex()


class Entry:
    """A function that anyone can call from outside: external or public, implemented, not overridden."""

    def __init__(self, function: Any, summary: Summary) -> None:
        self.function = function
        self.summary = summary
        self.name = str(function.name)
        self.signature = str(function.solidity_signature)
        self.selector = selector_of(self.signature)
        self.changes_state = not (function.view or function.pure)
        self.payable = bool(function.payable)
        self.parameters = tuple(
            str(parameter.name or f"#{index}") for index, parameter in enumerate(function.parameters)
        )
        self.types = tuple(str(parameter.type) for parameter in function.parameters)

    @property
    def is_fallback(self) -> bool:
        return bool(self.function.is_fallback or self.function.is_receive)

    @property
    def effects(self) -> tuple[Effect, ...]:
        return self.summary.effects

    def writes(self, name: str = "") -> list[Effect]:
        return [e for e in self.effects if e.kind == "write" and (not name or e.name == name)]

    def calls(self) -> list[Effect]:
        return [e for e in self.effects if e.kind in ("call", "static", "low-level", "delegatecall", "send")]


class Program:
    """One contract with lazily computed summaries, shared by all analyses of the unit."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.contract = unit.contract
        self._summaries: dict[Any, Summary] = {}
        self._depth = 0
        self._own: dict[str, Any] = {}
        self.kept_views: dict[str, list[Any]] | None = None
        self.kept_constants: dict[str, str] | None = None
        for function in (*self.contract.functions, *self.contract.modifiers):
            self._own.setdefault(str(function.canonical_name), function)

    def own(self, function: Any) -> Any:
        """Return this contract's copy of a function; what it does not have is returned as it is.

        super.f() names the parent's copy, whose own calls are not resolved for this contract.
        """
        return self._own.get(str(getattr(function, "canonical_name", "")), function)

    def summary(self, function: Any) -> Summary:
        """Return a function's summary; a function that calls itself adds nothing to its own.

        Raises TooMuchCode where more would have to be followed than is sensible.
        """
        if not hasattr(function, "nodes"):
            return NO_SUMMARY
        function = self.own(function)
        known = self._summaries.get(function)
        if known is not None:
            return known
        if self._depth >= _MAX_DEPTH:
            raise TooMuchCode(str(function.name))
        self._summaries[function] = NO_SUMMARY
        self._depth += 1
        try:
            result = summarise_function(function, self.summary)
        except Exception:
            # An empty summary left behind would read as "does nothing".
            del self._summaries[function]
            raise
        finally:
            self._depth -= 1
        self._summaries[function] = result
        return result

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry point, by signature."""
        found = [
            Entry(function, self.summary(function))
            for function in self.contract.functions_entry_points
            if function.is_implemented and not function.is_constructor and not function.is_constructor_variables
        ]
        return tuple(sorted(found, key=lambda entry: entry.signature))

    @cached_property
    def changing(self) -> tuple[Entry, ...]:
        """Entry points that may change state."""
        return tuple(entry for entry in self.entries if entry.changes_state)

    @cached_property
    def getters(self) -> dict[str, Any]:
        """Public state variables by the signature of their getter."""
        return {str(v.solidity_signature): v for v in self.contract.state_variables_entry_points}

    @cached_property
    def selectors(self) -> dict[str, Any]:
        """Selectors that the contract answers, with the function or variable behind each."""
        out = {entry.selector: entry.function for entry in self.entries if not entry.is_fallback}
        out.update({selector_of(signature): variable for signature, variable in self.getters.items()})
        return out

    def entry(self, signature: str) -> Entry | None:
        """Return the entry point of a canonical signature."""
        return next((entry for entry in self.entries if entry.signature == signature), None)

    def named(self, *names: str) -> list[Entry]:
        """Return the state-changing entry points of these names."""
        return [entry for entry in self.changing if entry.name in names]

    def evidence(self, element: Any) -> SourceEvidence:
        return self.unit.source_line(element)

    @property
    def whole(self) -> tuple[SourceEvidence, ...]:
        """The whole contract, as evidence that something is not there."""
        return (self.evidence(self.contract),)

    @cached_property
    def reached(self) -> tuple[Any, ...]:
        """Every function that some entry point runs, itself included."""
        assert self.entries is not None
        return tuple(self._summaries)
