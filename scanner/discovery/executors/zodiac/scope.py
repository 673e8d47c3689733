"""How far the roles of a Roles modifier go, by its logs: which targets and functions they may call, and what of it
moves what the Safe has.

Version 2 logs what its functions set; version 1 logs it through its library Permissions, from the modifier's address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.chain.abi import DecodeError, decode, selector, topic
from scanner.discovery.account import Account
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Reason, Unknown

_CONDITIONS = "(uint8,uint8,uint8,bytes)[]"
_V1_SCOPE = ("bool[]", "uint8[]", "uint8[]", "bytes[]", "uint8", "uint256")

EVENTS: Mapping[int, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    1: (
        ("allow-target", "AllowTarget", ("uint16", "address", "uint8")),
        ("revoke-target", "RevokeTarget", ("uint16", "address")),
        ("scope-target", "ScopeTarget", ("uint16", "address")),
        ("allow", "ScopeAllowFunction", ("uint16", "address", "bytes4", "uint8", "uint256")),
        ("revoke", "ScopeRevokeFunction", ("uint16", "address", "bytes4", "uint256")),
        ("scope", "ScopeFunction", ("uint16", "address", "bytes4", *_V1_SCOPE)),
        ("options", "ScopeFunctionExecutionOptions", ("uint16", "address", "bytes4", "uint8", "uint256")),
        (
            "condition",
            "ScopeParameter",
            ("uint16", "address", "bytes4", "uint256", "uint8", "uint8", "bytes", "uint256"),
        ),
        (
            "condition",
            "ScopeParameterAsOneOf",
            ("uint16", "address", "bytes4", "uint256", "uint8", "bytes[]", "uint256"),
        ),
    ),
    2: (
        ("allow-target", "AllowTarget", ("bytes32", "address", "uint8")),
        ("revoke-target", "RevokeTarget", ("bytes32", "address")),
        ("scope-target", "ScopeTarget", ("bytes32", "address")),
        ("allow", "AllowFunction", ("bytes32", "address", "bytes4", "uint8")),
        ("revoke", "RevokeFunction", ("bytes32", "address", "bytes4")),
        ("scope", "ScopeFunction", ("bytes32", "address", "bytes4", _CONDITIONS, "uint8")),
    ),
}
"""By version: what an event does to a role, its name, its types. All fields are data; the role is the first."""

_SENDS, _DELEGATES = (1, 3), (2, 3)
"""Of ExecutionOptions (none, send, delegatecall, both): those that let value along, and those that delegatecall."""

_MOVING = {
    selector(one): one
    for one in (
        "transfer(address,uint256)",
        "transferFrom(address,address,uint256)",
        "approve(address,uint256)",
        "increaseAllowance(address,uint256)",
        "increaseApproval(address,uint256)",
        "setApprovalForAll(address,bool)",
        "safeTransferFrom(address,address,uint256)",
        "safeTransferFrom(address,address,uint256,bytes)",
        "safeTransferFrom(address,address,uint256,uint256,bytes)",
        "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
        "send(address,uint256,bytes)",
        "operatorSend(address,address,uint256,bytes,bytes)",
        "authorizeOperator(address)",
        "transferAndCall(address,uint256,bytes)",
        "approveAndCall(address,uint256,bytes)",
    )
}
"""Functions of ERC-20, ERC-721, ERC-777, ERC-1155 and ERC-677 by which who calls gives its own units away."""

_VOTING = {
    selector(one): one
    for one in (
        "castVote(uint256,uint8)",
        "castVote(uint256,bool)",
        "castVoteWithReason(uint256,uint8,string)",
        "castVoteWithReasonAndParams(uint256,uint8,string,bytes)",
        "vote(uint256,bool)",
        "vote(uint256,bool,bool)",
        "vote(uint256,uint8,bool)",
        "submitVote(uint256,uint8)",
        "submitVote(uint256,bool)",
    )
}
"""Votes on proposals: they move nothing of who casts them."""

LISTED = 4


@dataclass(frozen=True)
class Right:
    """One thing that a role may do: call a function of a target, or any function where `selector` is empty."""

    target: str
    selector: str
    options: int
    conditions: bool
    log: LogEvidence

    @property
    def words(self) -> str:
        """What it is, as it stands in a line of control."""
        name = _MOVING.get(self.selector) or _VOTING.get(self.selector) or self.selector
        called = f"{name} of" if self.selector else "any function of"
        how = (
            (self.options in _SENDS, " with value"),
            (self.options in _DELEGATES, " by delegatecall"),
            (self.conditions, " on conditions"),
        )
        return f"{called} {self.target[:8]}…{self.target[-4:]}{''.join(said for told, said in how if told)}"


@dataclass
class _Role:
    """What a role's logs add up to. Functions stay as they are while a target is revoked, as in the contract."""

    whole: dict[str, tuple[int, LogEvidence]] = field(default_factory=dict)
    scoped: set[str] = field(default_factory=set)
    functions: dict[tuple[str, str], Right] = field(default_factory=dict)


