"""Calls: into the contract's own code, into libraries, and out to other contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.code.analyses.known_calls import (
    CALLER_SIGNATURE_LIBRARIES,
    CHECKPOINTS,
    LIVE_VOTES,
    MERKLE_LIBRARIES,
    PAST_VOTES,
    RECOVERS,
    REFUSES_THE_PRESENT,
    STRATEGY_INPUTS,
    TOKEN_LIBRARIES,
    VOID_GATES,
)
from scanner.code.analyses.summary import MAX_EFFECTS, TooMuchCode, instantiate
from scanner.code.analyses.values import (
    NEVER,
    NOTHING,
    RECOVERED,
    SENDER,
    TIME,
    Atom,
    Labels,
    Value,
    derived,
    external,
    flat,
)

if TYPE_CHECKING:
    from scanner.code.analyses.dataflow import Frame


def call_internal(frame: Frame, function: Any, arguments: tuple[Value, ...]) -> Value:
    """Return what an internal, library or modifier call returns; its effects and checks go into the frame."""
    name = str(getattr(function, "name", ""))
    frame.called.add(name)
    summary = instantiate(frame.summarise(function), arguments, frame.clauses)
    frame.called |= summary.called
    frame.effects.extend(summary.effects)
    if len(frame.effects) > 4 * MAX_EFFECTS:
        raise TooMuchCode(name)
    if summary.exit_clauses == NEVER:
        frame.stopped = True
        return summary.result
    frame.require(summary.exit_clauses)
    read = _weight_read(name, tuple(argument.labels for argument in arguments))
    if read in PAST_VOTES | CHECKPOINTS or (read in LIVE_VOTES and not _reads_past(summary.result.labels)):
        inputs = flat(frozenset().union(*(argument.labels for argument in arguments)))
        return summary.result._replace(labels=summary.result.labels | {external(read, inputs)})
    return summary.result


def _reads_past(labels: Labels) -> bool:
    return any(label[0] == "ext" and label[1] in PAST_VOTES | CHECKPOINTS for label in labels)


def _weight_read(name: str, inputs: tuple[Labels, ...]) -> str:
    """Return the name under which a weight is known: with a time point getVotes reads the past, and at the present
    block balanceOfAt and its like read the present."""
    if name == "getVotes" and len(inputs) >= 2:
        return "getPastVotes"
    if name == "getVotingPower" and len(inputs) == STRATEGY_INPUTS and inputs[0] != {TIME}:
        return "getVotingPowerAt"
    if name in PAST_VOTES and name not in REFUSES_THE_PRESENT and len(inputs) >= 2 and inputs[1] == {TIME}:
        return "balanceOf"
    return name


def intercepted(frame: Frame, function: Any, arguments: tuple[Value, ...]) -> Value | None:
    """Return the value of a library function whose meaning is known, without reading its code; else None."""
    name = str(getattr(function, "name", ""))
    if name in ("_msgSender", "msgSender", "_getMsgSender", "_msgSenderERC2771"):
        return Value(frozenset({SENDER}))
    owner = str(getattr(getattr(function, "contract_declarer", None), "name", ""))
    labels = [argument.labels for argument in arguments]
    inputs = flat(frozenset().union(*labels))
    if owner in MERKLE_LIBRARIES:
        return Value(frozenset({external("verify", inputs)}))
    if owner in CALLER_SIGNATURE_LIBRARIES:
        signer = flat(labels[0]) if labels else NOTHING
        return Value(frozenset({external("isValidSignatureNow", signer)}))
    if name == "canCallWithDelay":
        answer = Value(frozenset({external("canCall", inputs)}))
        return Value(answer.labels, parts=(answer, answer))
    if owner in TOKEN_LIBRARIES and arguments:
        frame.effect("call", name, target=labels[0], inputs=tuple(labels[1:]))
        return Value(derived(inputs))
    if name in RECOVERS:
        recovered = Value(frozenset({RECOVERED}))
        return recovered if not name.startswith("try") else Value(recovered.labels, parts=(recovered,))
    return None


def call_external(frame: Frame, operation: Any) -> Value:
    """Return what a call to another contract returns."""
    name = str(operation.function_name)
    labels = tuple(frame.value(argument).labels for argument in operation.arguments)
    target = frame.value(operation.destination)
    sent: Labels = NOTHING
    if operation.call_value is not None:
        sent = frame.value(operation.call_value).labels
    function = operation.function
    signature = str(getattr(function, "solidity_signature", "") or "")
    reads = bool(getattr(function, "view", False) or getattr(function, "pure", False))
    if type(function).__name__ == "StateVariable":
        reads = True
    frame.effect(
        "static" if reads else "call",
        name,
        target=target.labels,
        inputs=labels,
        sent=sent,
        signature=signature,
    )
    result = external(_weight_read(name, labels), flat(frozenset().union(*labels)))
    if name in VOID_GATES and operation.lvalue is None:
        frame.require(frozenset({frozenset({Atom("truthy", frozenset({result}), NOTHING)})}))
    return Value(frozenset({result}))


def call_low_level(frame: Frame, operation: Any) -> Value:
    """Return the success flag and data of call, delegatecall, staticcall, send or transfer."""
    kind = type(operation).__name__
    target = frame.value(operation.destination).labels
    value = getattr(operation, "call_value", None)
    sent = frame.value(value).labels if value is not None else NOTHING
    if kind in ("Send", "Transfer"):
        frame.effect("send", kind.lower(), target=target, sent=sent)
        return Value(frozenset({external("send", flat(target))}))
    name = str(operation.function_name)
    inputs = tuple(frame.value(argument).labels for argument in operation.arguments)
    effect = {"delegatecall": "delegatecall", "callcode": "delegatecall", "staticcall": "static"}.get(name, "low-level")
    frame.effect(effect, name, target=target, inputs=inputs, sent=sent)
    result = frozenset({external(name, flat(target))})
    success = Value(result)
    return Value(result, parts=(success, success))
