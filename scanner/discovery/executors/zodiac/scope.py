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
from scanner.discovery.executors.zodiac.conditions import (
    AVATAR,
    CALLS_WITHIN,
    ETHER_WITHIN,
    IN_A_LINE,
    SPENT,
    WITHIN,
    Tree,
    allowance_words,
    exhausted,
    read_tree,
    types_of,
)
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

_PLACES: Mapping[str, tuple[int, int]] = {
    "transfer(address,uint256)": (0, 1),
    "transferFrom(address,address,uint256)": (1, 2),
    "approve(address,uint256)": (0, 1),
    "increaseAllowance(address,uint256)": (0, 1),
    "increaseApproval(address,uint256)": (0, 1),
}
"""Of some of these the places of who gains and of how much."""

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
    tree: Tree | None = None
    """What is asked of a call, where that was decoded; None without conditions, and of those of version 1."""

    @property
    def sends(self) -> bool:
        """Whether value may go along."""
        return self.options in _SENDS

    @property
    def delegates(self) -> bool:
        """Whether the code of the target may run as the Safe's own."""
        return self.options in _DELEGATES

    @property
    def function(self) -> str:
        """Its signature where that is a well-known one, else the selector; empty for any function."""
        return _MOVING.get(self.selector) or _VOTING.get(self.selector) or self.selector

    @property
    def told(self) -> str:
        """Its conditions in words; empty where there are none, or where they were not decoded."""
        return self.tree.words(types_of(self.function)) if self.tree and not self.tree.unknown else ""

    @property
    def words(self) -> str:
        """What it is, as it stands in a line of control."""
        called = f"{self.function} of" if self.selector else "any function of"
        decoded = self.tree is not None and not self.tree.unknown
        told = self.told if len(self.told) <= IN_A_LINE else self.told[: IN_A_LINE - 1] + "…"
        asks = f" where {told}" if told else " with any arguments" if decoded else " on conditions"
        how = ((self.sends, " with value"), (self.delegates, " by delegatecall"), (self.conditions, asks))
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

    spends: str = ""
    """What allowances let these rights spend, in words."""

    @property
    def words(self) -> str:
        """What the role may do, the first of it."""
        said = [one.words for one in self.rights[:LISTED]]
        more = len(self.rights) - len(said)
        called = f"may call {', '.join(said)}{f' and {more} more' if more else ''}" if said else "may call nothing"
        return f"{called}; {self.spends}" if self.spends else called


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
        # Version 2 logs a tree; version 1 keeps a packed word, which is not decoded.
        tree = read_tree(values[3]) if len(values) == 5 else None
        role.functions[key] = Right(*key, int(values[-1] if tree else values[7]), True, log, tree)
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
    spends = "; ".join(allowance_words(account, key) for key in spent(every)[:LISTED])
    told = [(right, *_judged(account, right, own)) for right in every]
    total = next((right for right, kind, _ in told if kind == "total"), None)
    moving = total or next((right for right, kind, _ in told if kind == "moves"), None)
    if moving is not None:
        return Reach(every, moves=moving.words, total=total is not None, spends=spends)
    doubts = [f"{right.words}: {why}" for right, kind, why in told if kind == "open"]
    return Reach(every, open=doubts[0] if doubts else "", spends=spends)


def _judged(account: Account, right: Right, own: set[str]) -> tuple[str, str]:
    """Return whether a right is total, moves funds, is open or moves nothing, and why it is open."""
    kind, why = _without_conditions(account, right, own)
    if not right.conditions or kind not in ("total", "moves"):
        return kind, why
    if right.tree is None:
        return "open", "its conditions were not decoded"
    if right.tree.unknown:
        return "open", f"its conditions were not decoded: {right.tree.unknown}"
    if kind == "total":
        return "open", "what its conditions leave of that is not known"
    return ("nothing", "") if _holds_back(account, right, right.tree) else (kind, why)


def _holds_back(account: Account, right: Right, tree: Tree) -> bool:
    """Whether conditions that hold in every call let nothing out: to the avatar alone, or of a spent allowance."""
    to, amount = _PLACES.get(right.function, (None, None))
    spent = {
        (one.place, one.operator) for one in tree.required if one.operator in SPENT and exhausted(account, one.value)
    }
    if (-1, CALLS_WITHIN) in spent:
        return True
    kept = any((one.place, one.operator) == (to, AVATAR) for one in tree.required)
    # Of NFTs the number 0 is within an allowance of nothing.
    token = account.met.get(right.target)
    kept = kept or ((amount, WITHIN) in spent and token is not None and token.answers("decimals()"))
    return (kept or right.selector not in _MOVING) and (not right.sends or (-1, ETHER_WITHIN) in spent)


def _without_conditions(account: Account, right: Right, own: set[str]) -> tuple[str, str]:
    if right.delegates or right.target in own:
        return "total", ""
    if right.sends or right.selector in _MOVING:
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


def spent(rights: Iterable[Right]) -> tuple[str, ...]:
    """Return the keys of the allowances that calls by these rights spend, the first of them."""
    return tuple(dict.fromkeys(key for right in rights if right.tree for key in right.tree.allowances))[:50]


def reaches(account: Account, version: int, roles: Iterable[Any]) -> Reach | str:
    """Return what all these roles together come to, or why that is not known."""
    scopes = read_scopes(account, version)
    if isinstance(scopes, Unknown):
        return scopes.detail
    return reach(account, (right for role in roles for right in scopes.get(role, ())))
