"""Facts that auditors' analyses state, as packs declare them: a pack's rules read those, and no others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from scanner.judge.language.model_schema import model_schema
from scanner.judge.language.types import FieldSpec, Kind, Schema, Type
from scanner.model.code import CodeFacts
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.snapshot import Snapshot
from scanner.model.stated import FACT_TYPES, RESERVED, StatedFact, StatedFacts

RECORD = StatedFacts.__name__
FACT_NAME = re.compile(r"[a-z][a-z0-9_]{1,59}\Z")
TYPES: dict[str, Kind] = {name: Kind(name) for name in FACT_TYPES}


def allowed(name: str) -> bool:
    """Return whether a fact can have this name."""
    return bool(FACT_NAME.match(name)) and name not in RESERVED and not name.startswith("model_")


def spec(name: str, type_: str, *, about: str, values: tuple[str, ...]) -> FieldSpec:
    """Return a declared fact as a readable field; it can always be unknown."""
    return FieldSpec(name, Type(TYPES[type_], values=values), about, True)


def with_facts(facts: Mapping[str, FieldSpec]) -> Schema:
    """Return the schema of everything that a rule can read, these facts included."""
    schema = model_schema()
    if not facts:
        return schema
    record = replace(schema.records[RECORD], fields=dict(facts))
    return replace(schema, records={**schema.records, RECORD: record})


def settled(snapshot: Snapshot, facts: Mapping[str, FieldSpec]) -> Snapshot:
    """Return the snapshot with every stated fact unknown that is not of the type that rules read it as."""
    if not facts or not any(one.code.facts.items for one in snapshot.contracts.items):
        return snapshot
    contracts = []
    for contract in snapshot.contracts.items:
        items = tuple(_settled(fact, facts) for fact in contract.code.facts.items)
        stated = contract.code.facts.model_copy(update={"items": items})
        code: CodeFacts = contract.code.model_copy(update={"facts": stated})
        contracts.append(contract.model_copy(update={"code": code}))
    collection = snapshot.contracts.model_copy(update={"items": tuple(contracts)})
    return snapshot.model_copy(update={"contracts": collection})


def _settled(fact: StatedFact, facts: Mapping[str, FieldSpec]) -> StatedFact:
    if fact.name not in facts or isinstance(fact.value, Unknown):
        return fact
    declared = facts[fact.name].type
    if fact.type != declared.kind.value:
        return _unknown(fact, f"{fact.analysis}.py states {fact.type}, the pack declares {declared.kind.value}")
    strange = [one for one in _words(fact.value) if declared.values and one not in declared.values]
    if strange:
        return _unknown(fact, f"{fact.analysis}.py states {strange[0][:60]!r}, which the pack does not declare")
    return fact


def _words(value: object) -> tuple[str, ...]:
    known = value.value if isinstance(value, Known) else ()
    return known if isinstance(known, tuple) else (known,) if isinstance(known, str) else ()


def _unknown(fact: StatedFact, detail: str) -> StatedFact:
    value = Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=fact.value.evidence)
    return fact.model_copy(update={"value": value})
