"""Where state variables lie, from the AST: for compilers before 0.5.13, which give no storage layout.

Variables stand in the order of the linearised inheritance, most basic contract first, packed from the low end of
a slot; arrays, structs and mappings begin and end with a slot (Solidity documentation, "Layout of State Variables in
Storage"). Slither's objects are read by their names: only its adapter imports it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from scanner.code.layout import MAX_VARIABLES
from scanner.model.code import StorageVariable
from scanner.model.observation import Collection, Reason

SLOT_BYTES = 32
_SIZED = re.compile(r"(?:u?int|bytes)(\d+)\Z")
_ALIASES = {"uint": "uint256", "int": "int256", "byte": "bytes1", "address payable": "address"}
_MAX_ENUM = 256


class NoLayout(Exception):
    """A type whose size cannot be told from the AST."""


@dataclass(frozen=True)
class Shape:
    """A type as solc words it, its size, and whether it begins and ends with a slot."""

    label: str
    size_bytes: int
    whole: bool = False


def ast_storage(contract: Any) -> Collection[StorageVariable]:
    """Return the state variables of a Slither contract with their places; incomplete from a type of unknown size on."""
    found: list[StorageVariable] = []
    try:
        for variable in placed(state_variables(contract), 0):
            found.append(variable)
            if len(found) >= MAX_VARIABLES:
                raise NoLayout(f"more than {MAX_VARIABLES} variables")
    except NoLayout as error:
        reason = f"{Reason.NOT_SUPPORTED.value}: {error}"
        return Collection[StorageVariable](items=tuple(found), complete=False, reason=reason)
    return Collection[StorageVariable](items=tuple(found), complete=True)


def state_variables(contract: Any) -> Iterator[tuple[str, Any]]:
    """Yield (name, type) of every variable in storage, in the order of storage."""
    for one in reversed([contract, *contract.inheritance]):
        for variable in one.state_variables_declared:
            if variable.is_stored:
                yield variable.name, variable.type


def placed(members: Iterable[tuple[str, Any]], first_slot: int, prefix: str = "") -> Iterator[StorageVariable]:
    """Yield variables with their places when the first of them lies at the beginning of `first_slot`."""
    packer = _Packer()
    for name, kind in members:
        form = shape(kind)
        slot, offset = packer.place(form)
        yield StorageVariable(
            label=f"{prefix}{name}",
            type=form.label,
            slot=(first_slot + slot) % 2**256,
            offset=offset,
            size_bytes=form.size_bytes,
        )


class _Packer:
    """Where the next variable goes."""

    def __init__(self) -> None:
        self._slot = 0
        self._offset = 0

    def place(self, form: Shape) -> tuple[int, int]:
        if self._offset and (form.whole or self._offset + form.size_bytes > SLOT_BYTES):
            self._slot, self._offset = self._slot + 1, 0
        at = self._slot, self._offset
        if form.whole:
            self._slot += form.size_bytes // SLOT_BYTES
        else:
            self._offset += form.size_bytes
        return at

    @property
    def slots(self) -> int:
        return self._slot + (1 if self._offset else 0)


def shape(kind: Any) -> Shape:
    """Return the shape of a Slither type. Raises NoLayout."""
    name = type(kind).__name__
    if name == "ElementaryType":
        return _elementary(str(kind.type))
    if name == "MappingType":
        return Shape(f"mapping({shape(kind.type_from).label} => {shape(kind.type_to).label})", SLOT_BYTES, whole=True)
    if name == "ArrayType":
        return _array(kind)
    if name == "UserDefinedType":
        return _user_defined(kind.type)
    if name.startswith("TypeAlias"):
        return Shape(_named(kind), shape(kind.underlying_type).size_bytes)
    raise NoLayout(f"a variable of type {name}")


def _elementary(text: str) -> Shape:
    text = _ALIASES.get(text, text)
    if text in ("string", "bytes"):
        return Shape(text, SLOT_BYTES, whole=True)
    if text == "bool":
        return Shape(text, 1)
    if text == "address":
        return Shape(text, 20)
    sized = _SIZED.match(text)
    if sized is None:
        raise NoLayout(f"a variable of type {text}")
    number = int(sized[1])
    return Shape(text, number if text.startswith("bytes") else number // 8)


def _array(kind: Any) -> Shape:
    inner = shape(kind.type)
    if kind.length is None:
        return Shape(f"{inner.label}[]", SLOT_BYTES, whole=True)
    try:
        length = int(str(kind.length_value))
    except ValueError:
        raise NoLayout("an array whose length is not plain") from None
    if inner.whole:
        slots = length * (inner.size_bytes // SLOT_BYTES)
    else:
        each = SLOT_BYTES // inner.size_bytes
        slots = -(-length // each)
    return Shape(f"{inner.label}[{length}]", slots * SLOT_BYTES, whole=True)


def _user_defined(kind: Any) -> Shape:
    name = type(kind).__name__
    if name.startswith("Enum"):
        count, size = max(len(kind.values), 1), 1
        while _MAX_ENUM**size < count:
            size += 1
        return Shape(f"enum {_named(kind)}", size)
    if name.startswith("Structure"):
        packer = _Packer()
        for member in kind.elems_ordered:
            packer.place(shape(member.type))
        return Shape(f"struct {_named(kind)}", max(packer.slots, 1) * SLOT_BYTES, whole=True)
    if name == "Contract":
        return Shape(f"contract {kind.name}", 20)
    raise NoLayout(f"a variable of type {name}")


def _named(kind: Any) -> str:
    """A name as solc qualifies it: by the contract that declares it."""
    contract = getattr(kind, "contract", None)
    return f"{contract.name}.{kind.name}" if contract is not None else str(kind.name)
