"""The facts of several pieces of code as one, so that none of them is hidden by another: diamonds, broken proxies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scanner.code.interface import CodeResult
from scanner.discovery.account import Account
from scanner.model.blank import unknown_facts
from scanner.model.code import CodeFacts
from scanner.model.evidence import Evidence
from scanner.model.kinds import Guard
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.values import changed

_NOTHING = frozenset({"none", "no-function", "absent"})
_WEAKEST_FIRST = (Guard.NONE, Guard.PAYMENT, Guard.PROOF, Guard.IDENTITY, Guard.MEMBER, Guard.CALLER)
_MAX_EVIDENCE = 12


_Part = tuple[CodeFacts, frozenset[str]]


def diamond_facts(account: Account, results: Mapping[str, CodeResult]) -> CodeFacts:
    """Return what is true of the diamond's code: what one facet can do the diamond can do.

    A function belongs to the facet that its selector leads to. A fact is unknown where a facet that could change it is.
    """
    proxy = account.proxy
    facets = proxy.facets if proxy else ()
    missing = [facet.address for facet in facets if facet.address not in results]
    parts = [(results[facet.address].facts, frozenset(facet.selectors)) for facet in facets if facet.address in results]
    doubt = (proxy.doubt if proxy else "") or (f"{len(missing)} facets were not analysed" if missing else "")
    found = _merged([*parts, *_own(account, results)], doubt)
    selectors = tuple(sorted({one for facet in facets for one in facet.selectors}))
    evidence = proxy.implementation.evidence if proxy else ()
    named = Known(value=selectors, evidence=evidence, derivation="selectors of the facets")
    return changed(found, selectors=named)


def broken_facts(account: Account, results: Mapping[str, CodeResult], why: str) -> CodeFacts:
    """Return what is true of a proxy whose implementation is not known: what its own code can do it can do, and
    nothing that its own code lacks is known to be absent."""
    return _merged(list(_own(account, results)), why)


def _own(account: Account, results: Mapping[str, CodeResult]) -> Iterable[_Part]:
    if account.address in results:
        facts = results[account.address].facts
        yield facts, frozenset(function.selector for function in facts.functions.items)


def _merged(parts: list[_Part], doubt: str) -> CodeFacts:
    facts: dict[str, Any] = unknown_facts(CodeFacts, Reason.UNRESOLVED, doubt or "the code was not analysed")
    if not parts:
        return CodeFacts(**facts)
    for name in CodeFacts.model_fields:
        values = [getattr(part, name) for part, _ in parts]
        if name == "functions":
            facts[name] = _functions(parts, doubt)
        elif name == "facts":
            continue
        elif isinstance(values[0], Collection):
            facts[name] = _listed(values, doubt)
        elif name == "analysed_from":
            facts[name] = _sources(values)
        else:
            facts[name] = _one(values, doubt)
    return CodeFacts(**facts)


def _functions(parts: list[_Part], doubt: str) -> Any:
    found, reasons = [], [doubt]
    for facts, selectors in parts:
        found += [function for function in facts.functions.items if function.selector in selectors]
        reasons.append("" if facts.functions.complete else facts.functions.reason)
    return _collection(CodeFacts.model_fields["functions"].annotation, found, reasons)


def _listed(values: list[Collection[Any]], doubt: str) -> Any:
    found = [item for value in values for item in value.items]
    return _collection(type(values[0]), found, [doubt, *("" if v.complete else v.reason for v in values)])


def _collection(kind: Any, found: list[Any], reasons: list[str]) -> Any:
    reason = next((one for one in reasons if one), "")
    return kind(items=tuple(found), complete=not reason, reason=reason)


def _sources(values: list[Known[str] | Unknown]) -> Known[str] | Unknown:
    """Source where all of the code was read from source, else bytecode."""
    unknown = next((value for value in values if isinstance(value, Unknown)), None)
    if unknown is not None:
        return unknown
    known = {value.value for value in values if isinstance(value, Known)}
    return Known(value="source" if known == {"source"} else "bytecode", evidence=_evidence(values))


def _one(values: list[Any], doubt: str) -> Any:
    known = [value for value in values if isinstance(value, Known)]
    unsure = [value for value in values if isinstance(value, Unknown) and value.reason is not Reason.NOT_SUPPORTED]
    if not known:
        return values[0]
    first = known[0].value
    if isinstance(first, bool):
        yes = [value for value in known if value.value]
        return yes[0] if yes else _sure(known, unsure, doubt, False)
    if isinstance(first, tuple):
        names = tuple(sorted({name for value in known for name in value.value}))
        return _sure(known, unsure, doubt, names)
    said = {str(value.value) for value in known} - _NOTHING
    if not said:
        return _sure(known, unsure, doubt, str(first))
    if len(said) == 1:
        return _sure(known, unsure, doubt, said.pop())
    weakest = next((guard.value for guard in _WEAKEST_FIRST if guard.value in said), None)
    if weakest is None:
        detail = f"the facets differ: {', '.join(sorted(said))}"
        return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=_evidence(known))
    return _sure(known, unsure, doubt, weakest)


def _sure(known: list[Known[Any]], unsure: list[Unknown], doubt: str, value: Any) -> Any:
    if unsure:
        return unsure[0]
    if doubt:
        return Unknown(reason=Reason.UNRESOLVED, detail=doubt, evidence=_evidence(known))
    return Known(value=value, evidence=_evidence(known), derivation="of all the code that runs here")


def _evidence(values: Iterable[Any]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(piece for value in values for piece in value.evidence))[:_MAX_EVIDENCE]
