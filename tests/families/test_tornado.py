"""A governor of Tornado's shape: how it is told, what it tells, and what changing code does after a vote."""

from __future__ import annotations

import pytest

from fixtures.build import Workshop
from fixtures.contract import Contract, event_topic, signature_of, type_of
from fixtures.daos.tornado.dao import RECIPE
from scanner.chain.abi import encode, selector
from scanner.discovery.families import family_of
from scanner.discovery.families.tornado import CREATED, VOTED, Tornado
from scanner.model.observation import Known
from tests.discovery.support import address, code, contract
from tests.discovery.support import log as made_log
from tests.e2e.conftest import Field

FAMILY = Tornado()
SIGNATURES = (
    "propose(address,string)",
    "proposeByDelegate(address,address,string)",
    "castVote(uint256,bool)",
    "castDelegatedVote(address[],uint256,bool)",
    "execute(uint256)",
    "lockWithApproval(uint256)",
    "unlock(uint256)",
    "lockedBalance(address)",
    "delegate(address)",
    "undelegate()",
    "delegatedTo(address)",
    "state(uint256)",
    "proposals(uint256)",
    "proposalCount()",
    "latestProposalIds(address)",
    "canWithdrawAfter(address)",
    "getReceipt(uint256,address)",
    "torn()",
    "EXECUTION_DELAY()",
    "EXECUTION_EXPIRATION()",
    "QUORUM_VOTES()",
    "PROPOSAL_THRESHOLD()",
    "VOTING_DELAY()",
    "VOTING_PERIOD()",
    "CLOSING_PERIOD()",
    "VOTE_EXTEND_TIME()",
)
EVENTS = (
    "ProposalCreated(uint256,address,address,uint256,uint256,string)",
    "Voted(uint256,address,bool,uint256)",
    "ProposalExecuted(uint256)",
    "Delegated(address,address)",
    "Undelegated(address,address)",
)
"""As tornadocash/tornado-governance, contracts/v1, declares them."""


def test_functions_and_events_are_those_of_the_public_repository() -> None:
    abi = Workshop().contract(RECIPE, "WeirGovernance").abi
    assert set(SIGNATURES) <= {signature_of(entry) for entry in abi if entry["type"] == "function"}
    told = {f"{e['name']}({','.join(type_of(i) for i in e['inputs'])})" for e in abi if e["type"] == "event"}
    assert told == set(EVENTS)
    assert event_topic(EVENTS[0]) == CREATED
    assert event_topic(EVENTS[1]) == VOTED
    indexed = next(e["inputs"] for e in abi if e["type"] == "event" and e["name"] == "Voted")
    assert [part["indexed"] for part in indexed] == [True, True, True, False]


def test_it_is_told_from_a_governor_alpha_that_casts_votes_alike() -> None:
    runtime = "0x" + "".join(f"63{selector(one)[2:]}14" for one in SIGNATURES)
    account = contract(1)
    account.code = code(account.address, runtime)
    family = family_of(account, runtime)
    assert family is not None
    assert family.name == "tornado"
    without_locks = runtime.replace(selector("lockedBalance(address)")[2:], "00000000")
    assert not FAMILY.recognise(account, without_locks)


def _created(number: int, target: str, **topics: bool) -> tuple[tuple[str, ...], str]:
    indexed = (CREATED, f"0x{number:064x}", "0x" + "0" * 24 + address(9)[2:])
    return indexed, encode(("address", "uint256", "uint256", "string"), (target, 10, 20, "text"))


def test_what_runs_is_what_the_state_holds_and_not_what_an_event_says() -> None:
    indexed, data = _created(1, address(5))
    account = contract(1)
    account = contract(1, made_log(account.address, indexed, data))
    before = FAMILY.proposals(account).proposals[0]
    assert (before.actions[0].target, before.held) == (address(5), ())
    row = (address(9), address(6), 10, 30, 0, 0, False, False)
    proof = account.code.evidence
    types = ("address", "address", "uint256", "uint256", "uint256", "uint256", "bool", "bool")
    account.calls["proposals(1)"] = (types, Known(value=encode(types, row), evidence=proof))
    told = FAMILY.proposals(account).proposals[0]
    assert told.actions[0].target == address(6)
    assert told.vote_end == 30
    assert told.actions[0].delegate is True
    assert told.actions[0].calldata == selector("executeProposal()")
    assert told.held


@pytest.mark.parametrize(
    ("topics", "data"),
    [
        ((CREATED, "0x" + "00" * 32), "0x"),
        ((CREATED, "0x" + "00" * 32, "0x" + "00" * 32), "0x" + "ff" * 128),
        ((CREATED, "0x" + "00" * 32, "0x" + "00" * 32), "0x"),
    ],
)
def test_a_log_that_does_not_decode_is_a_problem_and_no_proposal(topics: tuple[str, ...], data: str) -> None:
    account = contract(1)
    account = contract(1, made_log(account.address, topics, data))
    told = FAMILY.proposals(account)
    assert told.proposals == ()
    assert len(told.problems) == 1


def test_a_later_vote_takes_the_place_of_an_earlier_one() -> None:
    account = contract(1)
    voter = "0x" + "0" * 24 + address(9)[2:]

    def vote(support: int, weight: int) -> object:
        indexed = (VOTED, f"0x{1:064x}", voter, f"0x{support:064x}")
        return made_log(account.address, indexed, f"0x{weight:064x}")

    account = contract(1, vote(0, 5), vote(1, 7))  # type: ignore[arg-type]
    assert [(one.support, one.weight) for one in FAMILY.votes(account)] == [(1, 7)]


@pytest.mark.family("tornado")
def test_the_finding_is_true_other_code_at_the_address_grants_votes(families: Field) -> None:
    """Destroyed and made again, as chains without EIP-6780 do it; here the state is set back by hand, then undone."""
    run = families.scan("tornado")
    dao, chain = families.daos["tornado"], families.chain
    found = [one for one in run.report["outcomes"] if one["rule_id"] == "PRO-023" and one["status"] == "finding"]
    assert [one["subject"]["label"] for one in found] == ["Proposal 3"]
    words = run.snapshot["proposals"]["items"][2]["actions"][0]["code_replaceable"]["derivation"]
    assert "made it (CREATE, nonce 1), and can be destroyed and made again itself" in words
    snapshot = chain.rpc("evm_snapshot")
    try:
        shop = Workshop()
        nursery = Contract(chain, dao.parts["nursery"], shop.contract(RECIPE, "Nursery").abi)
        governance = Contract(chain, dao.governor, shop.contract(RECIPE, "WeirGovernance").abi)
        chain.rpc("anvil_setCode", dao.parts["seedling"], "0x")
        chain.rpc("anvil_setNonce", dao.parts["seedling"], "0x0")
        chain.rpc("anvil_setNonce", nursery.address, "0x1")
        sender = chain.accounts[0]
        nursery.send(sender, "plantOther")
        assert chain.code(dao.parts["seedling"]) != "0x"
        chain.advance(5 * 86_400 + 7_200)
        assert governance.call("lockedBalance", nursery.address) == 100_000 * 10**18
        governance.send(sender, "execute", 3)
        assert governance.call("lockedBalance", nursery.address) == 1_200_000 * 10**18
    finally:
        assert chain.rpc("evm_revert", snapshot)
