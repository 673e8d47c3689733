"""The schema that conditions are checked against, derived from the pydantic models."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from scanner.judge.language.types import FieldSpec, Kind, RecordSpec, Schema, Type
from scanner.judge.language.vocabulary import VOCABULARY
from scanner.model.contracts import Contract, Governor, Safe, Timelock, Token
from scanner.model.controls import Control
from scanner.model.dao import Dao, TreasuryAccount
from scanner.model.observation import Collection, Known, Unknown
from scanner.model.proposals import Proposal
from scanner.model.simulation import Simulation
from scanner.model.subjects import SUBJECT_KINDS
from scanner.model.values import Model

DAO_COLLECTIONS: tuple[tuple[str, str, type[Model]], ...] = (
    ("governors", "governors", Governor),
    ("timelocks", "timelocks", Timelock),
    ("tokens", "tokens", Token),
    ("safes", "safes", Safe),
    ("contracts", "contracts", Contract),
    ("treasuries", "treasury", TreasuryAccount),
    ("controls", "controls", Control),
    ("proposals", "proposals", Proposal),
)
"""Name after `dao.`, field of the snapshot, model of the items."""

WITH_CONTRACT: tuple[type[Model], ...] = (Governor, Timelock, Token, Safe, TreasuryAccount)
"""Models from which `.contract` leads to the Contract at the same address."""

NOT_READABLE: frozenset[tuple[str, str]] = frozenset(
    {("StatedFacts", "reason"), ("StatedFacts", "detail"), ("Proposal", "description")}
)
"""What members write is never searched for words: no condition can read it."""


@cache
def model_schema() -> Schema:
    """Return the schema of everything that a condition can read."""
    records: dict[str, RecordSpec] = {}
    for kind in SUBJECT_KINDS:
        _add(kind.model, records)
    return Schema(records, {kind.name: kind.model.__name__ for kind in SUBJECT_KINDS})


def _add(model: type[Model], records: dict[str, RecordSpec]) -> None:
    if model.__name__ in records:
        return
    fields: dict[str, FieldSpec] = {}
    records[model.__name__] = RecordSpec(model.__name__, (model.__doc__ or "").strip().split("\n")[0], fields)
    for name, info in model.model_fields.items():
        if (model.__name__, name) in NOT_READABLE:
            continue
        spec = _field(model, name, info, records)
        if spec is not None:
            fields[name] = spec
    if model in WITH_CONTRACT:
        _add(Contract, records)
        text = "the contract at the same address"
        fields["contract"] = FieldSpec("contract", Type(Kind.RECORD, "Contract"), text, False, relation=True)
    if model is Proposal:
        _add(Simulation, records)
        text = "what executing it on a local fork showed; unknown unless it is open and --simulate was given"
        fields["simulation"] = FieldSpec("simulation", Type(Kind.RECORD, "Simulation"), text, False, relation=True)
    if model is Dao:
        for name, _, item in DAO_COLLECTIONS:
            _add(item, records)
            text = f"every {item.__name__} of the snapshot"
            fields[name] = FieldSpec(name, Type(Kind.ITEMS, item.__name__), text, True, relation=True)


def _field(model: type[Model], name: str, info: FieldInfo, records: dict[str, RecordSpec]) -> FieldSpec | None:
    """Return the spec of one field; none for evidence, which conditions cannot read."""
    annotation: Any = info.annotation
    description = info.description or ""
    values = VOCABULARY.get((model.__name__, name), ())
    if Unknown in get_args(annotation):
        known = next(one for one in get_args(annotation) if issubclass(one, Known))
        return FieldSpec(name, _scalar(known.model_fields["value"].annotation, values), description, True)
    if isinstance(annotation, type) and issubclass(annotation, Collection):
        item = get_args(annotation.model_fields["items"].annotation)[0]
        _add(item, records)
        return FieldSpec(name, Type(Kind.ITEMS, item.__name__), description, True)
    if get_origin(annotation) is tuple:
        item = get_args(annotation)[0]
        if isinstance(item, type) and issubclass(item, Model):
            _add(item, records)
            return FieldSpec(name, Type(Kind.ITEMS, item.__name__), description, False)
        if not (isinstance(item, type) and issubclass(item, str)):
            return None
        return FieldSpec(name, _scalar(annotation, values), description, False)
    if isinstance(annotation, type) and issubclass(annotation, Model):
        _add(annotation, records)
        return FieldSpec(name, Type(Kind.RECORD, annotation.__name__), description, False)
    return FieldSpec(name, _scalar(annotation, values), description, False)


def _scalar(annotation: Any, values: tuple[str, ...]) -> Type:
    if get_origin(annotation) is tuple:
        item = get_args(annotation)[0]
        return Type(Kind.NAMES, values=_members(item))
    base = annotation if isinstance(annotation, type) else get_args(annotation)[0]
    if base is bool:
        return Type(Kind.BOOL)
    if base is int:
        return Type(Kind.INTEGER)
    if issubclass(base, str):
        return Type(Kind.TEXT, values=values or _members(base))
    raise TypeError(f"no condition type for {annotation!r}")


def _members(kind: Any) -> tuple[str, ...]:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return tuple(member.value for member in kind)
    return ()
