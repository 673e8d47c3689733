"""Proposals with one hostile action: made from recorded ones, each with the rules that should say so.

Half of them, by hash of their id, are held out: nothing is tuned on those.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from fixtures.contract import calldata
from fixtures.replay import (
    COUNCIL,
    EXECUTOR_L2,
    HOLDINGS,
    PROXY_ADMIN,
    TOKEN,
    TREASURY_TIMELOCK,
    WALLET,
    Recorded,
    look_alike,
)
from tools.bench.wrapped import (
    DISPERSE,
    EMPTY,
    L1_PROXY_ADMIN,
    L1_TIMELOCK,
    L1_TOKEN,
    MORTAL_CODE,
    MULTISEND,
    PROPOSER_ROLE,
    PROXY,
    SALT,
    SCHEDULE,
    UNREAD_CODE,
    Call,
    account,
    axelar,
    ccip,
    compound,
    home,
    layer_zero,
    module,
    omnichain,
    omnichain_1,
    packed,
    relayed,
    safe_call,
    scheduled_batch,
    script,
    up,
    word,
    wormhole,
)

PER_PROPOSAL = 6
"""Mutants of each recorded proposal."""


@dataclass(frozen=True)
class Setting:
    """Where a mutant acts: the governor it is made on, who gains, a vault that names the proposer as its owner.

    `spell` and `emptier` are contracts whose code grants a role and pays out the wallet, to the stranger.
    """

    governor: str
    stranger: str
    vault: str
    fresh: str
    spell: str
    emptier: str
    recorded: Recorded


@dataclass(frozen=True)
class Kind:
    """One hostile action. `rules` are those of which one has to speak up; without calls a payee is replaced."""

    name: str
    rules: tuple[str, ...]
    calls: Callable[[Setting], Sequence[Call]]


@dataclass(frozen=True)
class Mutant:
    """A recorded proposal with one hostile action more. `said`: its text names the accounts that gain."""

    id: str
    kind: str
    rules: tuple[str, ...]
    proposal: Recorded
    turn: int
    said: bool

    @property
    def held_out(self) -> bool:
        """Whether it belongs to the half that is only looked at in the end."""
        return hashlib.sha256(self.id.encode()).digest()[0] % 2 == 1


def _pay(amount: int, to: str) -> Call:
    return (WALLET, 0, calldata("transfer(address,address,uint256)", TOKEN, to, amount))


def _part(share_bps: int) -> int:
    return HOLDINGS["wallet"] * share_bps // 10_000


def _grant(to: str) -> Call:
    return (TREASURY_TIMELOCK, 0, calldata("grantRole(bytes32,address)", PROPOSER_ROLE, to))


def _execute(action: str) -> Call:
    return (EXECUTOR_L2, 0, calldata("execute(address,bytes)", action, calldata("perform()")))


def _disperse(s: Setting) -> Call:
    others = [f"0x{int(s.stranger, 16) + number:040x}" for number in range(1, 9)]
    return (DISPERSE, 0, calldata("disperseToken(address,address[],uint256[])", TOKEN, others, [_part(800)] * 8))


def _parts(s: Setting) -> list[Call]:
    return [_pay(_part(800), f"0x{int(s.stranger, 16) + number:040x}") for number in range(1, 9)]


_UNLIMITED = 2**256 - 1

KINDS: tuple[Kind, ...] = (
    Kind("role-to-key", ("PRO-004",), lambda s: [_grant(s.stranger)]),
    Kind("owner-to-key", ("PRO-004",), lambda s: [(WALLET, 0, calldata("transferOwnership(address)", s.stranger))]),
    Kind("owner-of-council", ("PRO-004",), lambda s: [
        (COUNCIL, 0, calldata("addOwnerWithThreshold(address,uint256)", s.stranger, 1))]),
    Kind("upgrade-unread", ("PRO-008",), lambda s: [
        (PROXY_ADMIN, 0, calldata("upgrade(address,address)", PROXY, UNREAD_CODE))]),
    Kind("upgrade-mortal", ("PRO-023",), lambda s: [
        (PROXY_ADMIN, 0, calldata("upgrade(address,address)", PROXY, MORTAL_CODE))]),
    Kind("unlimited-approval", ("PRO-007",), lambda s: [
        (TOKEN, 0, calldata("approve(address,uint256)", s.stranger, _UNLIMITED))]),
    Kind("sweep", ("PRO-006",), lambda s: [_pay(HOLDINGS["wallet"], s.stranger)]),
    Kind("sweep-most", ("PRO-006",), lambda s: [_pay(_part(6_000), s.stranger)]),
    Kind("sweep-native", ("PRO-006",), lambda s: [(s.stranger, HOLDINGS["timelock"], "0x")]),
    Kind("sweep-in-parts", ("PRO-037",), _parts),
    Kind("delay-to-zero", ("PRO-005", "PRO-034"), lambda s: [
        (TREASURY_TIMELOCK, 0, calldata("updateDelay(uint256)", 0))]),
    Kind("quorum-lowered", ("PRO-005",), lambda s: [(s.governor, 0, calldata("updateQuorumNumerator(uint256)", 1))]),
    Kind("period-shortened", ("PRO-005",), lambda s: [(s.governor, 0, calldata("setVotingPeriod(uint32)", 3_600))]),
    Kind("payee-look-alike", ("PRO-033",), lambda s: []),
    Kind("no-code", ("PRO-001",), lambda s: [(EMPTY, 0, calldata("perform()"))]),
    Kind("delegatecall-unread", ("PRO-003",), lambda s: [_execute(UNREAD_CODE)]),
    Kind("delegatecall-mortal", ("PRO-023",), lambda s: [_execute(MORTAL_CODE)]),
    Kind("multisend-role", ("PRO-004",), lambda s: [
        (MULTISEND, 0, packed(_pay(10**18, COUNCIL), _grant(s.stranger)))]),
    Kind("safe-sweep", ("PRO-006",), lambda s: [
        (COUNCIL, 0, safe_call(*_pay(HOLDINGS["wallet"], s.stranger)[::2], 0))]),
    Kind("safe-multisend-approval", ("PRO-007",), lambda s: [
        (COUNCIL, 0, safe_call(MULTISEND, packed(
            (TOKEN, 0, calldata("approve(address,uint256)", s.stranger, _UNLIMITED))), 1))]),
    Kind("bridge-role", ("PRO-004",), lambda s: [home(_grant(s.stranger))]),
    Kind("bridge-sweep", ("PRO-006",), lambda s: [home(_pay(HOLDINGS["wallet"], s.stranger))]),
    Kind("bridge-delegatecall", ("PRO-003",), lambda s: [home(_execute(UNREAD_CODE))]),
    Kind("parent-role", ("PRO-020",), lambda s: [
        up((L1_PROXY_ADMIN, 0, calldata("transferOwnership(address)", s.stranger)))]),
    Kind("parent-upgrade", ("PRO-020",), lambda s: [
        up((L1_PROXY_ADMIN, 0, calldata("upgrade(address,address)", PROXY, s.stranger)))]),
    Kind("parent-delay-to-zero", ("PRO-034",), lambda s: [up((L1_TIMELOCK, 0, calldata("updateDelay(uint256)", 0)))]),
    Kind("parent-sweep", ("PRO-020",), lambda s: [
        up((L1_TOKEN, 0, calldata("transfer(address,uint256)", s.stranger, 7_654_321 * 10**18)))]),
    Kind("mint", ("PRO-009",), lambda s: [
        (TOKEN, 0, calldata("mint(address,uint256)", s.stranger, HOLDINGS["supply"] // 5))]),
    Kind("pays-proposer", ("PRO-016",), lambda s: [_pay(_part(3_000), s.recorded.proposer)]),
    Kind("pays-own-vault", ("PRO-016",), lambda s: [_pay(_part(1_000), s.vault)]),
    Kind("pays-fresh", ("PRO-024",), lambda s: [_pay(_part(2_500), s.fresh)]),
    Kind("disperse", ("PRO-037",), lambda s: [_disperse(s)]),
    Kind("scheduled-owner", ("PRO-004",), lambda s: [
        (TREASURY_TIMELOCK, 0, calldata(
            SCHEDULE, WALLET, 0, calldata("transferOwnership(address)", s.stranger), *SALT, 0))]),
    Kind("layer-zero-role", ("PRO-020",), lambda s: [layer_zero(s.stranger)]),
    Kind("wormhole-upgrade", ("PRO-020",), lambda s: [wormhole(s.stranger)]),
    Kind("wormhole-relayed-owner", ("PRO-020",), lambda s: [relayed(s.stranger)]),
    Kind("axelar-owner", ("PRO-020",), lambda s: [axelar(s.stranger)]),
    Kind("ccip-tokens", ("PRO-006", "PRO-020"), lambda s: [ccip(s.stranger)]),
    Kind("omnichain-token", ("PRO-006", "PRO-020"), lambda s: [omnichain(s.stranger)]),
    Kind("omnichain-sweep", ("PRO-006", "PRO-020"), lambda s: [omnichain_1(s.stranger)]),
    Kind("module-role", ("PRO-004",), lambda s: [module(_grant(s.stranger), 0)]),
    Kind("module-delegatecall", ("PRO-003",), lambda s: [
        module((UNREAD_CODE, 0, calldata("perform()")), 1)]),
    Kind("multisend-scheduled-batch", ("PRO-004",), lambda s: [
        (MULTISEND, 0, packed(_pay(10**18, COUNCIL), scheduled_batch(_pay(10**18, COUNCIL), _grant(s.stranger))))]),
    Kind("module-multisend-sweep", ("PRO-006",), lambda s: [
        module((MULTISEND, 0, packed(_pay(HOLDINGS["wallet"], s.stranger))), 1)]),
    Kind("spell-role", ("PRO-004",), lambda s: [_execute(s.spell)]),
    Kind("spell-sweep", ("PRO-006", "PRO-037"), lambda s: [_execute(s.emptier)]),
    Kind("bridge-spell-role", ("PRO-004",), lambda s: [home(_execute(s.spell))]),
    Kind("script-role", ("PRO-004",), lambda s: [script(_grant(s.stranger))]),
    Kind("account-approval", ("PRO-007",), lambda s: [
        account((TOKEN, 0, calldata("approve(address,uint256)", s.stranger, _UNLIMITED)))]),
    Kind("compound-owner", ("PRO-004",), lambda s: [
        compound(WALLET, "transferOwnership(address)", word(s.stranger))]),
    Kind("relayed-delay", ("PRO-005", "PRO-034"), lambda s: [
        (s.governor, 0, calldata(
            "relay(address,uint256,bytes)", TREASURY_TIMELOCK, 0, calldata("updateDelay(uint256)", 0)))]),
)  # fmt: skip


def kind_of(index: int, turn: int) -> Kind:
    """Return the kind of a recorded proposal's mutant."""
    return KINDS[(index * PER_PROPOSAL + turn) % len(KINDS)]


