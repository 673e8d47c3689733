"""The conditions on which a role of a Roles modifier (version 2) may call a function, and the allowances they spend.

Operators and types are those of gnosisguild/zodiac-modifier-roles. A tree is read only where every operator in it is
known: one that asks another contract (`Custom`), or has a number that nobody published, leaves all of it open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.chain.abi import DecodeError, signature_types
from scanner.discovery.account import Account
from scanner.model.observation import Known, Reason, Unknown

ALLOWANCES = "allowances(bytes32)"
ALLOWANCE_TYPES = ("uint128", "uint128", "uint64", "uint128", "uint64")
"""refill, maxRefill, period in seconds, balance, time of the last refill."""

_PASS, _AND, _OR, _NOR, _MATCHES, _SOME, _EVERY, _SUBSET, AVATAR = 0, 1, 2, 3, 5, 6, 7, 8, 15
_EQUAL, _GREATER, _LESS, _SIGNED_GREATER, _SIGNED_LESS, _BITMASK, _CUSTOM = range(16, 23)
WITHIN, ETHER_WITHIN, CALLS_WITHIN = 28, 29, 30
SPENT = frozenset({WITHIN, ETHER_WITHIN, CALLS_WITHIN})
_COMPARED = {_GREATER: "above", _LESS: "below", _SIGNED_GREATER: "above", _SIGNED_LESS: "below"}
_LISTS = {_SOME: "has one that", _EVERY: "has none but such that", _SUBSET: "is a part of"}
_OUTSIDE = {ETHER_WITHIN: "its value", CALLS_WITHIN: "the number of calls"}
_MOST_NODES = 255
MOST_CHARACTERS, IN_A_LINE = 1_000, 160
"""Of conditions in words: among the facts, and in a line of control."""

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@dataclass(frozen=True)
class Node:
    """One condition with those under it. `value` is what is compared with, in 0x-hex."""

    operator: int
    value: str
    children: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Leaf:
    """A condition that holds in every call: of an argument by its place, or of the call as a whole (-1)."""

    place: int
    operator: int
    value: str


@dataclass(frozen=True)
class Tree:
    """The conditions of one function. `unknown` is why they are not read; nothing else is said then."""

    root: Node | None = None
    unknown: str = ""

    @property
    def allowances(self) -> tuple[str, ...]:
        """Keys of the allowances that calls spend, in 0x-hex, each once."""
        return tuple(dict.fromkeys(one.value for one in _every(self.root) if one.operator in SPENT))

    @property
    def required(self) -> tuple[Leaf, ...]:
        """What holds in every call that is let through: of alternatives nothing is told."""
        return tuple(_required(self.root)) if self.root else ()

    def words(self, types: Sequence[str], most: int = MOST_CHARACTERS) -> str:
        """Say the conditions, in so many characters at most; `types` are those of the function's arguments."""
        said = _call(self.root, types) if self.root else ""
        return said if len(said) <= most else said[: most - 1] + "…"


def read_tree(rows: Sequence[tuple[Any, ...]]) -> Tree:
    """Read the rows (parent, type of parameter, operator, value) of a ScopeFunction log."""
    parents = [int(row[0]) for row in rows]
    stray = any(parent >= place for place, parent in enumerate(parents) if place)
    if not rows or len(rows) > _MOST_NODES or parents[0] or stray:
        return Tree(unknown="they do not make a tree")
    children: dict[int, list[Node]] = {}
    for place in reversed(range(len(rows))):
        _, _, operator, value = rows[place]
        node = Node(int(operator), str(value), tuple(reversed(children.get(place, []))))
        if why := _not_known(node):
            return Tree(unknown=why)
        if place:
            children.setdefault(parents[place], []).append(node)
    return Tree(node)


def _not_known(node: Node) -> str:
    """Say why nothing is told of a condition; empty where its operator is known and has what it needs."""
    size = (len(node.value) - 2) // 2
    if node.operator == _CUSTOM:
        return f"the operator Custom, i.e. the code of {node.value[:42]}"
    if node.operator in (_PASS, AVATAR):
        return ""
    if node.operator in (_AND, _OR, _NOR, _MATCHES, *_LISTS):
        return "" if node.children else "a condition on parts that it does not name"
    if node.operator == _EQUAL:
        return "" if size else "a comparison with nothing"
    if node.operator in (*_COMPARED, _BITMASK, WITHIN, *_OUTSIDE):
        return "" if size == 32 else "a comparison with no word of 32 bytes"
    return f"an operator of number {node.operator}"


def _every(node: Node | None) -> Iterator[Node]:
    if node is not None:
        yield node
        for child in node.children:
            yield from _every(child)


def _required(root: Node) -> Iterator[Leaf]:
    if root.operator == _AND:
        for child in root.children:
            yield from _required(child)
    if root.operator != _MATCHES:
        return
    for place, child in _placed(root.children):
        yield from _held(place, child)


def _held(place: int, node: Node) -> Iterator[Leaf]:
    if node.operator == _AND:
        for child in node.children:
            yield from _held(place, child)
    elif not node.children:
        yield Leaf(place, node.operator, node.value)


