"""What an execution left behind besides state: events, new contracts, foreign code that ran, code that may change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from scanner.chain.abi import DecodeError, decode, event_topic, function_signature, input_types, signature_types
from scanner.chain.payload import codehash
from scanner.content import rules_dir
from scanner.discovery.account import Account, nonzero
from scanner.discovery.contracts import code_at, verification
from scanner.discovery.discover import Found
from scanner.model.contracts import Contract
from scanner.model.kinds import ActorKind, Verification
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.proposals import Argument
from scanner.model.simulation import CreatedContract, FiredEvent, ForeignCode, ReplaceableCode, Replacement
from scanner.proposals.simulate.fork import Executed
from scanner.proposals.simulate.names import Names
from scanner.proposals.simulate.trace import STANDARD_PRECOMPILES, Log

MAX_EVENTS = 200
MAX_KEPT = 200
_SHOWN_VALUE = 400
_VOTES = (ActorKind.NOBODY, ActorKind.TOKEN_VOTE, ActorKind.NFT_VOTE, ActorKind.SHARE_VOTE)


# -------------------------------------------------------------------------------------------------- events


def events(found: Found, executed: Executed, names: Names) -> Collection[FiredEvent]:
    """Return the logs of an execution in order, decoded by the ABI of their contract or the table of signatures."""
    logs = executed.trace.logs
    items = tuple(_event(found, log, names) for log in logs[:MAX_EVENTS])
    left = len(logs) - len(items)
    return Collection[FiredEvent](items=items, complete=not left, reason=f"{left} more events" if left else "")


def _event(found: Found, log: Log, names: Names) -> FiredEvent:
    label = names.label(log.address)
    for signature, inputs in _candidates(found, log):
        try:
            return FiredEvent(
                contract=log.address, contract_label=label, event=signature, arguments=_arguments(log, inputs)
            )
        except DecodeError:
            continue
    raw = Argument(name="", type="bytes", value=log.data[:_SHOWN_VALUE])
    topic = log.topics[0] if log.topics else "no topic"
    return FiredEvent(contract=log.address, contract_label=label, event=topic, arguments=(raw,))


Inputs = list[tuple[str, str, bool]]


def _candidates(found: Found, log: Log) -> Iterator[tuple[str, Inputs]]:
    if not log.topics:
        return
    account = found.world.get(log.address)
    implementation = nonzero(account.proxy.implementation) if account and account.proxy else None
    for holder in (account, found.world.get(implementation) if implementation else None):
        for entry in holder.verified.abi if holder and holder.verified else ():
            with_topic = _abi_event(entry)
            if with_topic is not None and with_topic[0] == log.topics[0]:
                yield with_topic[1], with_topic[2]
    signature = _table().get(log.topics[0])
    if signature is not None:
        types = signature_types(signature)
        indexed = len(log.topics) - 1
        yield signature, [("", kind, index < indexed) for index, kind in enumerate(types)]


def _abi_event(entry: Mapping[str, Any]) -> tuple[str, str, Inputs] | None:
    if entry.get("type") != "event" or entry.get("anonymous"):
        return None
    try:
        kinds = input_types(entry)
        names = [
            (str(item.get("name", ""))[:60], kind, bool(item.get("indexed")))
            for item, kind in zip(entry.get("inputs", ()), kinds, strict=True)
        ]
        return event_topic(entry), function_signature(entry), names
    except (DecodeError, AttributeError):
        return None


@cache
def _table() -> Mapping[str, str]:
    document = json.loads((rules_dir() / "data" / "signatures.json").read_text("utf-8"))
    rows = document if isinstance(document, list) else document["entries"]
    return {row["hash"].lower(): row["signature"] for row in rows if row["kind"] == "event"}


def _arguments(log: Log, inputs: Inputs) -> tuple[Argument, ...]:
    """Return the arguments in order. Raises DecodeError where the log does not fit."""
    topics = list(log.topics[1:])
    plain = [kind for _, kind, indexed in inputs if not indexed]
    if len(inputs) - len(plain) != len(topics):
        raise DecodeError("another number of indexed arguments")
    values = iter(decode(tuple(plain), log.data))
    made = []
    for name, kind, indexed in inputs:
        if not indexed:
            value: Any = next(values)
        else:
            topic = topics.pop(0)
            static = not ("[" in kind or "(" in kind or kind in ("string", "bytes"))
            value = decode((kind,), topic)[0] if static else topic
        made.append(Argument(name=name, type=kind, value=_shown(value)))
    return tuple(made)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "[" + ", ".join(_shown(item) for item in value[:50]) + "]" if isinstance(value, tuple) else str(value)
    return text if len(text) <= _SHOWN_VALUE else text[: _SHOWN_VALUE - 1] + "…"


# -------------------------------------------------------------------------------------------- new contracts


def created(executed: Executed, names: Names) -> Collection[CreatedContract]:
    """Return the contracts that stand after the execution and did not before."""
    rows: dict[str, CreatedContract] = {}
    for frame in executed.trace.frames:
        if frame.reverted or not frame.kind.startswith("CREATE") or not frame.target:
            continue
        change = executed.diff.accounts.get(frame.target)
        code = change.code[1] if change is not None and change.code is not None else "0x"
        if code == "0x":
            continue
        rows[frame.target] = CreatedContract(
            address=frame.target,
            creator=frame.sender,
            creator_label=names.label(frame.sender),
            create2=frame.kind == "CREATE2",
            codehash=codehash(code),
            size_bytes=len(code) // 2 - 1,
        )
    items = tuple(rows.values())
    more = len(items) - MAX_KEPT
    reason = f"{more} more contracts" if more > 0 else ""
    return Collection[CreatedContract](items=items[:MAX_KEPT], complete=more <= 0, reason=reason)


# --------------------------------------------------------------------------------------------- foreign code


def delegatecalls(found: Found, executed: Executed, names: Names) -> Collection[ForeignCode]:
    """Return each delegatecall that stands, once: whose storage, whose code."""
    rows: dict[tuple[str, str], ForeignCode] = {}
    for frame in executed.trace.frames:
        key = frame.sender, frame.target
        if frame.reverted or frame.kind not in ("DELEGATECALL", "CALLCODE") or key in rows:
            continue
        if int(frame.target or "0x0", 16) in STANDARD_PRECOMPILES:
            continue
        account = found.world.get(frame.sender)
        own = bool(account and account.proxy and nonzero(account.proxy.implementation) == frame.target)
        rows[key] = ForeignCode(
            account=frame.sender,
            account_label=names.label(frame.sender),
            code=frame.target,
            code_label=names.label(frame.target),
            own_implementation=own,
            code_verified=_verified(found.world.get(frame.target)),
        )
    items = tuple(sorted(rows.values(), key=lambda row: (row.own_implementation, row.account, row.code)))
    more = len(items) - MAX_KEPT
    reason = f"{more} more delegatecalls" if more > 0 else ""
    return Collection[ForeignCode](items=items[:MAX_KEPT], complete=more <= 0, reason=reason)


def _verified(account: Account | None) -> Known[bool] | Unknown:
    if account is None:
        return Unknown(reason=Reason.NOT_READ, detail="this contract is outside the crawl: no source was looked up")
    answer = verification(account)
    if isinstance(answer, Unknown):
        return answer.model_copy(update={"evidence": ()})
    good = answer.value not in (Verification.NOT_VERIFIED, Verification.OTHER_BYTECODE)
    return Known(value=good, evidence=(), derivation=answer.value)


# -------------------------------------------------------------------------------------------- code that may change


def replaceable(
    found: Found, executed: Executed, names: Names, contracts: Mapping[str, Contract]
) -> Collection[ReplaceableCode]:
    """Return the code that ran and that can be other code by the time the proposal is executed.

    The governor and the executor are left out: what they are is told of the DAO as a whole.
    """
    own = {names.proposal.governor, *found.parts.governors, *found.parts.timelocks}
    rows: dict[str, ReplaceableCode] = {}
    unread: dict[str, None] = {}
    for frame in executed.trace.frames:
        address = frame.target
        runs = frame.kind in ("CALL", "CALLCODE", "DELEGATECALL", "STATICCALL") and frame.input != "0x"
        if not runs or not address or address in own or address in rows or address in names.created:
            continue
        if int(address, 16) in STANDARD_PRECOMPILES:
            continue
        account = found.world.get(address)
        if account is None:
            unread[address] = None
            continue
        row = _replaceable(found, account, names, contracts.get(address))
        if row is not None:
            rows[address] = row
    items = tuple(rows[address] for address in sorted(rows))
    reason = (
        f"{len(unread)} contracts that run are outside the crawl: {', '.join(sorted(unread)[:3])}" if unread else ""
    )
    return Collection[ReplaceableCode](items=items[:MAX_KEPT], complete=not reason, reason=reason)


def _replaceable(found: Found, account: Account, names: Names, contract: Contract | None) -> ReplaceableCode | None:
    def row(how: Replacement, detail: str, kind: ActorKind) -> ReplaceableCode:
        label = names.label(account.address)
        return ReplaceableCode(address=account.address, label=label, how=how, detail=detail, actor_kind=kind)

    if account.is_delegated_eoa:
        return row(Replacement.KEY, "a key with delegated code (EIP-7702): the key replaces it", ActorKind.EOA)
    if account.is_eoa:
        detail = "no code stands there today: what runs is decided by whoever puts code there"
        return row(Replacement.NO_CODE, detail, ActorKind.UNRESOLVED)
    if account.proxy is not None and account.proxy.kind != "safe" and contract is not None:
        kind = contract.upgrade_admin_kind
        if isinstance(kind, Unknown):
            return row(Replacement.UNRESOLVED, f"a proxy: {kind.detail}", ActorKind.UNRESOLVED)
        if ActorKind(kind.value) not in _VOTES:
            who = names.label(contract.upgrade_admin.value) if isinstance(contract.upgrade_admin, Known) else kind.value
            return row(Replacement.UPGRADE, f"a proxy whose code is replaced by {who}", ActorKind(kind.value))
    destroyed = code_at(found.world, found.results, account.address).selfdestruct_reachable
    if isinstance(destroyed, Known) and destroyed.value:
        detail = "it can destroy itself, and other code can be put at its address where its maker allows that"
        return row(Replacement.SELFDESTRUCT, f"{detail}; not on chains that follow EIP-6780", ActorKind.UNRESOLVED)
    return None
