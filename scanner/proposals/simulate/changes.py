"""Who rules before an execution and after it: two discoveries, compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scanner.discovery.account import Account, nonzero
from scanner.discovery.control.holders import short
from scanner.discovery.control.roles import read_roles, role_name
from scanner.discovery.discover import Discovered
from scanner.model.controls import Control
from scanner.model.kinds import ActorKind
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.simulation import ControlChange, ParameterChange, RightChange, Turn
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals.simulate.again import Seen

MAX_KEPT = 300

HOLDER_GETTERS: tuple[str, ...] = (
    "owner()",
    "pendingOwner()",
    "admin()",
    "pendingAdmin()",
    "guardian()",
    "proposalGuardian()",
    "whitelistGuardian()",
    "vetoer()",
    "minter()",
    "authority()",
    "timelock()",
    "executor()",
    "trustedForwarder()",
)
PROTECTING: tuple[str, ...] = (
    "votingDelay()",
    "votingPeriod()",
    "proposalThreshold()",
    "quorumNumerator()",
    "quorumVotes()",
    "lateQuorumVoteExtension()",
    "getMinDelay()",
    "delay()",
    "getThreshold()",
)
"""The higher, the more time members have, or the more votes or signatures it takes."""

OTHER_NUMBERS: tuple[str, ...] = ("quorumDenominator()", "GRACE_PERIOD()", "totalSupply()")
_MISSING = Unknown(reason=Reason.NOT_SUPPORTED, detail="there is no such line")


@dataclass(frozen=True)
class Comparison:
    """What discovery saw before an execution and after it."""

    before: Seen
    after: Seen

    def label(self, address: str) -> str:
        """Return what an address is called after the execution, else before it."""
        for described in (self.after.described, self.before.described):
            for contract in described.contracts.items:
                if contract.address == address:
                    return contract.label
        account = self.after.found.world.get(address)
        return self.after.found.resolver.label(address) if account is not None else short(address)

    def kind(self, address: str) -> ActorKind:
        """Return who stands behind an address after the execution."""
        behind = self.after.found.resolver.kind_behind(Known(value=address, evidence=()))
        return ActorKind(behind.value) if isinstance(behind, Known) else ActorKind.UNRESOLVED

    def pairs(self) -> Iterator[tuple[Account, Account]]:
        """Yield each contract that was there before, as it was and as it is."""
        for address, before in sorted(self.before.found.world.accounts.items()):
            after = self.after.found.world.get(address)
            if after is not None and (before.has_code or after.has_code):
                yield before, after


def control_changes(seen: Comparison) -> Collection[ControlChange]:
    """Return the lines of control that came, went, or take another time."""
    before, after = (_by_key(one.described) for one in (seen.before, seen.after))
    rows: list[ControlChange] = []
    had = {key[:3] for key in before}
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old is None and new is not None:
            line = _line(new, Turn.GAINED, _MISSING, new.delay_seconds)
            rows.append(line.model_copy(update={"new": key[:3] not in had}))
        elif new is None and old is not None:
            rows.append(_line(old, Turn.LOST, old.delay_seconds, _MISSING))
        elif old is not None and new is not None and _differ(old, new):
            rows.append(_line(new, Turn.CHANGED, old.delay_seconds, new.delay_seconds))
    reasons = [
        one.described.controls.reason for one in (seen.before, seen.after) if not one.described.controls.complete
    ]
    kept = tuple(rows[:MAX_KEPT])
    if len(rows) > MAX_KEPT:
        reasons.append(f"{len(rows)} lines of control changed, {MAX_KEPT} are kept")
    return Collection[ControlChange](items=kept, complete=not reasons, reason=reasons[0] if reasons else "")


def _by_key(described: Discovered) -> Mapping[tuple[str, str, str, tuple[str, ...]], Control]:
    return {(edge.contract, edge.capability.value, edge.actor, edge.path): edge for edge in described.controls.items}


def _differ(old: Control, new: Control) -> bool:
    if isinstance(old.delay_seconds, Known) and isinstance(new.delay_seconds, Known):
        return old.delay_seconds.value != new.delay_seconds.value
    return isinstance(old.delay_seconds, Known) != isinstance(new.delay_seconds, Known)


def _line(edge: Control, turn: Turn, before: Known[int] | Unknown, after: Known[int] | Unknown) -> ControlChange:
    return ControlChange(
        turn=turn,
        actor=edge.actor,
        actor_kind=edge.actor_kind,
        actor_label=edge.actor_label,
        capability=edge.capability,
        contract=edge.contract,
        contract_label=edge.contract_label,
        path=edge.path,
        new=False,
        delay_before_seconds=_bare(before),
        delay_after_seconds=_bare(after),
        bypasses_vote=_bare_bool(edge.bypasses_vote),
    )


def _bare(value: Known[int] | Unknown) -> Known[int] | Unknown:
    """Return the value without evidence: it was read on a fork, and rests on the simulation's."""
    return value.model_copy(update={"evidence": ()})


