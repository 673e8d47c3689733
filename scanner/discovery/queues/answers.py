"""How a question of a Reality module stands at its oracle: which answer, whose, for what bond, and until when.

Everything but who answered is the oracle's state; that is read off its logs, and said only where these end in the very
answer that the state holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scanner.chain.abi import DecodeError, decode
from scanner.discovery.account import Account, combine, nonzero, transform
from scanner.discovery.executors.zodiac.reality import KEPT, NEW_ANSWER, REVEALED, answer_to
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.oracle_question import OracleQuestion
from scanner.model.values import ZERO_ADDRESS

YES = "0x" + "00" * 31 + "01"
INVALID = "0x" + "ff" * 32
"""What Reality.eth answers for a question without answer, and the module keeps for one that was taken back."""

_TOO_SOON = "0x" + "ff" * 31 + "fe"
_WORDS = {YES: "yes", "0x" + "00" * 32: "no", INVALID: "invalid", _TOO_SOON: "too-soon"}
_ANSWER = ("bytes32", "bytes32", "uint256", "uint256", "bool")
_REVEAL = ("bytes32", "uint256", "uint256")
_SHOWN = 8
"""Logs of answers that stand as evidence one by one; of more, the set of all logs does."""


@dataclass
class _Given:
    """What the logs of a question's answers add up to: the logs, who gave any, and whose and which answer stands."""

    logs: list[LogEvidence] = field(default_factory=list)
    everyone: set[str] = field(default_factory=set)
    who: str = ZERO_ADDRESS
    answer: str = ""
    bond: int = 0
    hidden: dict[int, str] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()

    def take(self, log: LogEvidence) -> None:
        """Add one log in chain order; raises DecodeError. A hidden answer stands once it is revealed, if none beat it.

        The arbitrator's answer carries no bond, and whoever reveals an answer need not be who gave it.
        """
        if log.topics[0] == REVEALED:
            answer, _, bond = decode(_REVEAL, log.data)
            if bond == self.bond:
                self.who, self.answer = self.hidden.get(bond, ZERO_ADDRESS), str(answer)
            return
        answer, _, bond, _, hides = decode(_ANSWER, log.data)
        who = "0x" + log.topics[2][-40:]
        self.logs.append(log)
        self.everyone.add(who)
        self.bond = bond or self.bond
        if hides:
            self.hidden[bond] = who
        else:
            self.who, self.answer = who, str(answer)


def _given(account: Account, number: str) -> _Given | Unknown:
    if isinstance(account.logs, Unknown):
        return account.logs
    oracle, found = nonzero(account.address_of("oracle()")), _Given()
    for log in account.logs.value:
        if log.address != oracle or len(log.topics) < 3 or log.topics[0] not in (NEW_ANSWER, REVEALED):
            continue
        if log.topics[1] != number:
            continue
        try:
            found.take(log)
        except DecodeError as error:
            return Unknown(reason=Reason.UNDECODABLE, detail=f"a log of its answers: {error}", evidence=(log,))
    few = 0 < len(found.logs) <= _SHOWN
    found.evidence = tuple(found.logs) if few else account.logs.evidence
    return found


def question_at(account: Account, number: str) -> OracleQuestion:
    """Return how a question (its number in 0x-hex) of the module `account` stands at its oracle."""

    def asked(what: str) -> Known[Any] | Unknown:
        return account.ask(answer_to(what, number))

    final, best, at = asked("isFinalized(bytes32)"), asked("getBestAnswer(bytes32)"), asked("getFinalizeTS(bytes32)")
    answer = combine({"best": best, "at": at}, _words, "")
    given = _given(account, number)
    return OracleQuestion(
        oracle=account.address_of("oracle()"),
        answer=answer,
        answered_by=_by(given, best, at),
        answers=given if isinstance(given, Unknown) else Known(value=len(given.logs), evidence=given.evidence),
        answerers=given if isinstance(given, Unknown) else Known(value=len(given.everyone), evidence=given.evidence),
        bond_wei=asked("getBond(bytes32)"),
        bond_needed_wei=account.ask("minimumBond()"),
        minimum_bond_wei=asked("getMinBond(bytes32)"),
        opens_at=asked("getOpeningTS(bytes32)"),
        timeout_seconds=asked("getTimeout(bytes32)"),
        final=final,
        final_at=at,
        arbitrator=transform(asked("getArbitrator(bytes32)"), lambda who: str(who).lower(), ""),
        arbitration_pending=asked("isPendingArbitration(bytes32)"),
        **_times(account, number, answer),
    )


def _words(best: str, at: int) -> str:
    return _WORDS.get(best, best) if at else "none"


def _by(given: _Given | Unknown, best: Known[str] | Unknown, at: Known[int] | Unknown) -> Known[str] | Unknown:
    """Return whose answer stands: what the logs end in, where it is what the oracle holds."""
    if isinstance(given, Unknown):
        return given

    def named(best: str, at: int) -> str:
        return given.who if at else ZERO_ADDRESS

    if isinstance(best, Known) and isinstance(at, Known) and at.value and best.value != given.answer:
        detail = "the answers that the oracle logged do not end in the one that it holds"
        return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=(*best.evidence, *given.evidence))
    told = combine({"best": best, "at": at}, named, "")
    return told if isinstance(told, Unknown) else Known(value=told.value, evidence=(*told.evidence, *given.evidence))


def _times(account: Account, number: str, answer: Known[str] | Unknown) -> dict[str, Known[int] | Unknown]:
    """Return from when to when the answer that stands can be executed, 0 where it cannot, or has no end."""
    final, pending = (
        account.ask(answer_to(one, number)) for one in ("isFinalized(bytes32)", "isPendingArbitration(bytes32)")
    )
    parts: dict[str, Known[Any] | Unknown] = {
        "answer": answer,
        "kept": account.ask(answer_to(KEPT, number)),
        "bond": account.ask(answer_to("getBond(bytes32)", number)),
        "least": account.ask("minimumBond()"),
        "at": account.ask(answer_to("getFinalizeTS(bytes32)", number)),
        "cooldown": account.ask("questionCooldown()"),
        # What is final waits for no arbitrator; of what is not, nobody knows the time once one was asked.
        "waits": pending
        if not (isinstance(final, Known) and final.value)
        else Known(value=False, evidence=final.evidence),
    }

    def first(**told: Any) -> int:
        stands = told["answer"] == "yes" and told["kept"] == number and told["bond"] >= told["least"]
        return int(told["at"] + told["cooldown"] + 1) if stands and not told["waits"] else 0

    def last(first: int, at: int, expiration: int) -> int:
        return at + expiration + 1 if first and expiration else 0

    begins = combine(parts, first, "getFinalizeTS + cooldown, where the answer is a yes for enough")
    ends = {"first": begins, "at": parts["at"], "expiration": account.ask("answerExpiration()")}
    return {"executable_at": begins, "void_at": combine(ends, last, "getFinalizeTS + expiration")}
