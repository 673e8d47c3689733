"""PartyDAO's parties: how they are told, what their proposals hold, and who acts beside the cards."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.build import Workshop
from fixtures.contract import Contract, event_topic, signature_of, type_of
from fixtures.daos.party.dao import RECIPE
from scanner.chain.abi import encode, selector
from scanner.discovery.account import Account
from scanner.discovery.control.holders import Resolver
from scanner.discovery.families import family_of, party
from scanner.discovery.families.interface import NOW
from scanner.discovery.families.party import ACCEPTED, DELEGATED, PASSED, PROPOSED, VETOED, Party
from scanner.model.evidence import LogEvidence
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Reason, Unknown
from tests.discovery.support import address, code, contract, eoa, log, parts, returned, word, world
from tests.e2e.conftest import Field

FAMILY = Party()
VALUES = (1_000, 100, 5_100, 99)
GLOBALS = address(60)
IMMUTABLE = "7f" + "00" * 12 + GLOBALS[2:]
EMERGENCY = "emergencyExecute(address,bytes,uint256)"
CODE = "0x" + "".join(f"63{selector(one)[2:]}14" for one in (*party._FUNCTIONS, EMERGENCY))


def _party(*logs: LogEvidence, **answers: tuple[str, Any]) -> Account:
    made = contract(1, *logs, **answers)
    made.code = code(made.address, CODE + IMMUTABLE)
    made.calls["getGovernanceValues()"] = (party._VALUES, returned(made.address, encode(party._VALUES, VALUES)))
    return made


def _proposed(number: int, data: bytes, *, last: int = 5_000) -> LogEvidence:
    return log(address(1), (PROPOSED,), encode(party._EVENT, (number, address(9), (last, 5, data))))


def _host(account: Account, who: str, yes: bool) -> None:
    account.calls[f"host of {who}"] = (("bool",), returned(account.address, word(int(yes))))


def test_functions_and_events_are_those_of_the_public_repository() -> None:
    abi = Workshop().contract(RECIPE, "Party").abi
    functions = {signature_of(entry) for entry in abi if entry["type"] == "function"}
    wanted = {"isHost(address)", "mintAuthority()", "tokenCount()", "getVotingPowerAt(address,uint40)"}
    assert {*party._FUNCTIONS, *wanted, "emergencyExecuteDisabled()", EMERGENCY} <= functions
    assert "execute(uint256,(uint40,uint40,bytes),address[],uint256[],bytes,bytes)" in functions
    events = {
        event_topic(f"{entry['name']}({','.join(type_of(part) for part in entry['inputs'])})")
        for entry in abi
        if entry["type"] == "event"
    }
    assert set(FAMILY.topics) - {DELEGATED, event_topic("ProposalCancelled(uint256)")} <= events
    told = [entry for entry in abi if entry["type"] == "event"]
    indexed = {entry["name"]: [part["indexed"] for part in entry["inputs"]] for entry in told}
    assert (indexed["Proposed"], indexed["ProposalAccepted"]) == ([False] * 3, [False] * 3)
    assert (indexed["ProposalVetoed"], indexed["ProposalExecuted"]) == ([True, False], [True, False, False])
    assert event_topic("ProposalPassed(uint256)") == PASSED


def test_a_party_is_told_from_what_lacks_a_function() -> None:
    family = family_of(_party(), CODE)
    assert family is not None
    assert family.name == "party"
    assert family_of(_party(), CODE.replace(selector("veto(uint256)")[2:], "00000000")) is None


def test_arbitrary_calls_are_calls_and_other_kinds_are_the_engines_affair() -> None:
    calls = encode(party._CALLS, ([(address(5), 3, b"\x12\x34\x56\x78", bytes(32)), (address(6), 0, b"", bytes(32))],))
    plain = bytes.fromhex("00000004" + calls[2:])
    told = FAMILY.proposals(_party(_proposed(1, plain), _proposed(2, bytes.fromhex("00000001ffff"))))
    first, second = told.proposals
    assert [(one.target, one.value, one.calldata, one.delegate) for one in first.actions] == [
        (address(5), 3, "0x12345678", False),
        (address(6), 0, "0x", False),
    ]
    (other,) = second.actions
    assert (other.target, other.calldata, other.delegate) == (address(1), "0x00000001ffff", None)
    engine = _party(_proposed(2, bytes.fromhex("00000001ffff")), getProposalExecutionEngine=("address", address(8)))
    (one,) = FAMILY.proposals(engine).proposals
    assert [(call.target, call.delegate) for call in one.actions] == [(address(8), True)]


@pytest.mark.parametrize("data", ["0x", "0x1234", encode(("uint256", "address"), (1, address(2)))])
def test_a_log_that_does_not_decode_is_a_problem_and_no_proposal(data: str) -> None:
    account = _party(*(log(address(1), (kind,), data) for kind in (PROPOSED, ACCEPTED, VETOED)))
    told = FAMILY.proposals(account)
    assert (told.proposals, len(told.problems)) == ((), 1)
    assert list(FAMILY.votes(account)) == []
    assert list(FAMILY.questions(account, CODE))


def test_calls_that_do_not_decode_are_a_problem() -> None:
    told = FAMILY.proposals(_party(_proposed(1, bytes.fromhex("00000004ffff"))))
    assert (told.proposals, len(told.problems)) == ((), 1)


@pytest.mark.parametrize(
    ("row", "now", "expected"),
    [
        ((1, 10, 0, 0, 0, 5), 100, "Active"),
        ((2, 10, 0, 0, 0, 5), 100, "Defeated"),
        ((2, 10, 20, 0, 0, 2**96 - 1), 100, "Canceled"),
        ((3, 10, 20, 0, 0, 60), 100, "Queued"),
        ((4, 10, 20, 0, 0, 60), 200, "Succeeded"),
        ((4, 10, 20, 0, 0, 60), 5_001, "Expired"),
        ((6, 10, 20, 130, 130, 60), 5_001, "Executed"),
        ((7, 10, 20, 130, 2**39, 60), 200, "Canceled"),
    ],
)
def test_states_are_the_partys_own_and_what_is_overdue_has_expired(
    row: tuple[int, ...], now: int, expected: str
) -> None:
    answers: dict[str, Known[Any] | Unknown] = {
        "info": Known(value=row, evidence=()),
        "values": Known(value=VALUES, evidence=()),
        NOW: Known(value=now, evidence=()),
    }
    account = _party(_proposed(1, bytes.fromhex("00000001")))
    state = FAMILY.complete_state(account, 1, FAMILY.read_state(answers))
    assert isinstance(state.state, Known)
    assert state.state.value == expected
    assert isinstance(state.for_votes, Unknown if row[5] == 2**96 - 1 else Known)
    assert isinstance(state.quorum, Known)
    assert state.quorum.value == 51


def test_a_proposal_that_the_party_does_not_know_has_no_state() -> None:
    answers: dict[str, Known[Any] | Unknown] = {
        "info": Known(value=(0,) * 6, evidence=()),
        "values": Known(value=VALUES, evidence=()),
        NOW: Known(value=1, evidence=()),
    }
    state = FAMILY.read_state(answers).state
    assert isinstance(state, Unknown)
    assert state.reason is Reason.REVERTED


def test_every_host_vetoes_and_none_that_was_found_is_unknown() -> None:
    voted = [
        log(address(1), (ACCEPTED,), encode(("uint256", "address", "uint256"), (1, address(n), 1)), index=n)
        for n in (5, 6, 7)
    ]
    account = _party(*voted)
    assert isinstance(FAMILY.guardian(account), Unknown)
    for who, yes in ((address(5), True), (address(6), False), (address(7), True)):
        _host(account, who, yes)
    guardian = FAMILY.guardian(account)
    assert isinstance(guardian, Known)
    assert guardian.value == address(5)
    assert [(one.address, one.capability) for one in FAMILY.besides(account)] == [(address(7), Capability.VETO)]


@pytest.mark.parametrize(
    ("disabled", "wallet", "kinds"),
    [
        (True, address(5), {ActorKind.NFT_VOTE}),
        (False, address(5), {ActorKind.NFT_VOTE, ActorKind.EOA}),
        (False, "", {ActorKind.NFT_VOTE, ActorKind.UNRESOLVED}),
    ],
)
def test_the_wallet_of_an_emergency_acts_as_long_as_nobody_disabled_it(
    disabled: bool, wallet: str, kinds: set[ActorKind]
) -> None:
    account = _party(emergencyExecuteDisabled=("bool", disabled))
    (asked,) = [one for one in FAMILY.questions(account, CODE + IMMUTABLE) if one.asked == GLOBALS]
    assert asked.arguments == (11,)
    if wallet:
        account.calls[asked.key] = (("address",), returned(GLOBALS, word(wallet)))
    found = parts(governors={account.address: FAMILY}, tokens={account.address})
    paths = Resolver(world(account, eoa(5)), found).paths(account.address)
    assert {path.kind for path in paths} == kinds


def test_power_that_does_not_add_up_is_unknown() -> None:
    account = _party(tokenCount=("uint256", 1), mintedVotingPower=("uint256", 7))
    account.calls["owner of card 1"] = (("address",), returned(account.address, word(address(5))))
    account.calls[f"power of {address(5)}"] = (("uint256",), returned(account.address, word(6)))
    assert isinstance(FAMILY.voting_power(account), Unknown)
    account.calls[f"power of {address(5)}"] = (("uint256",), returned(account.address, word(7)))
    power = FAMILY.voting_power(account)
    assert isinstance(power, Known)
    assert power.value == {address(5): 7}


@pytest.mark.family("party")
def test_the_finding_is_true_the_wallet_takes_what_it_likes(families: Field) -> None:
    run = families.scan("party")
    edges = {(one["actor_kind"], one["capability"]) for one in run.snapshot["controls"]["items"]}
    assert ("multisig", "execute") in edges
    dao, chain = families.daos["party"], families.chain
    snapshot = chain.rpc("evm_snapshot")
    try:
        shop, taker = Workshop(), "0x" + "99" * 20
        chain.rpc("anvil_impersonateAccount", dao.parts["wallet"])
        chain.rpc("anvil_setBalance", dao.parts["wallet"], hex(10**18))
        abi = shop.contract(RECIPE, "Party").abi
        Contract(chain, dao.governor, abi).send(dao.parts["wallet"], "emergencyExecute", taker, b"", 10**18)
        assert chain.balance(taker) == 10**18
    finally:
        assert chain.rpc("evm_revert", snapshot)
