"""Functions whose arguments hold further calls, and how those are read out of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from scanner.chain.abi import DecodeError, decode, encode_call
from scanner.chain.aliases import alias
from scanner.discovery.evmscript import script_calls
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals import bridges
from scanner.proposals.inner import Inner, Opener, Place
from scanner.proposals.messages import MESSAGES

_SAFE_TYPES = "address,uint256,bytes,uint8"
_PACKED_HEAD = 2 * (1 + 20 + 32 + 32)
_RETRYABLE_TYPES = ("address", "address", "uint256", "uint256", "uint256", "bytes")


def _single(to: int, data: int, *, value: int = -1, operation: int = -1, delegatecall: bool | None = False) -> Opener:
    def opener(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
        how = delegatecall if operation < 0 else _operation(int(values[operation]))
        amount = int(values[value]) if value >= 0 else 0
        yield Inner(values[to], amount, values[data], place.chain, place.own, delegatecall=how)

    return opener


def _operation(number: int) -> bool:
    if number > 1:
        raise DecodeError(f"operation {number} is neither a call nor a delegatecall")
    return number == 1


def _batch(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """Targets, values and calldatas as three arrays of one length."""
    targets, amounts, datas = values[:3]
    if not len(targets) == len(amounts) == len(datas):
        raise DecodeError("targets, values and payloads differ in length")
    for target, amount, data in zip(targets, amounts, datas, strict=True):
        yield Inner(target, int(amount), data, place.chain, place.own)


def _signed(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """As Compound's governors propose: the signatures stand apart from the arguments."""
    targets, amounts, signatures, datas = values[:4]
    for inner, signature in zip(_batch(place, (targets, amounts, datas)), signatures, strict=False):
        yield replace(inner, signature=signature)
    if len(signatures) != len(targets):
        raise DecodeError("targets and signatures differ in length")


