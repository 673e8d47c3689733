"""Aave's governance: how it is told, whose parameters count, and what a false log or a silent executor comes to."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.build import Workshop
from fixtures.contract import event_topic, signature_of, type_of
from fixtures.daos.aave_v2.dao import AAVE
from fixtures.daos.aave_v3.dao import RECIPE as FEN
from scanner.chain.abi import encode, selector
from scanner.discovery.account import Account
from scanner.discovery.control.holders import Resolver
from scanner.discovery.executors import aave_executor, aave_payloads, executor_family_of
from scanner.discovery.families import aave_v2, aave_v3, family_of
from scanner.discovery.families.aave_v2 import AaveV2
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Unknown
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.support import address, code, contract, eoa, log, parts, returned, word, world

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


CONTROLLER, MESSENGER = address(80), address(81)


def _controller(chain: int, *, levels: tuple[tuple[str, int], ...] = ((SHORT, 10), (LONG, 70))) -> Account:
    made = contract(
        80,
        MESSAGE_ORIGINATOR=("address", address(1)),
        ORIGIN_CHAIN_ID=("uint256", chain),
        CROSS_CHAIN_CONTROLLER=("address", MESSENGER),
        owner=("address", SHORT),
    )
    for level, config in enumerate(levels, start=1):
        answer = returned(made.address, encode(("address", "uint40"), config))
        made.calls[f"level {level}"] = (("address", "uint40"), answer)
    return made


def _executor(number: int, controller: Account) -> Account:
    made = contract(number, owner=("address", CONTROLLER))
    made.met = {CONTROLLER: controller}
    return made


def test_selectors_and_topics_of_version_3_are_those_of_its_repository() -> None:
    abi = Workshop().contract(FEN, "Governance").abi
    functions = {selector(signature_of(entry)) for entry in abi if entry["type"] == "function"}
    assert set(aave_v3._MARKS) <= functions
    controller = Workshop().contract(FEN, "PayloadsController").abi
    functions = {selector(signature_of(entry)) for entry in controller if entry["type"] == "function"}
    assert set(aave_payloads._MARKS) <= functions
    (held,) = [entry for entry in abi if entry.get("name") == "getProposal"]
    assert type_of(held["outputs"][0]) == aave_v3._PROPOSAL
    (held,) = [entry for entry in controller if entry.get("name") == "getPayloadById"]
    assert type_of(held["outputs"][0]) == aave_v3._PAYLOAD


@pytest.mark.parametrize(("chain", "kind"), [(1, ActorKind.EOA), (137, ActorKind.UNRESOLVED)])
def test_a_message_from_another_chain_names_it(chain: int, kind: ActorKind) -> None:
    controller, family = _controller(chain), aave_payloads.PayloadsController()
    made = world(controller, eoa(1), contract(81, owner=("address", address(2))), eoa(2))
    found = Resolver(made, parts(executors={CONTROLLER: family})).paths(CONTROLLER)
    (origin,) = [path for path in found if path.actor == address(1)]
    assert origin.kind is kind
    assert origin.label.endswith("on chain 137") == (chain == 137)
    assert any(path.actor == address(2) for path in found), "who runs the messenger can say what it likes"


def test_each_executor_waits_for_its_own_level() -> None:
    controller, family = _controller(1), aave_payloads.LevelExecutor()
    delays = [family.delay(_executor(number, controller)) for number in (60, 61)]
    assert [one.value for one in delays if isinstance(one, Known)] == [10, 70]
    silent = _controller(1)
    del silent.calls["level 2"]
    assert isinstance(family.delay(_executor(61, silent)), Unknown)
    runtime = f"0x63{selector(aave_payloads.EXECUTE)[2:]}14"
    assert family.recognise(_executor(60, controller), runtime)
    assert not family.recognise(contract(60, owner=("address", KEY)), runtime)
