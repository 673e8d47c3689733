"""Which results of static-analysis detectors do not count for a governance or a treasury, each with its reason."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from scanner.content import rules_dir
from scanner.model.code import CodeFacts, DetectorHit
from scanner.model.contracts import Contract
from scanner.model.evidence import SourceEvidence
from scanner.model.kinds import ActorKind, Role
from scanner.model.observation import Known, Unknown
from scanner.model.passages import Passage
from scanner.model.values import ZERO_ADDRESS

COUNTED_IMPACTS = ("high", "medium")
OF_STRANGERS = frozenset(
    {"unprotected-upgrade", "suicidal", "protected-vars", "arbitrary-send-eth"}
    | {"arbitrary-send-erc20", "arbitrary-send-erc20-permit"}
)
"""Detectors that say what anyone can do. A guard of a form that they do not know makes them say it wrongly."""

GUARDED = "Calls at this block show a guard in front of the function: only those whom it names get past"
HELD_BY_NOBODY = (
    "Calls at this block show a guard in front of the function that nobody gets past: no one holds the right"
)
AT_PROXIES = "At every address in scope that runs this code, calls at this block show a guard in front of the function"


@dataclass(frozen=True)
class Reason:
    """Why results of some detectors are set aside, and where: what is empty asks for nothing."""

    detectors: frozenset[str]
    text: str
    roles: frozenset[str]
    compiler: tuple[int, ...]
    digests: frozenset[str]
    bound: bool
    """Only in functions whose text is one of `digests`."""

    def covers(self, hit: DetectorHit, roles: Sequence[Role], compiler: tuple[int, ...]) -> bool:
        """Whether it covers one result. A contract that several roles meet in is covered by any of them."""
        return (
            hit.detector in self.detectors
            and (not self.roles or any(role.value in self.roles for role in roles))
            and (not self.compiler or compiler >= self.compiler)
            and (not self.bound or (bool(hit.functions) and self.digests.issuperset(hit.functions)))
        )


@cache
def reasons() -> tuple[Reason, ...]:
    """Return the reasons of the rules' data, in their order."""
    folder = rules_dir() / "data"
    rows: list[dict[str, Any]] = json.loads((folder / "set_aside.json").read_text("utf-8"))
    known: dict[str, dict[str, dict[str, str]]] = json.loads((folder / "known_functions.json").read_text("utf-8"))
    return tuple(_reason(row, known.get(row.get("library", ""), {})) for row in rows)


def _reason(row: dict[str, Any], known: dict[str, dict[str, str]]) -> Reason:
    names: list[str] = row.get("functions", [])
    published = f" (published code of {row['library']})" if names else ""
    return Reason(
        detectors=frozenset(row["detectors"]),
        text=row["reason"] + published,
        roles=frozenset(row.get("roles", ())),
        compiler=_version(row.get("compiler", "")),
        digests=frozenset(digest for name in names for digest in known.get(name, ())),
        bound=bool(names),
    )


def _version(text: str) -> tuple[int, ...]:
    plain = text.lstrip("v").split("+")[0].split("-")[0]
    parts = plain.split(".")
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else ()


def set_aside(code: CodeFacts, roles: Sequence[Role], compiler: Known[str] | Unknown) -> CodeFacts:
    """Return the facts with each result of a detector that does not count marked with the reason."""
    version = _version(compiler.value) if isinstance(compiler, Known) else ()
    hits = tuple(_marked(hit, roles, version) for hit in code.detectors.items)
    return code.model_copy(update={"detectors": code.detectors.model_copy(update={"items": hits})})


def _marked(hit: DetectorHit, roles: Sequence[Role], version: tuple[int, ...]) -> DetectorHit:
    if hit.impact not in COUNTED_IMPACTS:
        return hit
    found = next((reason for reason in reasons() if reason.covers(hit, roles, version)), None)
    return hit.model_copy(update={"set_aside": found.text}) if found else hit


