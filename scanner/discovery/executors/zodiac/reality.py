"""The Reality module: an oracle's answers are executed. What it asked is read of the oracle, question by question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eth_utils.crypto import keccak

from scanner.chain.abi import DecodeError, decode, topic
from scanner.discovery.account import Account, combine, nonzero
from scanner.discovery.executors.interface import Caller, Callers
from scanner.discovery.executors.zodiac.base import ZodiacModule, both
from scanner.discovery.oracle_modules import is_oracle_module
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Known, Unknown
from scanner.model.values import ZERO_ADDRESS

QUESTION_CREATED = topic("ProposalQuestionCreated(bytes32,string)")
NEW_QUESTION = topic("LogNewQuestion(bytes32,address,uint256,string,bytes32,address,uint32,uint32,uint256,uint256)")
"""Of Reality.eth, versions 2 and 3."""

NEW_ANSWER = topic("LogNewAnswer(bytes32,bytes32,bytes32,address,uint256,uint256,bool)")
REVEALED = topic("LogAnswerReveal(bytes32,address,bytes32,bytes32,uint256,uint256)")
"""Of Reality.eth as well: an answer, and one that stood hidden until then. Both name question and account."""

EXECUTED = topic("ExecutionFromModuleSuccess(address)")
"""Of Safes."""

OF_QUESTION = (
    ("isFinalized(bytes32)", "bool"),
    ("getBestAnswer(bytes32)", "bytes32"),
    ("getBond(bytes32)", "uint256"),
    ("getFinalizeTS(bytes32)", "uint32"),
)
"""What the oracle is asked about each question."""

SET_OF_QUESTION = (
    ("getMinBond(bytes32)", "uint256"),
    ("getOpeningTS(bytes32)", "uint32"),
    ("getTimeout(bytes32)", "uint32"),
    ("getArbitrator(bytes32)", "address"),
    ("isPendingArbitration(bytes32)", "bool"),
)
"""What else it is asked: by what each question goes, whatever the module says by now. Version 2 knows no least bond."""

KEPT = "questionIds(bytes32)"
_QUESTION = ("uint256", "string", "address", "uint32", "uint32", "uint256", "uint256")
_OF_ORACLE = (NEW_QUESTION, NEW_ANSWER, REVEALED)
_HOUR = 3600
_MOST = 100
"""Of its questions the latest are looked at."""


class OracleModule(ZodiacModule):
    """The Reality module: what an oracle answers is executed, after its timeout and the module's cooldown."""

    name = "zodiac-reality"
    marks = ("questionTimeout()", "questionCooldown()", "minimumBond()", "oracle()")
    asked = (("oracle()", "address"), ("answerExpiration()", "uint32"))
    topics = (QUESTION_CREATED,)

    def recognise(self, account: Account, code: str) -> bool:
        return is_oracle_module(code) and super().recognise(account, code)

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        yield from super().questions(account, code)
        oracle = nonzero(account.address_of("oracle()"))
        if oracle is None or not is_oracle_module(code):
            return
        here, numbers = account.address, tuple(log.topics[1] for log in asked_by(account)[0])
        if not numbers:
            return
        yield Getter(here, "", (), (), "its questions", asked=oracle, topics=_OF_ORACLE, second=numbers)
        if target := nonzero(account.address_of("target()")):
            mine = ("0x" + here[2:].rjust(64, "0"),)
            yield Getter(here, "", (), (), "what it had executed", asked=target, topics=(EXECUTED,), second=mine)
        for number in numbers:
            for signature, kind in (*OF_QUESTION, *SET_OF_QUESTION):
                yield Getter(here, signature, (kind,), (number,), answer_to(signature, number), asked=oracle)
        for number, text in texts(account).items():
            yield Getter(here, KEPT, ("bytes32",), ("0x" + keccak(text=text).hex(),), answer_to(KEPT, number))

    def delay(self, account: Account) -> Known[int] | Unknown:
        waits = {"timeout": account.ask("questionTimeout()"), "cooldown": account.ask("questionCooldown()")}
        return combine(waits, lambda timeout, cooldown: timeout + cooldown, "questionTimeout + questionCooldown")

    def callers(self, account: Account) -> Callers:
        bond = account.ask("minimumBond()")
        least = f"at least {bond.value} wei" if isinstance(bond, Known) else "not known"
        words = f"whoever's answer stands at the oracle (bond: {least})"
        oracle = account.address_of("oracle()")
        if isinstance(oracle, Unknown):
            return Callers(complete=False, reason=f"its oracle could not be read: {oracle.detail}")
        reason = "anyone may answer for a bond, and be overruled by a higher one or an arbitrator"
        if _hasty(account):
            words, reason = "whoever answers first: no bond, and no time for anyone else to answer", ""
        answered = Callers((Caller(ZERO_ADDRESS, words, oracle.evidence, within=reason),), evidence=oracle.evidence)
        return both(answered, self.owner(account))

    def links(self, account: Account) -> Iterable[Link]:
        for getter in ("oracle()", "questionArbitrator()"):
            if found := nonzero(account.address_of(getter)):
                yield Link(found, f"{getter} of {account.address}")


def _hasty(account: Account) -> bool:
    """Whether an answer costs nothing and is final and executed within the hour: then anyone decides, as in CTL-012."""
    waits = [account.ask(one) for one in ("questionTimeout()", "questionCooldown()")]
    free = account.ask("minimumBond()")
    soon = all(isinstance(one, Known) and one.value < _HOUR for one in waits)
    return soon and isinstance(free, Known) and free.value == 0


def asked_by(account: Account) -> tuple[tuple[LogEvidence, ...], int]:
    """Return the logs of the module's questions, the latest of them, and how many are left out."""
    logs = [one for one in account.events(QUESTION_CREATED) if len(one.topics) > 1 and one.address == account.address]
    return tuple(logs[-_MOST:]), max(0, len(logs) - _MOST)


def texts(account: Account) -> dict[str, str]:
    """Return the text of each question that the oracle logged, by its number (0x-hex): the first log counts."""
    oracle = nonzero(account.address_of("oracle()"))
    return dict(_texts(account, oracle)) if oracle else {}


def _texts(account: Account, oracle: str) -> Iterator[tuple[str, str]]:
    for log in reversed(account.events(NEW_QUESTION)):
        if log.address != oracle or len(log.topics) < 2:
            continue
        try:
            text = decode(_QUESTION, log.data)[1]
        except DecodeError:
            continue
        yield log.topics[1], str(text)


def answer_to(signature: str, number: str) -> str:
    """Return the key under which an answer about a question is kept; `number` is the question's, in 0x-hex."""
    return f"{signature} {number}"
