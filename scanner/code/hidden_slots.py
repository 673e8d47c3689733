"""Storage that stands in no layout: ERC-7201 namespaces, and constants that are used as slots.

The source's text is read where the AST keeps too little: annotations of structs, and how a constant is computed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from eth_utils.crypto import keccak

from scanner.code.ast_layout import NoLayout, placed
from scanner.model.code import StorageVariable

Text = Callable[[Any], str]
"""Gives the source text of a Slither element."""

UNTYPED = "slot"
"""The type of a constant slot of which nothing says what it holds."""

_WORD = 2**256
_NAMESPACE = re.compile(r"@custom:storage-location\s+erc7201:([^\s*]+)")
_COMMENT = re.compile(r"(?:(?:///[^\n]*\n[ \t]*)+|/\*\*(?:(?!\*/).)*\*/\s*)\Z", re.DOTALL)
_ASSEMBLY = re.compile(r"\bs(?:load|store)\s*\(|[._]slot\s*:=")
_MAX_EXPRESSION = 1_000
_TYPED = {"Address": "address", "Boolean": "bool", "Bytes32": "bytes32", "Uint256": "uint256", "Int256": "int256",
          "Bool": "bool", "Uint": "uint256", "String": "string", "Bytes": "bytes"}  # fmt: skip
_SIZES = {"address": 20, "bool": 1}


def hidden_slots(contract: Any, text: Text, before: Text) -> Iterator[StorageVariable]:
    """Yield the variables that `contract` keeps in namespaces and constant slots, each place once.

    `text` gives the source of an element, `before` what stands in front of it. What cannot be computed is left out.
    """
    seen: set[tuple[int, int]] = set()
    homes = homes_of(contract)
    for variable in (*_namespaces(homes, before), *_constants(homes, text)):
        if (variable.slot, variable.offset) not in seen:
            seen.add((variable.slot, variable.offset))
            yield variable


def homes_of(contract: Any) -> list[Any]:
    """Return the contracts that may declare what `contract` keeps: itself, what it inherits, libraries it calls."""
    return [contract, *contract.inheritance, *_libraries(contract)]


def _libraries(contract: Any) -> list[Any]:
    """The libraries whose functions the contract calls, directly or through one another."""
    found: list[Any] = []
    waiting = [contract, *contract.inheritance]
    while waiting:
        for function in waiting.pop().functions_and_modifiers:
            for call in (*function.library_calls, *function.internal_calls):
                home = getattr(getattr(call, "function", None), "contract_declarer", None)
                if home is not None and home.is_library and home not in found:
                    found.append(home)
                    waiting.append(home)
    return found


def namespace_slot(name: str) -> int:
    """Return where the namespace `name` begins: ERC-7201's formula."""
    inner = int.from_bytes(keccak(name.encode()), "big") - 1
    return int.from_bytes(keccak((inner % _WORD).to_bytes(32, "big")), "big") & ~0xFF


def _namespaces(homes: list[Any], before: Text) -> Iterator[StorageVariable]:
    for home in homes:
        for struct in home.structures_declared:
            comment = _COMMENT.search(before(struct))
            found = _NAMESPACE.search(comment.group()) if comment else None
            if found:
                yield from _members(struct, namespace_slot(found[1]), f"{found[1]}.")


def _members(struct: Any, slot: int, prefix: str) -> Iterator[StorageVariable]:
    try:
        yield from placed(((member.name, member.type) for member in struct.elems_ordered), slot, prefix)
    except NoLayout:
        return


def _constants(homes: list[Any], text: Text) -> Iterator[StorageVariable]:
    known = {variable.name: text(variable) for home in homes for variable in home.state_variables_declared}
    for home in homes:
        for variable in home.state_variables_declared:
            if not variable.is_constant or str(variable.type) != "bytes32":
                continue
            slot = value_of(known[variable.name].partition("=")[2].rstrip(" ;\n"), known)
            if slot is not None:
                yield from _used(variable, slot, homes, text)


def _used(variable: Any, slot: int, homes: list[Any], text: Text) -> Iterator[StorageVariable]:
    """Yield what lies in a constant slot, where a function uses the constant as one."""
    for home in homes:
        for function in home.functions_declared:
            if variable not in function.state_variables_read:
                continue
            body = text(function)
            typed = _typed(variable.name, body)
            if not typed and not (_ASSEMBLY.search(body) and function.contains_assembly):
                continue
            struct = None if typed else _struct(function)
            if struct is not None:
                yield from _members(struct, slot, f"{struct.name}.")
            else:
                kind = typed or UNTYPED
                yield StorageVariable(
                    label=variable.name, type=kind, slot=slot, offset=0, size_bytes=_SIZES.get(kind, 32)
                )
            return