def behind_guards(contracts: Sequence[Contract], passages: Sequence[Passage]) -> tuple[Contract, ...]:
    """Return the contracts with results set aside that say "anyone can" where a guard was found and checked.

    It takes a guard on the caller in front of every function that a result lies in, with all its holders named, none of
    them open to anyone, and calls that bear it out. An internal function is behind no guard that is known. Code that
    runs at proxies only is judged by what holds at them.
    """
    of: dict[str, list[Passage]] = {}
    for passage in passages:
        of.setdefault(passage.contract, []).append(passage)
    made = {contract.address: _behind(contract, of.get(contract.address, ())) for contract in contracts}
    running: dict[str, list[Contract]] = {}
    for contract in made.values():
        if isinstance(contract.implementation, Known) and contract.implementation.value != ZERO_ADDRESS:
            running.setdefault(contract.implementation.value, []).append(contract)
    return tuple(
        _as_at(contract, running[contract.address])
        if contract.address in running and contract.address not in of
        else contract
        for contract in made.values()
    )


def _behind(contract: Contract, passages: Sequence[Passage]) -> Contract:
    held = {name: one for one in passages if _stands(one) for name in one.functions}
    if not held:
        return contract
    return _with_hits(contract, [_heard(contract.code, hit, held) for hit in contract.code.detectors.items])


def _heard(code: CodeFacts, hit: DetectorHit, held: Mapping[str, Passage]) -> DetectorHit:
    names = _functions(code, hit) if _says_anyone(hit) else ()
    if not names or not all(name in held for name in names):
        return hit
    why = GUARDED if any(held[name].holders for name in names) else HELD_BY_NOBODY
    return hit.model_copy(update={"set_aside": why})


def _says_anyone(hit: DetectorHit) -> bool:
    return hit.detector in OF_STRANGERS and not hit.set_aside and hit.impact in COUNTED_IMPACTS


def _stands(passage: Passage) -> bool:
    """Whether a passage lets through nobody but holders that are all named, as calls have shown."""
    named = passage.guard == "caller" and passage.complete and passage.checked in ("passed", "refused")
    return named and not any(ActorKind.ANYONE in (one.kind, *one.actors) for one in passage.holders)


def _functions(code: CodeFacts, hit: DetectorHit) -> tuple[str, ...]:
    """Return the functions that a result lies in; nothing where it also lies in one that is not called from outside."""
    lines = [line for line in hit.evidence if isinstance(line, SourceEvidence)]
    found = {
        one.signature: at
        for one in code.functions.items
        for at in one.evidence
        if isinstance(at, SourceEvidence) and any(_holds(at, line) for line in lines)
    }
    return tuple(sorted(found)) if len(set(found.values())) == len(hit.functions) else ()


def _holds(outer: SourceEvidence, line: SourceEvidence) -> bool:
    return (
        (outer.source_id, outer.file) == (line.source_id, line.file)
        and outer.first_line <= line.first_line
        and line.last_line <= outer.last_line
    )


def _as_at(code: Contract, proxies: Sequence[Contract]) -> Contract:
    """Return code that runs at proxies with those results set aside that are set aside at each of them."""
    guarded = (GUARDED, HELD_BY_NOBODY)
    shared = [{_key(hit) for hit in one.code.detectors.items if hit.set_aside in guarded} for one in proxies]
    every = set.intersection(*shared)
    hits = [
        hit.model_copy(update={"set_aside": AT_PROXIES}) if _says_anyone(hit) and _key(hit) in every else hit
        for hit in code.code.detectors.items
    ]
    return _with_hits(code, hits)


def _key(hit: DetectorHit) -> tuple[str, str, tuple[str, ...]]:
    return hit.detector, hit.description, hit.functions


def _with_hits(contract: Contract, hits: Sequence[DetectorHit]) -> Contract:
    if tuple(hits) == contract.code.detectors.items:
        return contract
    detectors = contract.code.detectors.model_copy(update={"items": tuple(hits)})
    code = contract.code.model_copy(update={"detectors": detectors})
    return contract.model_copy(update={"code": code, "set_aside_texts": set_aside_texts(code)})


def set_aside_texts(code: CodeFacts) -> tuple[str, ...]:
    """Return, per reason, one sentence: which detectors' results do not count, how many, and why."""
    aside = [hit for hit in code.detectors.items if hit.set_aside]
    texts = []
    for why in sorted({hit.set_aside for hit in aside}):
        named = sorted({hit.detector for hit in aside if hit.set_aside == why})
        count = sum(hit.set_aside == why for hit in aside)
        texts.append(f"{', '.join(named)} ({count} result{'' if count == 1 else 's'}): {why}")
    return tuple(sorted(texts))