def _scheduled(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """A TimelockController's one or many calls; Arbitrum's own sends those to its magic address as tickets."""
    many = isinstance(values[0], tuple)
    for inner in _batch(place, values if many else tuple((one,) for one in values[:3])):
        if inner.target == bridges.RETRYABLE_MAGIC:
            inbox, target, value, _, _, data = decode(_RETRYABLE_TYPES, inner.data)
            yield Inner(target, int(value), data, bridges.destination(place.chain, inbox), alias(place.own))
        else:
            yield inner


def _queued(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """Compound's Timelock: the signature stands apart from the arguments. Aave's says last whether to delegatecall."""
    how = len(values) > 5 and bool(values[5])
    yield Inner(values[0], int(values[1]), values[3], place.chain, place.own, signature=values[2], delegatecall=how)


def _planned(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """DSPause: its proxy, which owns what the pause governs, delegatecalls the plan."""
    yield Inner(values[0], 0, values[2], place.chain, "", delegatecall=True)


def _script(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """Aragon's EVMScript 1."""
    for target, data in script_calls(values[0]):
        yield Inner(target, 0, data, place.chain, "")


def _multisend(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """Safe's MultiSend: operation, to, value, length and data, packed. It runs as its caller, the Safe."""
    packed = values[0][2:]
    at = 0
    while at < len(packed):
        head = packed[at : at + _PACKED_HEAD]
        if len(head) < _PACKED_HEAD:
            raise DecodeError("the packed calls are cut short")
        size = 2 * int(head[106:], 16)
        data = packed[at + _PACKED_HEAD : at + _PACKED_HEAD + size]
        if len(data) < size:
            raise DecodeError("the packed calls are cut short")
        at += _PACKED_HEAD + size
        how = _operation(int(head[:2], 16))
        target = "0x" + head[2:42]
        # From Safe 1.5 on zero stands for the Safe itself; before, a call to zero does nothing.
        target = place.own if target == ZERO_ADDRESS and place.own else target
        yield Inner(target, int(head[42:106], 16), "0x" + data, place.chain, place.own, delegatecall=how)


def _itself(position: int) -> Opener:
    def opener(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
        for data in values[position]:
            yield Inner(place.target, 0, data, place.chain, place.caller)

    return opener


def _tuples(position: int, *, value: int = -1, data: int) -> Opener:
    def opener(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
        for row in values[position]:
            yield Inner(row[0], int(row[value]) if value >= 0 else 0, row[data], place.chain, place.own)

    return opener


def _initialiser(target: int, data: int, *, delegatecall: bool = False) -> Opener:
    """The call after an upgrade; empty data means there is none. Target -1 is the contract that is called."""

    def opener(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
        to = values[target] if target >= 0 else place.target
        if values[data] != "0x" and to != ZERO_ADDRESS:
            caller = place.own if target >= 0 else place.caller
            yield Inner(to, 0, values[data], place.chain, caller, delegatecall=delegatecall)

    return opener


def _executed(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """`execute(address,bytes)`: a delegatecall in an UpgradeExecutor; elsewhere its code decides."""
    known = True if (place.chain, place.target) in bridges.UPGRADE_EXECUTORS else None
    yield Inner(values[0], 0, values[1], place.chain, place.own, delegatecall=known)


def _account_execute(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """ERC-7579: the first byte of the mode says one call, several or a delegatecall."""
    kind, packed = values[0][2:4], values[1][2:]
    if kind == "01":
        (rows,) = decode(("(address,uint256,bytes)[]",), values[1])
        yield from _tuples(0, value=1, data=2)(place, (rows,))
    elif kind == "00" and len(packed) >= 104:
        yield Inner("0x" + packed[:40], int(packed[40:104], 16), "0x" + packed[104:], place.chain, place.own)
    elif kind == "ff" and len(packed) >= 40:
        to, data = "0x" + packed[:40], "0x" + packed[40:]
        yield Inner(to, 0, data, place.chain, place.own, delegatecall=True)
    else:
        raise DecodeError(f"execution mode {kind} with {len(packed) // 2} bytes")


def _spread(signature: str, *, token: int = -1, first: int = 0) -> Opener:
    """One call for each row of two arrays: whom, and how much. With a `token` the caller's units of it move."""

    def opener(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
        whom, amounts = values[first], values[first + 1]
        if len(whom) != len(amounts):
            raise DecodeError("accounts and amounts differ in length")
        target = str(values[token]) if token >= 0 else place.target
        for account, amount in zip(whom, amounts, strict=True):
            if signature:
                yield Inner(target, 0, encode_call(signature, (account, int(amount))), place.chain, place.caller)
            else:
                yield Inner(account, int(amount), "0x", place.chain, place.caller)

    return opener


def _shamans(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """Baal: each shaman gets a permission number; with zero it is none any more."""
    if len(values[0]) != len(values[1]):
        raise DecodeError("shamans and permissions differ in length")
    for shaman, permission in zip(values[0], values[1], strict=True):
        change = "grantRole(bytes32,address)" if int(permission) else "revokeRole(bytes32,address)"
        data = encode_call(change, (f"0x{int(permission):064x}", shaman))
        yield Inner(place.target, 0, data, place.chain, place.caller)


_GRANT, _REVOKE = "grant(address,address,bytes32)", "revoke(address,address,bytes32)"


def _permissions(many: bool) -> Opener:
    """Aragon OSx: rows of operation, whom and permission, for one contract or with the contract in each row."""

    def opener(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
        for row in values[-1]:
            operation, where, who, permission = (
                (row[0], row[1], row[2], row[4]) if many else (row[0], values[0], *row[1:])
            )
            signature = _REVOKE if int(operation) == 1 else _GRANT
            yield Inner(place.target, 0, encode_call(signature, (where, who, permission)), place.chain, place.caller)

    return opener


WRAPPERS: Mapping[str, Opener] = {
    # OpenZeppelin TimelockController
    "schedule(address,uint256,bytes,bytes32,bytes32,uint256)": _scheduled,
    "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)": _scheduled,
    "execute(address,uint256,bytes,bytes32,bytes32)": _scheduled,
    "executeBatch(address[],uint256[],bytes[],bytes32,bytes32)": _scheduled,
    # Timelocks of Compound and Aave
    "queueTransaction(address,uint256,string,bytes,uint256)": _queued,
    "executeTransaction(address,uint256,string,bytes,uint256)": _queued,
    "queueTransaction(address,uint256,string,bytes,uint256,bool)": _queued,
    "executeTransaction(address,uint256,string,bytes,uint256,bool)": _queued,
    # DSPause and Aragon
    "plot(address,bytes32,bytes,uint256)": _planned,
    "exec(address,bytes32,bytes,uint256)": _planned,
    "forward(bytes)": _script,
    "newVote(bytes,string)": _script,
    "newVote(bytes,string,bool,bool)": _script,
    # Safe, its modules and MultiSend
    f"execTransaction({_SAFE_TYPES},uint256,uint256,uint256,address,address,bytes)": _single(
        0, 2, value=1, operation=3
    ),
    f"execTransactionFromModule({_SAFE_TYPES})": _single(0, 2, value=1, operation=3),
    f"execTransactionFromModuleReturnData({_SAFE_TYPES})": _single(0, 2, value=1, operation=3),
    "multiSend(bytes)": _multisend,
    # OpenZeppelin Governor, a governor behind a governor
    "relay(address,uint256,bytes)": _single(0, 2, value=1),
    "propose(address[],uint256[],bytes[],string)": _batch,
    "propose(address[],uint256[],string[],bytes[],string)": _signed,
    "execute(address[],uint256[],bytes[],bytes32)": _batch,
    # Batches
    "multicall(bytes[])": _itself(0),
    "multicall(uint256,bytes[])": _itself(1),
    "aggregate((address,bytes)[])": _tuples(0, data=1),
    "aggregate3((address,bool,bytes)[])": _tuples(0, data=2),
    "tryAggregate(bool,(address,bytes)[])": _tuples(1, data=1),
    "execute((address,uint256,bytes)[])": _tuples(0, value=1, data=2),
    "execute(bytes32,(address,uint256,bytes)[],uint256)": _tuples(1, value=1, data=2),
    # Generic execution
    "execute(address,uint256,bytes)": _single(0, 2, value=1, delegatecall=None),
    f"execute({_SAFE_TYPES})": _single(0, 2, value=1, operation=3),
    "execute(address,bytes)": _executed,
    "executeCall(address,bytes)": _single(0, 1),
    "execute(bytes32,bytes)": _account_execute,
    "exec(address,bytes,uint256)": _single(0, 1, value=2),
    "delegatecall(address,bytes)": _single(0, 1, delegatecall=True),
    "executeAsBaal(address,uint256,bytes)": _single(0, 2, value=1),
    # One call that stands for many: each row as the call it amounts to
    "disperseEther(address[],uint256[])": _spread(""),
    "multisendETH(address[],uint256[])": _spread(""),
    "disperseToken(address,address[],uint256[])": _spread("transfer(address,uint256)", token=0, first=1),
    "mintBatch(address[],uint256[])": _spread("mint(address,uint256)"),
    "mintShares(address[],uint256[])": _spread("mint(address,uint256)"),
    "mintLoot(address[],uint256[])": _spread("mint(address,uint256)"),
    "setShamans(address[],uint256[])": _shamans,
    "applySingleTargetPermissions(address,(uint8,address,bytes32)[])": _permissions(False),
    "applyMultiTargetPermissions((uint8,address,address,address,bytes32)[])": _permissions(True),
    # Upgrades with a call
    "diamondCut((address,uint8,bytes4[])[],address,bytes)": _initialiser(1, 2, delegatecall=True),
    "upgradeToAndCall(address,bytes)": _initialiser(-1, 1),
    "upgradeAndCall(address,address,bytes)": _initialiser(0, 2),
    **MESSAGES,
}
"""Signature -> how its inner calls are read. What an unknown contract does under such a name is its own affair: the
inner calls are what the name promises, and the outer action keeps the facts of the contract."""
