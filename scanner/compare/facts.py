"""The facts of a snapshot laid flat, so that two of them can be compared field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel

from scanner.model.evidence import Evidence
from scanner.model.observation import Collection, Known, Unknown
from scanner.model.outcome import Subject
from scanner.model.snapshot import Snapshot
from scanner.model.subjects import SUBJECT_KINDS

_EVIDENCE: tuple[type, ...] = get_args(get_args(Evidence)[0])
_OF_ITS_BLOCK = {"block_number", "block_hash", "to_block", "timestamp", "account_proof", "storage_proof"}
"""What differs between two readings of an unchanged chain."""
_SAID_ELSEWHERE = {"evidence", "chain_id", "address", "linked_from", "path", "counterparties", "actions", "answers"}
"""Fields that name the subject, say how it was found, follow from lines of control that are compared themselves, or
never change: a proposal's id stands for its calls."""
_KEYS = ("address", "token", "slot", "name", "id")


@dataclass(frozen=True)
class Fact:
    """One value; `evidence` is its evidence without the block it was read at, empty where it has none of its own."""

    known: bool
    text: str
    evidence: str


@dataclass(frozen=True)
class Facts:
    """A subject with its facts by field, nested ones as `field.part` and `field[key].part`."""

    subject: Subject
    by_field: Mapping[str, Fact]


def subjects_of(snapshot: Snapshot) -> dict[str, tuple[dict[str, Facts], bool]]:
    """Return by kind of subject its instances by id, and whether these are all there are."""
    found = {}
    for kind in SUBJECT_KINDS:
        collection = kind.find(snapshot)
        instances: dict[str, Facts] = {}
        for item in collection.items:
            subject = kind.identify(snapshot, item)
            instances[subject.id] = Facts(subject, dict(_flat(item, "")))
        found[kind.name] = (instances, collection.complete)
    return found


def _flat(value: Any, path: str) -> Iterator[tuple[str, Fact]]:
    if isinstance(value, Known):
        yield path, Fact(True, _json(_plain(value.value)), _signature(value.evidence))
    elif isinstance(value, Unknown):
        said = f"unknown: {value.reason.value}" + (f" ({value.detail})" if value.detail else "")
        yield path, Fact(False, said, _signature(value.evidence))
    elif isinstance(value, Collection):
        yield from _collection(value, path)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name not in _SAID_ELSEWHERE:
                yield from _flat(getattr(value, name), f"{path}.{name}" if path else name)
    else:
        yield path, Fact(True, _json(_plain(value)), "")


def _collection(value: Collection[Any], path: str) -> Iterator[tuple[str, Fact]]:
    keys = []
    for item in value.items:
        key = _key(item)
        keys.append(key)
        if isinstance(item, BaseModel):
            own = _signature(getattr(item, "evidence", ()))
            for field, fact in _flat(item, f"{path}[{key}]"):
                yield field, fact if fact.evidence else Fact(fact.known, fact.text, own)
    if value.complete:
        yield path, Fact(True, _json(sorted(keys)), "")
    else:
        said = f"unknown: not all were found{f' ({value.reason})' if value.reason else ''}; seen {_json(sorted(keys))}"
        yield path, Fact(False, said, "")


def _key(item: Any) -> str:
    if isinstance(item, BaseModel):
        for name in _KEYS:
            if isinstance(getattr(item, name, None), str | int):
                return str(getattr(item, name))
    return _json(_plain(item))


def _plain(value: Any) -> Any:
    """Return `value` as JSON values, without evidence."""
    if isinstance(value, _EVIDENCE):
        return None
    if isinstance(value, BaseModel):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields if name != "evidence"}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value


def _signature(evidence: tuple[Evidence, ...]) -> str:
    return _json([one.model_dump(mode="json", exclude=_OF_ITS_BLOCK) for one in evidence]) if evidence else ""


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(", ", ": "))
