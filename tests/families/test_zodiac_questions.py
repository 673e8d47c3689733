"""Questions of a Reality module: their states, what is executed, and what nobody can tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_utils import keccak

from fixtures.build import Workshop
from fixtures.contract import event_topic, signature_of, type_of
from fixtures.zodiacs import REALITY, ZODIAC
from scanner.chain.abi import encode, selector
from scanner.chain.interface import LogRead
from scanner.discovery.account import Account
from scanner.discovery.executors.zodiac import OracleModule, reality
from scanner.discovery.families.interface import NOW
from scanner.discovery.queues import queue_of
from scanner.discovery.queues.answers import INVALID, YES
from scanner.discovery.queues.reality import RealityQuestions
from scanner.model.observation import Known, Unknown
from tests.discovery.support import address, code, contract, log, returned

ABI = Path("node_modules/@gnosis.pm/zodiac-4/dist/cjs/abi/RealityEth.json")
SAFE, ORACLE = address(70), address(71)
QUEUE, KIND = RealityQuestions(), OracleModule()
CODE = "0x" + "".join(f"63{selector(one)[2:]}14" for one in OracleModule.marks)
NO = "0x" + "00" * 32


def _events(entries: list[dict[str, Any]]) -> set[str]:
    return {
        event_topic(f"{one['name']}({','.join(map(type_of, one['inputs']))})")
        for one in entries
        if one["type"] == "event"
    }


def test_events_and_views_are_those_of_the_packages() -> None:
    entries = json.loads(ABI.read_text("utf-8"))
    entries = entries["abi"] if isinstance(entries, dict) else entries
    assert reality.QUESTION_CREATED in _events(entries)
    views = {signature_of(one) for one in entries if one["type"] == "function"}
    assert {reality.KEPT, "template()", "questionArbitrator()", "answerExpiration()"} <= views
    shop = Workshop()
    oracle = [dict(one) for one in shop.contract(REALITY, "RealityETH_v3_2").abi]
    assert {reality.NEW_QUESTION, reality.NEW_ANSWER, reality.REVEALED} <= _events(oracle)
    asked = {signature_of(one) for one in oracle if one["type"] == "function"}
    assert {name for name, _ in (*reality.OF_QUESTION, *reality.SET_OF_QUESTION)} <= asked
    ours = {signature_of(one) for one in shop.contract(ZODIAC, "RealityModuleETH").abi if one["type"] == "function"}
    assert {"addProposal(string,bytes32[])", "markProposalAsInvalidByHash(bytes32)", reality.KEPT} <= ours & views


def _number(index: int) -> str:
    return "0x" + index.to_bytes(32, "big").hex()


def _asked(index: int, block: int = 0) -> Any:
    return log(address(1), (reality.QUESTION_CREATED, _number(index), NO), block=block or 10 * index)


def _text(index: int, text: str, emitter: str = ORACLE) -> Any:
    row = (0, text, SAFE, 1, 0, 0, 5)
    return log(emitter, (reality.NEW_QUESTION, _number(index), NO, NO), encode(reality._QUESTION, row), block=index)


def _done(block: int, emitter: str = SAFE) -> Any:
    return log(emitter, (reality.EXECUTED, "0x" + address(1)[2:].rjust(64, "0")), block=block)


def _module(*logs: Any, **answers: Any) -> Account:
    times = {name: ("uint32", value) for name, value in (("questionTimeout", 9), ("questionCooldown", 50))}
    named = {"avatar": ("address", SAFE), "target": ("address", SAFE), "oracle": ("address", ORACLE)}
    rest = {"minimumBond": ("uint256", 5), "answerExpiration": ("uint32", 100)}
    made = contract(1, *logs, **(times | named | rest | answers))
    made.code = code(made.address, CODE)
    safe = contract(70, getThreshold=("uint256", 2))
    safe.address = SAFE
    safe.calls["getOwners()"] = (("address[]",), returned(SAFE, encode(("address[]",), ([ORACLE],))))
    made.met = {SAFE: safe}
    return made


def _answered(
    account: Account, index: int, *, final: bool = True, answer: str = YES, bond: int = 5, at: int = 1
) -> None:
    kept = _number(index)
    rows = zip(reality.OF_QUESTION, (final, answer, bond, at), strict=True)
    for (signature, kind), value in (*rows, ((reality.KEPT, "bytes32"), kept)):
        given = bytes.fromhex(value[2:]) if isinstance(value, str) else value
        key = reality.answer_to(signature, _number(index))
        account.calls[key] = ((kind,), returned(ORACLE, encode((kind,), (given,))))


def _keep(account: Account, index: int, kept: str) -> None:
    key = reality.answer_to(reality.KEPT, _number(index))
    account.calls[key] = (("bytes32",), returned(account.address, kept))


def _state(account: Account, index: int = 1, now: int = 60) -> Any:
    begun = QUEUE.read_state({NOW: Known(value=now, evidence=())})
    return QUEUE.complete_state(account, index, begun)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"final": False, "at": 0, "bond": 0, "answer": NO}, "Pending"),
        ({"final": False, "at": 70}, "Active"),
        ({}, "Queued"),
        ({"answer": NO}, "Defeated"),
        ({"bond": 4}, "Defeated"),
        ({"answer": INVALID}, "Canceled"),
        ({"at": -0}, "Queued"),
    ],
)
def test_a_question_has_the_state_of_its_answer(told: dict[str, Any], state: str) -> None:
    account = _module(_asked(1))
    _answered(account, 1, **told)
    found = _state(account)
    assert found.state.value == state
    assert isinstance(found.for_votes, Unknown), "a bond is no vote"


def test_an_answer_is_due_after_the_pause_and_void_later() -> None:
    account = _module(_asked(1))
    _answered(account, 1, at=20)
    assert _state(account).eta.value == 71
    assert _state(account, now=120).state.value == "Queued"
    assert _state(account, now=121).state.value == "Expired"
    account.calls["answerExpiration()"] = (("uint32",), returned(account.address, NO))
    assert _state(account, now=10**9).state.value == "Queued", "it never becomes void"


def test_what_the_owner_took_back_or_was_asked_again_is_over() -> None:
    account = _module(_asked(1))
    _answered(account, 1)
    _keep(account, 1, INVALID)
    assert _state(account).state.value == "Canceled"
    _keep(account, 1, _number(2))
    assert _state(account).state.value == "Canceled"


def test_a_question_that_the_module_does_not_keep_is_none_of_its_own() -> None:
    account = _module(_asked(1))
    for kept, known in ((_number(1), False), (INVALID, False), (NO, True)):
        _keep(account, 1, kept)
        (one,) = QUEUE.proposals(account).proposals
        assert isinstance(one.bound, Known) is known, "its calls are hashes: to keep it confirms none of them"


def test_an_execution_belongs_to_the_only_question_that_it_can_be() -> None:
    account = _module(_asked(1), _asked(2), _done(15), _asked(3, block=30))
    for index in (1, 2, 3):
        _answered(account, index)
    assert [_state(account, index).state.value for index in (1, 2, 3)] == ["Executed", "Queued", "Queued"]
    assert set(QUEUE.executions(account)) == {1}


def test_of_two_that_could_be_meant_neither_is_told() -> None:
    account = _module(_asked(1), _asked(2), _done(25))
    _answered(account, 1)
    _answered(account, 2)
    assert all(isinstance(_state(account, index).state, Unknown) for index in (1, 2))
    assert QUEUE.executions(account) == {}
    _answered(account, 2, answer=NO)
    assert _state(account, 1).state.value == "Executed"


def test_without_logs_of_a_safe_nobody_knows_what_was_executed() -> None:
    account = _module(_asked(1), _done(15, emitter=ORACLE))
    _answered(account, 1)
    assert _state(account).state.value == "Queued", "the log is another contract's"
    account.met = {}
    assert isinstance(_state(account).state, Unknown)
    _answered(account, 1, answer=NO)
    assert _state(account).state.value == "Defeated"


def test_a_text_is_the_oracles_and_its_calls_are_not_known() -> None:
    account = _module(_asked(1), _text(1, "fake", emitter=address(9)), _text(1, "pay\u241f" + "0" * 64))
    (one,) = QUEUE.proposals(account).proposals
    assert one.description == "pay"
    assert one.actions == ()
    assert one.unread is not None


def test_only_its_own_questions_are_asked_for() -> None:
    account = _module(_asked(1), _text(1, "pay"))
    getters = list(KIND.questions(account, CODE))
    logs = [one.read for one in getters if one.topics]
    assert logs[0] == LogRead(ORACLE, (reality._OF_ORACLE, (_number(1),)))
    assert all(isinstance(one, LogRead) for one in logs)
    (kept,) = [one for one in getters if one.signature == reality.KEPT]
    assert kept.arguments == ("0x" + keccak(text="pay").hex(),)
    assert not [one for one in KIND.questions(_module(), CODE) if one.topics]
    assert isinstance(queue_of(account, CODE), RealityQuestions)


def test_more_questions_than_are_looked_at_are_said() -> None:
    told = QUEUE.proposals(_module(*(_asked(index) for index in range(1, 108))))
    assert len(told.proposals) == 100
    assert told.problems == (("a proposal (earlier questions)", "7 more were asked than are looked at"),)