def _placed(children: Iterable[Node]) -> Iterator[tuple[int, Node]]:
    """Number the conditions of arguments; what is asked of the call as a whole stands beside them without one."""
    place = 0
    for child in children:
        if child.operator in _OUTSIDE:
            yield -1, child
        else:
            yield place, child
            place += 1


def _call(node: Node, types: Sequence[str]) -> str:
    if node.operator == _MATCHES:
        said = []
        for place, child in _placed(node.children):
            if child.operator != _PASS:
                kind = types[place] if 0 <= place < len(types) else ""
                said.append(_one(child, kind) if place < 0 else f"argument {place + 1} {_one(child, kind)}")
        return " and ".join(said)
    if node.operator in (_AND, _OR, _NOR):
        return _joined(node.operator, [_call(child, types) or "anything" for child in node.children])
    return _one(node, "")


def _one(node: Node, kind: str) -> str:
    """Say one condition of something of type `kind`; empty for a type that is not known."""
    if node.operator == _PASS:
        return "is anything"
    if node.operator in (_AND, _OR, _NOR):
        return _joined(node.operator, [_one(child, kind) for child in node.children])
    if node.operator == _MATCHES:
        parts = (f"{place + 1} {_one(child, '')}" for place, child in enumerate(node.children) if child.operator)
        return f"has parts ({'; '.join(parts)})"
    if node.operator in _LISTS:
        return f"{_LISTS[node.operator]} ({'; '.join(_one(child, '') for child in node.children)})"
    if node.operator == AVATAR:
        return "is the avatar"
    if node.operator in (WITHIN, *_OUTSIDE):
        return f"{_OUTSIDE.get(node.operator, 'is')} within allowance {key_name(node.value)}".strip()
    if node.operator == _BITMASK:
        return f"fits the mask {node.value}"
    if node.operator in _COMPARED:
        signed = node.operator in (_SIGNED_GREATER, _SIGNED_LESS)
        return f"is {_COMPARED[node.operator]} {int.from_bytes(bytes.fromhex(node.value[2:]), 'big', signed=signed)}"
    return f"is {_value(node.value, kind)}"


def _joined(operator: int, said: Sequence[str]) -> str:
    if operator == _NOR:
        return f"none of ({'; '.join(said)})"
    return f"({(' and ' if operator == _AND else ' or ').join(said)})"


def _value(value: str, kind: str) -> str:
    if len(value) != 66:
        return f"{value[:18]}… ({(len(value) - 2) // 2} bytes)"
    if kind == "address":
        return f"0x{value[-40:]}"
    if kind.startswith("uint"):
        return str(int(value, 16))
    return value


def types_of(signature: str) -> tuple[str, ...]:
    """Return the types of a function's arguments; none where its signature is not known."""
    try:
        return tuple(signature_types(signature)) if "(" in signature else ()
    except DecodeError:
        return ()


def key_name(key: str) -> str:
    """Return a key of 32 bytes as it is told: the text that fills it from the left, or its beginning."""
    text = bytes.fromhex(key[2:]).rstrip(b"\0")
    if text and all(byte in _PLAIN for byte in text):
        return text.decode("ascii")
    return f"{key[:10]}…"


def allowance_key(key: str) -> str:
    """Return the key under which the answer about an allowance is kept."""
    return f"{ALLOWANCES} {key}"


def exhausted(account: Account, key: str) -> bool:
    """Whether it is known that an allowance has nothing left and gets nothing any more."""
    answer = account.ask(allowance_key(key))
    if isinstance(answer, Unknown):
        return False
    refill, most, period, balance, _ = answer.value
    return not balance and not (refill and most and period)


def available(account: Account, key: str, now: Known[int] | Unknown) -> Known[int] | Unknown:
    """Return what can be spent of an allowance at the time `now` at most: what is left, and what was refilled since."""
    answer = account.ask(allowance_key(key))
    if isinstance(answer, Unknown):
        return answer
    if isinstance(now, Unknown):
        return now
    refill, most, period, balance, since = answer.value
    passed = (now.value - since) // period if period else 0
    left = max(balance, min(balance + refill * passed, most)) if passed > 0 else balance
    words = "balance, and refills since its time" if passed > 0 else ""
    return Known(value=left, evidence=(*answer.evidence, *now.evidence), derivation=words)


def allowance_words(account: Account, key: str) -> str:
    """Say what an allowance lets be spent, as its state says."""
    answer = account.ask(allowance_key(key))
    if isinstance(answer, Unknown):
        return f"allowance {key_name(key)} not known"
    refill, most, period, balance, _ = answer.value
    if refill and most and period:
        return f"allowance {key_name(key)}: {refill} every {period} s, {max(most, balance)} at once at most"
    return f"allowance {key_name(key)}: {balance} in all"


def missing(tree: Tree) -> Unknown:
    """Return why conditions are not told."""
    return Unknown(reason=Reason.NOT_SUPPORTED, detail=tree.unknown)