def _typed(name: str, body: str) -> str:
    """What a helper of OpenZeppelin (`getAddressSlot`) or Aragon (`getStorageAddress`) takes the slot for."""
    for pattern in (
        rf"\bget(\w+?)Slot\s*\(\s*{re.escape(name)}\s*\)",
        rf"\b{re.escape(name)}\s*\.\s*get(\w+?)Slot\b",
        rf"\b{re.escape(name)}\s*\.\s*[gs]etStorage(\w+)",
    ):
        if found := re.search(pattern, body):
            return _TYPED.get(found[1], UNTYPED)
    return ""


def _struct(function: Any) -> Any:
    """The struct that a function points at a slot, where it returns or declares exactly one."""
    found = []
    for variable in (*function.returns, *function.local_variables):
        kind = getattr(variable.type, "type", None)
        if type(kind).__name__.startswith("Structure") and kind not in found:
            found.append(kind)
    return found[0] if len(found) == 1 else None


# ------------------------------------------------------------------------------------------- constants

_TOKEN = re.compile(
    r'\s*(?:(?P<number>0x[0-9a-fA-F]+|\d+)|(?P<text>"[^"\\]*"|\'[^\'\\]*\')|(?P<name>[A-Za-z_$][\w$.]*)|(?P<sign>[-+&~(),]))'
)
_CASTS = frozenset({"bytes32", "uint256", "uint", "bytes", "string"})
_ENCODERS = frozenset({"abi.encode", "abi.encodePacked"})


def value_of(expression: str, known: dict[str, str] | None = None) -> int | None:
    """Return the word that a constant expression makes: literals, keccak256, casts, encodings, +, -, & and ~.

    `known` are the declarations of other constants by name. None for anything else.
    """
    try:
        reader = _Reader(expression, known or {}, 0)
        value = reader.sum()
        if reader.tokens:
            return None
        return value % _WORD if isinstance(value, int) else None
    except (_NotConstant, RecursionError):
        return None


class _NotConstant(Exception):
    pass


class _Reader:
    """Recursive descent over a constant expression. Text stays bytes until it is hashed."""

    def __init__(self, expression: str, known: dict[str, str], depth: int) -> None:
        if len(expression) > _MAX_EXPRESSION or depth > 4:
            raise _NotConstant
        self.known = known
        self.depth = depth
        self.tokens: list[tuple[str, str]] = []
        place, expression = 0, expression.strip()
        while place < len(expression):
            found = _TOKEN.match(expression, place)
            if found is None:
                raise _NotConstant
            self.tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
            place = found.end()
        self.tokens.reverse()

    def sum(self) -> int | bytes:
        value = self._one()
        while self.tokens and self.tokens[-1][1] in ("-", "+", "&"):
            sign = self.tokens.pop()[1]
            other = self._one()
            if not isinstance(value, int) or not isinstance(other, int):
                raise _NotConstant
            value = (value - other if sign == "-" else value + other if sign == "+" else value & other) % _WORD
        return value

    def _one(self) -> int | bytes:
        if not self.tokens:
            raise _NotConstant
        kind, token = self.tokens.pop()
        if kind == "number":
            return int(token, 16) if token.startswith("0x") else int(token)
        if kind == "text":
            return token[1:-1].encode()
        if token == "~":
            value = self._one()
            if isinstance(value, int):
                return ~value % _WORD
            raise _NotConstant
        if token == "(":
            return self._closed()
        if kind == "name":
            return self._named(token)
        raise _NotConstant

    def _closed(self) -> int | bytes:
        value = self.sum()
        if not self.tokens or self.tokens.pop()[1] != ")":
            raise _NotConstant
        return value

    def _named(self, name: str) -> int | bytes:
        if self.tokens and self.tokens[-1][1] == "(":
            self.tokens.pop()
            value = self._closed()
            if name == "keccak256":
                data = value if isinstance(value, bytes) else value.to_bytes(32, "big")
                return int.from_bytes(keccak(data), "big")
            if name in _CASTS:
                return value
            if name in _ENCODERS and (isinstance(value, int) or name == "abi.encodePacked"):
                return value
            raise _NotConstant
        declared = self.known.get(name.rpartition(".")[2], "")
        if not declared.partition("=")[2]:
            raise _NotConstant
        inner = _Reader(declared.partition("=")[2].rstrip(" ;\n"), self.known, self.depth + 1)
        value = inner.sum()
        if inner.tokens:
            raise _NotConstant
        return value
