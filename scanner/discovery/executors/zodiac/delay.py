"""The Delay modifier: orders of its modules wait in a queue."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.chain.abi import topic
from scanner.discovery.account import Account
from scanner.discovery.executors.interface import Callers
from scanner.discovery.executors.zodiac.base import ZodiacModule, both, dispatches
from scanner.discovery.world import Getter
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Known, Reason, Unknown

TRANSACTION_ADDED = topic("TransactionAdded(uint256,bytes32,address,uint256,bytes,uint8)")
ENABLED_MODULE = topic("EnabledModule(address)")
DISABLED_MODULE = topic("DisabledModule(address)")
_HASH, _CREATED = "txHash(uint256)", "txCreatedAt(uint256)"
_MOST = 200
"""Of the orders that wait the first are looked at: they are done in turn, and anyone's module can fill a queue."""


class DelayModifier(ZodiacModule):
    """The Delay modifier: what its modules order waits for the cooldown; then anyone has it done, in turn.

    Its owner takes orders out of the queue (`setTxNonce`), and lifts the cooldown at once.
    """

    name = "zodiac-delay"
    delays = True
    marks = ("txCooldown()", "txExpiration()", "queueNonce()", "skipExpired()")
    asked = (
        ("txCooldown()", "uint256"),
        ("txExpiration()", "uint256"),
        ("txNonce()", "uint256"),
        ("queueNonce()", "uint256"),
    )
    topics = (TRANSACTION_ADDED, ENABLED_MODULE, DISABLED_MODULE)

    def recognise(self, account: Account, code: str) -> bool:
        return super().recognise(account, code) and account.answers("txCooldown()")

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        yield from super().questions(account, code)
        if dispatches(code, self.marks):
            for log in waiting(account)[0]:
                if (number := number_of(log)) is not None:
                    yield Getter(account.address, _HASH, ("bytes32",), (number,), hash_of(number))
                    yield Getter(account.address, _CREATED, ("uint256",), (number,), created_of(number))

    def delay(self, account: Account) -> Known[int] | Unknown:
        return account.ask("txCooldown()")

    def grace(self, account: Account) -> Known[int] | Unknown:
        answer = account.ask("txExpiration()")
        if isinstance(answer, Known) and not answer.value:
            detail = "txExpiration() is 0: what waits does not expire"
            return Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=answer.evidence)
        return answer

    def callers(self, account: Account) -> Callers:
        return both(self.modules(account, "module"), self.owner(account))

    def proposers(self, account: Account) -> Callers:
        return self.modules(account, "module")

    def executors(self, account: Account) -> Callers:
        return Callers(evidence=account.code.evidence)

    def cancellers(self, account: Account) -> Callers:
        return self.owner(account)

    def admins(self, account: Account) -> Callers:
        return self.owner(account)

    def open_executor(self, account: Account) -> Known[bool] | Unknown:
        return Known(
            value=True, evidence=account.code.evidence, derivation="executeNextTx has no condition on who calls"
        )


def waiting(account: Account) -> tuple[tuple[LogEvidence, ...], int]:
    """Return the logs of the orders that were neither done nor passed over, and how many of these are left out.

    None as long as the place at which the queue stands is not known.
    """
    first, end = account.ask("txNonce()"), account.ask("queueNonce()")
    if isinstance(first, Unknown) or isinstance(end, Unknown):
        return (), 0
    logs = [
        log
        for log in account.events(TRANSACTION_ADDED)
        if (number := number_of(log)) is None or first.value <= number < end.value
    ]
    return tuple(logs[:_MOST]), max(0, len(logs) - _MOST)


def number_of(log: LogEvidence) -> int | None:
    """Return the place in the queue that a TransactionAdded log names; None where it names none."""
    return int(log.topics[1], 16) if len(log.topics) > 1 else None


def hash_of(number: int) -> str:
    """Return the key under which the hash kept for an order is known."""
    return f"{_HASH} {number}"


def created_of(number: int) -> str:
    """Return the key under which the time of an order is known, in seconds since 1970."""
    return f"{_CREATED} {number}"