@dataclass(frozen=True)
class Reach:
    """What rights come to. `moves` is why they move funds, `total` whether they go as far as the Safe itself;
    `open` is why that is not known; where all are empty they move nothing."""

    rights: tuple[Right, ...]
    moves: str = ""
    total: bool = False
    open: str = ""

    @property
    def words(self) -> str:
        """What the role may do, the first of it."""
        said = [one.words for one in self.rights[:LISTED]]
        more = len(self.rights) - len(said)
        return f"may call {', '.join(said)}{f' and {more} more' if more else ''}" if said else "may call nothing"


def topics_of(version: int) -> tuple[str, ...]:
    """Return the first topics of the events of a version."""
    return tuple(topic(f"{name}({','.join(types)})") for _, name, types in EVENTS[version])


def read_scopes(account: Account, version: int) -> Mapping[str | int, tuple[Right, ...]] | Unknown:
    """Return by role (as the events name it) what it may do now; unknown where a log does not decode."""
    by_topic = dict(zip(topics_of(version), EVENTS[version], strict=True))
    if isinstance(account.logs, Unknown):
        return account.logs
    roles: dict[Any, _Role] = {}
    for log in account.logs.value:
        event = by_topic.get(log.topics[0]) if log.topics and log.address == account.address else None
        if event is None:
            continue
        try:
            values = decode(event[2], log.data)
        except DecodeError as error:
            return Unknown(reason=Reason.UNDECODABLE, detail=f"a log of its roles: {error}", evidence=(log,))
        _take(roles.setdefault(values[0], _Role()), event[0], values, log)
    return {name: tuple(_rights(role)) for name, role in roles.items()}


def _take(role: _Role, what: str, values: tuple[Any, ...], log: LogEvidence) -> None:
    target = str(values[1]).lower()
    if what.endswith("-target"):
        role.whole.pop(target, None)
        role.scoped.discard(target)
        if what == "allow-target":
            role.whole[target] = (int(values[2]), log)
        elif what == "scope-target":
            role.scoped.add(target)
        return
    key = (target, str(values[2]))
    before = role.functions.get(key)
    options = before.options if before else 0
    if what == "revoke":
        role.functions.pop(key, None)
    elif what == "allow":
        role.functions[key] = Right(*key, int(values[3]), False, log)
    elif what == "scope":
        role.functions[key] = Right(*key, int(values[-1] if len(values) == 5 else values[7]), True, log)
    elif what == "options":
        role.functions[key] = replace(before or Right(*key, 0, True, log), options=int(values[3]), log=log)
    else:
        role.functions[key] = Right(*key, options, True, log)


def _rights(role: _Role) -> Iterable[Right]:
    for target, (options, log) in sorted(role.whole.items()):
        yield Right(target, "", options, False, log)
    for (target, _), right in sorted(role.functions.items()):
        if target in role.scoped:
            yield right


def reach(account: Account, rights: Iterable[Right]) -> Reach:
    """Return what these rights come to, in the name of the modifier's avatar."""
    every = tuple(dict.fromkeys(rights))
    own = {account.address}
    for getter in ("avatar()", "target()"):
        answer = account.address_of(getter)
        if isinstance(answer, Unknown):
            return Reach(every, open=f"{getter} could not be read")
        own.add(answer.value)
    told = [(right, *_judged(account, right, own)) for right in every]
    total = next((right for right, kind, _ in told if kind == "total"), None)
    moving = total or next((right for right, kind, _ in told if kind == "moves"), None)
    if moving is not None:
        return Reach(every, moves=moving.words, total=total is not None)
    doubts = [f"{right.words}: {why}" for right, kind, why in told if kind == "open"]
    return Reach(every, open=doubts[0] if doubts else "")


def _judged(account: Account, right: Right, own: set[str]) -> tuple[str, str]:
    """Return whether a right is total, moves funds, is open or moves nothing, and why it is open."""
    kind, why = _without_conditions(account, right, own)
    if right.conditions and kind in ("total", "moves"):
        return "open", "its conditions were not decoded"
    return kind, why


def _without_conditions(account: Account, right: Right, own: set[str]) -> tuple[str, str]:
    if right.options in _DELEGATES or right.target in own:
        return "total", ""
    if right.options in _SENDS or right.selector in _MOVING:
        return "moves", ""
    if right.selector in _VOTING:
        return "nothing", ""
    target = account.met.get(right.target)
    if target is not None and target.is_eoa:
        return "nothing", ""
    if not right.selector and target is not None and target.answers("totalSupply()", "symbol()"):
        return "moves", ""
    return "open", "what that comes to is not known"


def read_further(rights: Iterable[Right]) -> tuple[str, ...]:
    """Return the targets whose functions may all be called, the first of them: a token among them moves funds."""
    return tuple(dict.fromkeys(one.target for one in rights if not one.selector))[:20]


def reaches(account: Account, version: int, roles: Iterable[Any]) -> Reach | str:
    """Return what all these roles together come to, or why that is not known."""
    scopes = read_scopes(account, version)
    if isinstance(scopes, Unknown):
        return scopes.detail
    return reach(account, (right for role in roles for right in scopes.get(role, ())))
