"""Aave's governance: how it is told, whose parameters count, and what a false log or a silent executor comes to."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.build import Workshop
from fixtures.contract import event_topic, signature_of, type_of
from fixtures.daos.aave_v2.dao import AAVE
from scanner.chain.abi import encode, selector
from scanner.discovery.account import Account
from scanner.discovery.executors import aave_executor, executor_family_of
from scanner.discovery.families import aave_v2, family_of
from scanner.discovery.families.aave_v2 import AaveV2
from scanner.model.observation import Known, Unknown
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.support import address, code, contract, log, returned, word

SHORT, LONG, STRATEGY, KEY = address(60), address(61), address(62), address(63)
CODE = "0x" + "".join(f"63{mark[2:]}14" for mark in aave_v2._MARKS)
FAMILY = AaveV2()


def _governance(*logs: Any) -> Account:
    authorised = [
        log(address(1), (aave_v2.AUTHORIZED,), word(one), index=900 + place) for place, one in enumerate((LONG, SHORT))
    ]
    named = {"getGovernanceStrategy": ("address", STRATEGY), "getGuardian": ("address", KEY)}
    made = contract(1, *authorised, *logs, **named)
    made.code = code(made.address, CODE)
    return made


def _answer(account: Account, executor: str, what: str, kind: str, value: Any) -> None:
    account.calls[aave_v2._of(executor, what)] = ((kind,), returned(account.address, encode((kind,), (value,))))


def _created(number: int, *, flag: bool = True, targets: int = 1) -> Any:
    row = (number, [SHORT] * targets, [0], ["pay()"], [b""], [flag], 10, 20, STRATEGY, b"\x01" * 32)
    return log(address(1), (aave_v2.CREATED, word(KEY), word(SHORT)), encode(aave_v2._EVENT, row), index=number)


def _abi(name: str) -> tuple[set[str], set[str]]:
    abi = Workshop().contract(AAVE, name).abi
    functions = {selector(signature_of(entry)) for entry in abi if entry["type"] == "function"}
    events = {
        event_topic(f"{entry['name']}({','.join(type_of(part) for part in entry['inputs'])})")
        for entry in abi
        if entry["type"] == "event"
    }
    return functions, events


def test_selectors_and_topics_are_those_of_the_package() -> None:
    functions, events = _abi("AaveGovernanceV2")
    assert set(aave_v2._MARKS) <= functions
    assert set(FAMILY.topics) <= events
    functions, _ = _abi("Executor")
    assert {*aave_executor._MARKS, *(selector(one) for one in aave_v2._OF_EXECUTOR)} <= functions
    (held,) = [
        entry for entry in Workshop().contract(AAVE, "AaveGovernanceV2").abi if entry.get("name") == "getProposalById"
    ]
    assert type_of(held["outputs"][0]) == aave_v2._STRUCT


def test_it_is_told_from_what_lacks_a_function_or_an_answer() -> None:
    account = _governance()
    found = family_of(account, CODE)
    assert found is not None
    assert found.name == "aave-v2"
    assert not FAMILY.recognise(account, CODE.replace(selector("getGuardian()")[2:], "00000000"))
    del account.calls["getGuardian()"]
    assert not FAMILY.recognise(account, CODE)


def test_the_weakest_authorised_executor_counts() -> None:
    account = _governance()
    for executor, delay in ((SHORT, 10), (LONG, 70)):
        _answer(account, executor, "authorised", "bool", True)
        _answer(account, executor, "getDelay()", "uint256", delay)
        _answer(account, executor, "VOTING_DURATION()", "uint256", delay)
    assert FAMILY.executor(account) == SHORT
    _answer(account, SHORT, "authorised", "bool", False)
    assert FAMILY.executor(account) == LONG
    period = FAMILY.voting_period(account)
    assert isinstance(period, Known)
    assert period.value == 70


def test_an_executor_that_says_nothing_leaves_delay_and_period_open() -> None:
    account = _governance()
    _answer(account, SHORT, "authorised", "bool", True)
    assert isinstance(FAMILY.timelock(account), Unknown)
    assert isinstance(FAMILY.voting_period(account), Unknown)


def test_calls_are_held_against_what_the_governance_keeps() -> None:
    account = _governance(_created(0))
    (one,) = FAMILY.proposals(account).proposals
    assert (one.executor, one.actions[0].delegate) == (SHORT, True)
    assert one.description.startswith("ipfs://Qm")
    assert isinstance(one.bound, Unknown)
    for flag, bound in ((True, True), (False, False)):
        row = (0, KEY, SHORT, [SHORT], [0], ["pay()"], [b""], [flag], 1, 2, 0, 0, 0, False, False, STRATEGY, b"\0" * 32)
        held = returned(account.address, encode((aave_v2._STRUCT,), (row,)))
        account.calls["proposal 0"] = ((aave_v2._STRUCT,), held)
        (one,) = FAMILY.proposals(account).proposals
        assert isinstance(one.bound, Known)
        assert one.bound.value is bound


def test_logs_that_do_not_fit_are_problems_and_no_proposals() -> None:
    told = FAMILY.proposals(_governance(_created(0, targets=2), log(address(1), (aave_v2.CREATED,), "0x00", index=3)))
    assert not told.proposals
    assert len(told.problems) == 2


def test_nobody_is_the_timelock_of_a_governance_without_executors() -> None:
    bare = contract(1)
    bare.code = code(bare.address, CODE)
    found = FAMILY.timelock(bare)
    assert isinstance(found, Known)
    assert found.value == ZERO_ADDRESS


@pytest.mark.parametrize("missing", ["getDelay", "getAdmin", "GRACE_PERIOD"])
def test_an_executor_is_told_by_its_delay_and_its_admin(missing: str) -> None:
    answers = {"getDelay": ("uint256", 5), "getAdmin": ("address", KEY), "GRACE_PERIOD": ("uint256", 9)}
    runtime = "0x" + "".join(f"63{mark[2:]}14" for mark in aave_executor._MARKS)
    whole = contract(5, **answers)
    whole.code = code(whole.address, runtime)
    found = executor_family_of(whole, runtime)
    assert found is not None
    assert found.name == "aave-executor"
    del whole.calls[f"{missing}()"]
    assert executor_family_of(whole, runtime) is None
