"""A DAO whose proposals are its next implementations: how it is told, and what its counts and calls say."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.build import Workshop
from fixtures.contract import Contract, event_topic, signature_of, type_of
from fixtures.daos.esd.dao import RECIPE
from scanner.chain.abi import selector
from scanner.discovery.families import family_of
from scanner.discovery.families.esd import ADVANCE, COMMIT, PROPOSAL, VOTE, EmptySet
from scanner.model.observation import Known, Reason, Unknown
from tests.discovery.support import address, code, contract, word
from tests.discovery.support import log as made_log
from tests.e2e.conftest import Field

FAMILY = EmptySet()
FUNCTIONS = (
    "vote(address,uint8)",
    "commit(address)",
    "emergencyCommit(address)",
    "startFor(address)",
    "periodFor(address)",
    "approveFor(address)",
    "rejectFor(address)",
    "votesFor(address)",
    "isNominated(address)",
    "isInitialized(address)",
    "recordedVote(address,address)",
    "totalBonded()",
    "totalBondedAt(uint256)",
    "epoch()",
    "epochTime()",
    "advance()",
    "deposit(uint256)",
    "withdraw(uint256)",
    "bond(uint256)",
    "unbond(uint256)",
    "dollar()",
    "implementation()",
    "initialize()",
)
EVENTS = {
    "Proposal(address,address,uint256,uint256)": (PROPOSAL, [True, True, True, False]),
    "Vote(address,address,uint8,uint256)": (VOTE, [True, True, False, False]),
    "Commit(address,address)": (COMMIT, [True, True]),
    "Advance(uint256,uint256,uint256)": (ADVANCE, [True, False, False]),
}
"""As emptysetsquad/dollar declares them (dao/Govern.sol, Getters.sol, Bonding.sol, Implementation.sol)."""


def test_functions_and_events_are_those_of_the_public_repository() -> None:
    abi = Workshop().contract(RECIPE, "BrookSecond").abi
    assert set(FUNCTIONS) <= {signature_of(entry) for entry in abi if entry["type"] == "function"}
    told = {f"{e['name']}({','.join(type_of(i) for i in e['inputs'])})": e for e in abi if e["type"] == "event"}
    for signature, (first, indexed) in EVENTS.items():
        assert event_topic(signature) == first
        assert [part["indexed"] for part in told[signature]["inputs"]] == indexed


def test_it_is_told_by_its_functions_alone() -> None:
    runtime = "0x" + "".join(f"63{selector(one)[2:]}14" for one in FUNCTIONS)
    account = contract(1)
    account.code = code(account.address, runtime)
    family = family_of(account, runtime)
    assert family is not None
    assert family.name == "esd"
    assert not FAMILY.recognise(account, runtime.replace(selector("commit(address)")[2:], "00000000"))


def _advance(epoch: int, at: int) -> tuple[tuple[str, ...], str]:
    return (ADVANCE, word(epoch)), word(7) + word(at)[2:]


def _with(*logs: tuple[tuple[str, ...], str]) -> Any:
    emitter = contract(1).address
    return contract(1, *(made_log(emitter, topics, data, index=at) for at, (topics, data) in enumerate(logs)))


def _proposed(start: int, period: int) -> tuple[tuple[str, ...], str]:
    return (PROPOSAL, word(address(5)), word(address(6)), word(start)), word(period)


def test_epochs_become_seconds_by_the_events_that_end_them() -> None:
    account = _with(_advance(4, 40_000), _advance(6, 60_000), _proposed(4, 9))
    one = FAMILY.proposals(account).proposals[0]
    assert (one.vote_start, one.vote_end) == (40_000, 60_000 + 7 * 10_000)
    period = FAMILY.voting_period(account)
    assert isinstance(period, Known)
    assert period.value == 90_000
    clock = FAMILY.clock(account)
    assert isinstance(clock, Known)


@pytest.mark.parametrize("advances", [(), ((4, 40_000),), ((4, 40_000), (4, 50_000))])
def test_without_two_epochs_the_time_is_not_known(advances: tuple[tuple[int, int], ...]) -> None:
    account = _with(*(_advance(*one) for one in advances), _proposed(4, 9))
    assert isinstance(FAMILY.clock(account), Unknown)
    assert isinstance(FAMILY.voting_period(account), Unknown)
    assert len(FAMILY.proposals(account).proposals) == 1


def test_what_commit_does_is_an_upgrade_and_a_delegatecall() -> None:
    one = FAMILY.proposals(_with(_proposed(1, 9))).proposals[0]
    upgrade, runs = one.actions
    assert (upgrade.target, upgrade.signature, upgrade.delegate) == (address(1), "upgradeTo(address)", False)
    assert upgrade.calldata.endswith(address(5)[2:])
    assert (runs.target, runs.signature, runs.delegate) == (address(5), "initialize()", True)


def test_broken_logs_are_problems() -> None:
    told = FAMILY.proposals(_with(((PROPOSAL,), "0x"), ((PROPOSAL, word(1), word(2), word(3)), "0x")))
    assert told.proposals == ()
    assert len(told.problems) == 2


def test_a_vote_that_is_taken_back_is_none() -> None:
    def vote(choice: int) -> tuple[tuple[str, ...], str]:
        return (VOTE, word(address(6)), word(address(5))), word(choice) + word(9)[2:]

    assert [one.support for one in FAMILY.votes(_with(vote(1)))] == [1]
    assert [one.support for one in FAMILY.votes(_with(vote(1), vote(2)))] == [0]
    assert list(FAMILY.votes(_with(vote(1), vote(0)))) == []


def _answers(*, epoch: int, commit: Any, emergency: Any, done: bool = False, reject: int = 0) -> dict[str, Any]:
    proof = contract(1).code.evidence
    counts = {"startFor(address)": 3, "periodFor(address)": 9, "approveFor(address)": 5, "rejectFor(address)": reject}
    told: dict[str, Any] = {name: Known(value=value, evidence=proof) for name, value in counts.items()}
    told |= {"done": Known(value=done, evidence=proof), "epoch": Known(value=epoch, evidence=proof)}
    return told | {"commit": commit, "emergency": emergency}


def test_states() -> None:
    yes = Known(value=(), evidence=contract(1).code.evidence)
    no = Unknown(reason=Reason.REVERTED, detail="execution reverted")
    cut = Unknown(reason=Reason.NODE_ERROR, detail="cut off")

    def state(**given: Any) -> str:
        found = FAMILY.read_state(_answers(**given)).state
        return str(found.value) if isinstance(found, Known) else f"unknown: {found.reason.value}"

    assert state(epoch=5, commit=no, emergency=no) == "Active"
    assert state(epoch=5, commit=no, emergency=yes) == "Succeeded"
    assert state(epoch=12, commit=yes, emergency=no) == "Succeeded"
    assert state(epoch=12, commit=no, emergency=yes) == "Defeated"
    assert state(epoch=12, commit=no, emergency=no, reject=6) == "Defeated"
    assert state(epoch=12, commit=cut, emergency=no) == f"unknown: {Reason.NODE_ERROR.value}"
    assert state(epoch=12, commit=no, emergency=no, done=True) == "Executed"


@pytest.mark.family("esd")
def test_the_candidate_that_wins_takes_what_the_dao_holds(families: Field) -> None:
    """The findings on the open candidate are true: once committed it pays its maker."""
    run = families.scan("esd")
    found = [one for one in run.report["outcomes"] if one["rule_id"] == "PRO-008" and one["severity"] == "high"]
    assert [one["status"] for one in found] == ["finding"]
    dao, chain = families.daos["esd"], families.chain
    snapshot = chain.rpc("evm_snapshot")
    try:
        shop = Workshop()
        brook = Contract(chain, dao.governor, shop.contract(RECIPE, "BrookSecond").abi)
        token = Contract(chain, dao.parts["token"], shop.contract(RECIPE, "BrookDollar").abi)
        before = token.call("balanceOf", dao.governor)
        sender = chain.accounts[0]
        for _ in range(9):
            chain.advance(8 * 3600)
            brook.send(sender, "advance")
        brook.send(sender, "commit", dao.parts["last"])
        assert token.call("balanceOf", dao.governor) == before - 750_000 * 10**18
    finally:
        assert chain.rpc("evm_revert", snapshot)