def _bare_bool(value: Known[bool] | Unknown) -> Known[bool] | Unknown:
    return value.model_copy(update={"evidence": ()})


# -------------------------------------------------------------------------------------------------- rights


def right_changes(seen: Comparison) -> Collection[RightChange]:
    """Return the roles, ownerships, Safe owners, modules and implementations that came or went."""
    rows: list[RightChange] = []
    doubts: list[str] = []
    for old, new in seen.pairs():
        before, doubt_before = _rights(old)
        after, doubt_after = _rights(new)
        if doubt_before != doubt_after:
            doubts.append(doubt_after or doubt_before)
        for turn, some, other in ((Turn.GAINED, after, before), (Turn.LOST, before, after)):
            for right, holder in sorted(some - other):
                rows.append(_right(seen, new.address, turn, right=right, holder=holder))
    kept = tuple(rows[:MAX_KEPT])
    if len(rows) > MAX_KEPT:
        doubts.append(f"{len(rows)} rights changed, {MAX_KEPT} are kept")
    return Collection[RightChange](items=kept, complete=not doubts, reason=doubts[0] if doubts else "")


def _right(seen: Comparison, contract: str, turn: Turn, *, right: str, holder: str) -> RightChange:
    return RightChange(
        turn=turn,
        contract=contract,
        contract_label=seen.label(contract),
        right=right,
        holder=holder,
        holder_label="anyone" if holder == ZERO_ADDRESS else seen.label(holder),
        holder_kind=ActorKind.ANYONE if holder == ZERO_ADDRESS else seen.kind(holder),
    )


def _rights(account: Account) -> tuple[set[tuple[str, str]], str]:
    """Return (right, holder) pairs of one contract, and why there may be more."""
    book = read_roles(account)
    found = {(role_name(member.role), member.address) for member in book.members}
    for getter in HOLDER_GETTERS:
        holder = nonzero(account.address_of(getter))
        if holder:
            found.add((getter, holder))
    owners, modules = account.ask("getOwners()"), account.ask("modules")
    if isinstance(owners, Known) and account.answers("getThreshold()"):
        found |= {("Safe owner", str(owner).lower()) for owner in owners.value}
        if isinstance(modules, Known):
            found |= {("Safe module", str(module).lower()) for module in modules.value[0]}
    if account.proxy is not None:
        for right, observed in (
            ("implementation", account.proxy.implementation),
            ("who replaces its code", account.proxy.admin),
        ):
            holder = nonzero(observed)
            if holder:
                found.add((right, holder))
    return found, "" if book.complete else book.reason


# ---------------------------------------------------------------------------------------------- parameters


def parameter_changes(seen: Comparison) -> Collection[ParameterChange]:
    """Return the numbers that govern the DAO and that the execution changed."""
    rows: list[ParameterChange] = []
    for old, new in seen.pairs():
        for name in (*PROTECTING, *OTHER_NUMBERS):
            before, after = old.ask(name), new.ask(name)
            if isinstance(before, Known) and isinstance(after, Known) and before.value != after.value:
                rows.append(
                    ParameterChange(
                        contract=new.address,
                        contract_label=seen.label(new.address),
                        name=name,
                        before=int(before.value),
                        after=int(after.value),
                        protects=name in PROTECTING,
                        lowered=name in PROTECTING and after.value < before.value,
                    )
                )
    return Collection[ParameterChange](items=tuple(rows[:MAX_KEPT]), complete=len(rows) <= MAX_KEPT)
