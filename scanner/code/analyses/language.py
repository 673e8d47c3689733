"""Solidity's own variables and functions, and Yul's instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.code.analyses.memory import place_of
from scanner.code.analyses.values import (
    CODEHASH,
    DATA,
    EMPTY,
    FIXED_SELECTOR,
    NATIVE_BALANCE,
    NOTHING,
    ORIGIN,
    PAID,
    RECOVERED,
    SENDER,
    THIS,
    TIME,
    Label,
    Labels,
    Value,
    clauses_of,
    derived,
    external,
    flat,
    state,
    truth,
)

if TYPE_CHECKING:
    from scanner.code.analyses.dataflow import Frame

_VARIABLES: dict[str, Label] = {
    "msg.sender": SENDER,
    "msg.value": PAID,
    "msg.data": DATA,
    "msg.sig": DATA,
    "tx.origin": ORIGIN,
    "this": THIS,
    "now": TIME,
    "block.timestamp": TIME,
    "block.number": TIME,
}

_YUL_SOURCES: dict[str, Label] = {
    "caller": SENDER,
    "callvalue": PAID,
    "calldataload": DATA,
    "calldatasize": DATA,
    "address": THIS,
    "timestamp": TIME,
    "number": TIME,
    "origin": ORIGIN,
    "selfbalance": NATIVE_BALANCE,
}

_ENDINGS = ("revert", "invalid", "throw")
_YUL_CALLS = {"call": "low-level", "callcode": "delegatecall", "delegatecall": "delegatecall"}


def variable(name: str) -> Value:
    """Return the value of a Solidity variable such as msg.sender."""
    label = _VARIABLES.get(name)
    return EMPTY if label is None else Value(frozenset({label}))


def account_member(member: str, base: Value) -> Value:
    """Return the value of .balance, .codehash or .code of an account."""
    if member == "balance":
        return Value(derived(flat(base.labels), frozenset({NATIVE_BALANCE})))
    return Value(derived(flat(base.labels), frozenset({CODEHASH})))


def call(frame: Frame, name: str, arguments: tuple[Value, ...]) -> Value:
    """Return the value of a built-in function, and note its checks and effects in the frame."""
    plain = name.partition("(")[0].strip()
    if plain in ("require", "assert"):
        if arguments:
            frame.require(clauses_of(truth(arguments[0]), True))
        return EMPTY
    if plain.split(" ")[0] in _ENDINGS:
        frame.stopped = True
        return EMPTY
    if plain in ("selfdestruct", "suicide"):
        frame.effect("selfdestruct", plain, target=arguments[0].labels if arguments else NOTHING)
        return EMPTY
    if plain in _YUL_CALLS:
        return _yul_call(frame, plain, arguments)
    if plain == "mstore" and len(arguments) == 2:
        frame.memory.store(*arguments)
        return EMPTY
    if plain == "sstore" and len(arguments) == 2:
        place = place_of(arguments[0].labels)
        if place is not None:
            frame.write(place, arguments[1])
            return EMPTY
        frame.effect("write", "storage slot", inputs=(arguments[1].labels,), target=arguments[0].labels, change="=")
        return EMPTY
    if plain.startswith("log") and plain[3:].isdigit():
        frame.effect("event", plain, inputs=tuple(argument.labels for argument in arguments))
        return EMPTY
    if plain in ("create", "create2"):
        frame.effect("create", plain, inputs=tuple(argument.labels for argument in arguments))
    if plain == "keccak256" and len(arguments) == 2:
        slot = frame.memory.hashed(*arguments)
        if slot is not None:
            return Value(slot)
    if plain == "sload" and len(arguments) == 1:
        place = place_of(arguments[0].labels)
        if place is not None:
            return Value(frozenset({state(place.name, place.keys)}), place)
    return Value(_result(plain, arguments))


def _result(plain: str, arguments: tuple[Value, ...]) -> frozenset[Label]:
    labels = [argument.labels for argument in arguments]
    if plain in _YUL_SOURCES:
        return frozenset({_YUL_SOURCES[plain]})
    if plain == "ecrecover":
        return frozenset({RECOVERED})
    if plain == "sload":
        return frozenset({("state", "storage slot", flat(derived(*labels)))})
    if plain in ("extcodehash", "extcodesize", "codehash", "codesize"):
        return derived(*labels, frozenset({CODEHASH}))
    if plain in ("balance", "gasleft"):
        return derived(*labels, frozenset({NATIVE_BALANCE}))
    if plain == "blockhash":
        return derived(*labels, frozenset({TIME}))
    if plain.startswith(("abi.encodeWith", "abi.encodeCall")) and labels and not _caller_chosen(labels[0]):
        return derived(*labels, frozenset({FIXED_SELECTOR}))
    return derived(*labels)


def _caller_chosen(labels: Labels) -> bool:
    return any(label[0] in ("arg", "data") for label in flat(labels))


def _yul_call(frame: Frame, plain: str, arguments: tuple[Value, ...]) -> Value:
    target = arguments[1].labels if len(arguments) > 1 else NOTHING
    sent = arguments[2].labels if plain == "call" and len(arguments) > 2 else NOTHING
    # What lies in memory is not followed: the pointer and the length say whether an argument is handed on.
    first = 3 if plain in ("call", "callcode") else 2
    data = derived(*(argument.labels for argument in arguments[first : first + 2]))
    frame.effect(_YUL_CALLS[plain], plain, target=target, sent=sent, inputs=(data,))
    return Value(derived(frozenset({external(plain, flat(target))})))