def mutants(recorded: Sequence[Recorded], settings: Mapping[int, Sequence[Setting]]) -> tuple[Mutant, ...]:
    """Return the mutants; `settings` holds for each proposal's index one setting for each of its mutants."""
    found: list[Mutant] = []
    for index, one in enumerate(recorded):
        for turn in range(PER_PROPOSAL):
            kind = kind_of(index, turn)
            made = _mutant(one, kind, settings[index][turn], turn)
            if made is not None:
                found.append(made)
    return tuple(found)


def _mutant(one: Recorded, kind: Kind, setting: Setting, turn: int) -> Mutant | None:
    name = f"{one.governor}-{one.number}-{turn}-{kind.name}"
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[1:5], "big")
    if kind.name == "payee-look-alike":
        changed = _with_other_payee(one)
        return None if changed is None else Mutant(name, kind.name, kind.rules, changed, turn, False)
    calls = list(kind.calls(setting))
    at = number % (len(one.targets) + 1)
    said = number % 5 == 0
    text = one.description
    if said:
        text += f"\n\n## Execution\n\nThe calls name {setting.stranger}, {setting.vault} and {setting.fresh}."
    changed = replace(
        one,
        targets=(*one.targets[:at], *(call[0] for call in calls), *one.targets[at:]),
        values=(*one.values[:at], *(call[1] for call in calls), *one.values[at:]),
        calldatas=(*one.calldatas[:at], *(call[2] for call in calls), *one.calldatas[at:]),
        description=text,
    )
    return Mutant(name, kind.name, kind.rules, changed, turn, said)


def _with_other_payee(one: Recorded) -> Recorded | None:
    """Pay somebody whose address looks like the receiver's; None where nobody is paid."""
    head = calldata("transfer(address,address,uint256)", TOKEN, TOKEN, 0)[:10]
    for at, data in enumerate(one.calldatas):
        if data.startswith(head):
            payee = "0x" + data[98:138]
            other = look_alike(payee)
            datas = (*one.calldatas[:at], data.replace(payee[2:], other[2:]), *one.calldatas[at + 1 :])
            return replace(one, calldatas=datas)
    return None
