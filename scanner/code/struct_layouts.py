"""The members of the structs that a contract keeps in storage, each with its place from the struct's beginning.

A variable's own layout ends at the struct's name, and what lies behind a mapping or an array is in none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.code.ast_layout import NoLayout, placed, shape, state_variables
from scanner.code.hidden_slots import homes_of
from scanner.model.code import StorageStruct
from scanner.model.observation import Collection, Reason

MAX_STRUCTS = 400
MAX_MEMBERS = 200


def storage_structs(contract: Any) -> Collection[StorageStruct]:
    """Return the structs that the variables of a Slither contract lead to, and those behind members of any struct that
    it or its libraries declare: one of them may be a namespace. Incomplete where one has no layout."""
    waiting = [kind for _, kind in state_variables(contract)]
    declared = [struct for home in homes_of(contract) for struct in home.structures_declared]
    waiting += [member.type for struct in declared for member in struct.elems_ordered]
    found: dict[str, StorageStruct] = {}
    seen: set[int] = set()
    missing = ""
    while waiting:
        for kind in _structs_in(waiting.pop()):
            if id(kind.type) in seen:
                continue
            seen.add(id(kind.type))
            members = kind.type.elems_ordered
            waiting += [member.type for member in members]
            try:
                places = tuple(placed(((member.name, member.type) for member in members), 0))
                found[shape(kind).label] = StorageStruct(name=shape(kind).label, members=places[:MAX_MEMBERS])
            except NoLayout as error:
                missing = missing or f"{Reason.NOT_SUPPORTED.value}: {error}"
    if len(found) > MAX_STRUCTS:
        missing = missing or f"{Reason.LIMIT.value}: {len(found)} structs"
    items = tuple(found[name] for name in sorted(found)[:MAX_STRUCTS])
    return Collection[StorageStruct](items=items, complete=not missing, reason=missing)


def _structs_in(kind: Any) -> Iterator[Any]:
    """Yield the types of structs in a type: itself, or what a mapping or an array leads to."""
    name = type(kind).__name__
    if name == "MappingType":
        yield from _structs_in(kind.type_to)
    elif name == "ArrayType":
        yield from _structs_in(kind.type)
    elif name == "UserDefinedType" and type(kind.type).__name__.startswith("Structure"):
        yield kind
