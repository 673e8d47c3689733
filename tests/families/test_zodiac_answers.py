"""How a question of a Reality module stands: which answer, whose, for how much, and from when to when it counts."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.chain.abi import encode
from scanner.discovery.account import Account
from scanner.discovery.executors.zodiac import reality
from scanner.discovery.queues.answers import INVALID, YES, question_at
from scanner.model.observation import Known, Unknown
from scanner.model.oracle_question import OracleQuestion
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.support import address, log, returned
from tests.families.test_zodiac_questions import NO, ORACLE, _answered, _module, _number

FIRST, SECOND, COURT = address(81), address(82), address(83)
HIDDEN = "0x" + "ab" * 32


def _word(who: str) -> str:
    return "0x" + who[2:].rjust(64, "0")


def _bytes(value: str) -> bytes:
    return bytes.fromhex(value[2:])


def _given(block: int, who: str, answer: str, bond: int, *, hides: bool = False, emitter: str = ORACLE) -> Any:
    row = encode(("bytes32", "bytes32", "uint256", "uint256", "bool"), (_bytes(answer), bytes(32), bond, 7, hides))
    return log(emitter, (reality.NEW_ANSWER, _number(1), _word(who)), row, block=block)


def _revealed(block: int, who: str, answer: str, bond: int) -> Any:
    row = encode(("bytes32", "uint256", "uint256"), (_bytes(answer), 3, bond))
    return log(ORACLE, (reality.REVEALED, _number(1), _word(who), HIDDEN), row, block=block)


def _standing(*logs: Any, pending: bool = False, told: dict[str, Any] | None = None) -> Account:
    account = _module(*logs)
    _answered(account, 1, **({"bond": 8, "at": 20} | (told or {})))
    values = (4, 0, 9, COURT, pending)
    for (signature, kind), value in zip(reality.SET_OF_QUESTION, values, strict=True):
        key = reality.answer_to(signature, _number(1))
        account.calls[key] = ((kind,), returned(ORACLE, encode((kind,), (value,))))
    return account


def _question(*logs: Any, pending: bool = False, **told: Any) -> OracleQuestion:
    return question_at(_standing(*logs, pending=pending, told=told), _number(1))


def _values(question: OracleQuestion, *names: str) -> tuple[Any, ...]:
    found = [getattr(question, name) for name in names]
    return tuple(one.value if isinstance(one, Known) else "?" for one in found)


WHO = ("answer", "answered_by", "answers", "answerers")


def test_the_last_answer_stands_with_its_bond_and_its_author() -> None:
    question = _question(_given(1, FIRST, NO, 4), _given(2, SECOND, YES, 8))
    assert _values(question, *WHO) == ("yes", SECOND, 2, 2)
    assert _values(question, "bond_wei", "bond_needed_wei", "minimum_bond_wei") == (8, 5, 4)
    assert _values(question, "timeout_seconds", "arbitrator", "arbitration_pending") == (9, COURT, False)
    assert isinstance(question.answered_by, Known)
    assert len(question.answered_by.evidence) == 4, "both calls that tell what stands, and both answers"


def test_a_hidden_answer_is_its_givers_once_it_is_shown() -> None:
    hidden = (_given(1, FIRST, NO, 4), _given(2, SECOND, HIDDEN, 8, hides=True))
    assert _values(_question(*hidden, answer=NO), *WHO) == ("no", FIRST, 2, 2)
    assert _values(_question(*hidden, _revealed(3, FIRST, YES, 8)), *WHO) == ("yes", SECOND, 2, 2)
    beaten = (*hidden, _given(3, FIRST, NO, 16), _revealed(4, SECOND, YES, 8))
    assert _values(_question(*beaten, answer=NO), *WHO) == ("no", FIRST, 3, 2), "a higher bond beat it"


def test_what_an_arbitrator_says_stands_without_a_bond() -> None:
    said = (_given(1, FIRST, NO, 8), _given(2, COURT, YES, 0))
    assert _values(_question(*said), "answer", "answered_by", "bond_wei") == ("yes", COURT, 8)


def test_nobody_is_named_where_the_logs_end_in_another_answer() -> None:
    assert isinstance(_question(_given(1, FIRST, NO, 8)).answered_by, Unknown)
    assert isinstance(_question(_given(1, FIRST, YES, 8, emitter=FIRST)).answered_by, Unknown), "another's log"
    broken = log(ORACLE, (reality.NEW_ANSWER, _number(1), _word(FIRST)), "0x" + "ff" * 31)
    assert isinstance(_question(broken).answers, Unknown)


def test_without_an_answer_nobody_gave_one() -> None:
    question = _question(final=False, answer=NO, bond=0, at=0)
    assert _values(question, *WHO, "executable_at") == ("none", ZERO_ADDRESS, 0, 0, 0)


@pytest.mark.parametrize(
    ("told", "times"),
    [
        ({}, (71, 121)),
        ({"final": False}, (71, 121)),
        ({"answer": NO}, (0, 0)),
        ({"answer": INVALID}, (0, 0)),
        ({"bond": 4}, (0, 0)),
        ({"final": False, "pending": True}, (0, 0)),
    ],
)
def test_a_yes_for_enough_can_be_executed_for_a_time(told: dict[str, Any], times: tuple[int, int]) -> None:
    question = _question(_given(1, FIRST, told.get("answer", YES), 8), **told)
    assert _values(question, "executable_at", "void_at") == times


def test_an_oracle_that_knows_no_arbitration_is_believed_about_what_is_final_only() -> None:
    for final, known in ((True, True), (False, False)):
        account = _standing(_given(1, FIRST, YES, 8), told={"final": final})
        del account.calls[reality.answer_to("isPendingArbitration(bytes32)", _number(1))]
        assert isinstance(question_at(account, _number(1)).executable_at, Known) is known
