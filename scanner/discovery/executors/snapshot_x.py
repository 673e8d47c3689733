"""Execution strategies of Snapshot X: a timelock that keeps assets and waits, and a module of a Safe that acts at once.

Which spaces may use one its logs say, and `isSpaceEnabled` decides. Facts: snapshot-labs/sx-evm.
"""

from __future__ import annotations

from collections.abc import Iterable

from scanner.chain.abi import DecodeError, decode, selector, topic
from scanner.discovery.account import Account, nonzero
from scanner.discovery.asking import absent_when_reverted, has_selector
from scanner.discovery.executors.interface import Caller, Callers, ExecutorFamily
from scanner.discovery.world import Getter
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

ENABLED = topic("SpaceEnabled(address)")
TIMELOCK_SET_UP = topic("TimelockExecutionStrategySetUp(address,address,address[],uint256,uint256)")
AVATAR_SET_UP = topic("AvatarExecutionStrategySetUp(address,address,address[],uint256)")
QUEUED_EXECUTED = topic("ProposalExecuted(bytes32)")
VETOED = topic("ProposalVetoed(bytes32)")
_PROPOSAL = "(address,uint32,address,uint32,uint32,uint8,bytes32,uint256)"
_EXECUTE = selector(f"execute(uint256,{_PROPOSAL},uint256,uint256,uint256,bytes)")
_ENABLED = "isSpaceEnabled(address)"
_TIMELOCK = selector("executeQueuedProposal(bytes)")


def spaces(account: Account) -> tuple[str, ...]:
    """Return every space that the logs of an execution strategy name."""
    found: dict[str, None] = {}
    for log in account.events(ENABLED):
        found["0x" + log.data[-40:]] = None
    for name, types in (
        (TIMELOCK_SET_UP, ("address", "address", "address[]", "uint256", "uint256")),
        (AVATAR_SET_UP, ("address", "address", "address[]", "uint256")),
    ):
        for log in account.events(name):
            try:
                found.update(dict.fromkeys(str(one).lower() for one in decode(types, log.data)[2]))
            except DecodeError:
                continue
    return tuple(found)


class SnapshotTimelock(ExecutorFamily):
    """The timelock strategy: it queues what a space accepted. Its owner sets delay, quorum and spaces."""

    name = "snapshot-x-timelock"
    topics = (ENABLED, TIMELOCK_SET_UP, AVATAR_SET_UP, QUEUED_EXECUTED, VETOED)

    def recognise(self, account: Account, code: str) -> bool:
        return _runs(code) and has_selector(code, _TIMELOCK) and account.answers("timelockDelay()")

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if not _runs(code):
            return
        here = account.address
        if has_selector(code, _TIMELOCK):
            yield Getter(here, "timelockDelay()", ("uint256",))
            yield Getter(here, "vetoGuardian()", ("address",))
        for space in spaces(account):
            yield Getter(here, _ENABLED, ("bool",), (space,), f"{_ENABLED} {space}")

    def delay(self, account: Account) -> Known[int] | Unknown:
        return account.ask("timelockDelay()")

    def grace(self, account: Account) -> Known[int] | Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="what is queued does not expire")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "owner()")

    def callers(self, account: Account) -> Callers:
        named = self._spaces(account)
        owner = self.admins(account)
        return Callers(named.items + owner.items, named.complete and owner.complete, named.reason or owner.reason)

    def proposers(self, account: Account) -> Callers:
        return self._spaces(account)

    def executors(self, account: Account) -> Callers:
        return Callers(evidence=account.code.evidence)

    def cancellers(self, account: Account) -> Callers:
        guardian = account.address_of("vetoGuardian()")
        found = nonzero(guardian)
        return Callers(
            (Caller(found, "veto guardian", guardian.evidence),) if found else (), evidence=guardian.evidence
        )

    def admins(self, account: Account) -> Callers:
        owner = self.admin(account)
        if isinstance(owner, Unknown):
            return Callers(complete=False, reason=f"its owner could not be read: {owner.detail}")
        at_once = Known(value=0, evidence=owner.evidence, derivation="the owner sets the delay")
        items = (Caller(owner.value, "owner", owner.evidence, delay=at_once),) if owner.value != ZERO_ADDRESS else ()
        return Callers(items, evidence=owner.evidence)

    def open_executor(self, account: Account) -> Known[bool] | Unknown:
        return Known(value=True, evidence=account.code.evidence, derivation="anyone executes what was queued")

    def _spaces(self, account: Account) -> Callers:
        if isinstance(account.logs, Unknown):
            return Callers(complete=False, reason=f"its logs could not be read: {account.logs.detail}")
        items: list[Caller] = []
        for space in spaces(account):
            answer = account.ask(f"{_ENABLED} {space}")
            if isinstance(answer, Unknown):
                return Callers(complete=False, reason=f"whether a space is enabled could not be read: {answer.detail}")
            if answer.value:
                items.append(Caller(space, "space", answer.evidence))
        return Callers(tuple(items), evidence=account.logs.evidence)


class SnapshotAvatar(SnapshotTimelock):
    """The avatar strategy: a module of a Safe."""

    name = "snapshot-x-avatar"
    delays = False
    keeps_assets = False

    def recognise(self, account: Account, code: str) -> bool:
        return _runs(code) and not has_selector(code, _TIMELOCK) and account.answers("target()")

    def delay(self, account: Account) -> Known[int] | Unknown:
        return Known(value=0, evidence=account.code.evidence, derivation="it passes calls on at once")

    def cancellers(self, account: Account) -> Callers:
        return Callers(evidence=account.code.evidence)

    def open_executor(self, account: Account) -> Known[bool] | Unknown:
        return Known(value=False, evidence=account.code.evidence, derivation="nothing waits in it")


def _runs(code: str) -> bool:
    return has_selector(code, _EXECUTE) and has_selector(code, selector(_ENABLED))
