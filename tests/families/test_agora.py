"""Agora's governors: four events, voting modules, types with quorums of their own, a manager and an admin."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.build import Workshop
from fixtures.contract import event_topic, signature_of, type_of
from fixtures.daos.agora.dao import RECIPE
from scanner.chain.abi import encode, selector
from scanner.discovery.account import Account
from scanner.discovery.battery import PROPOSAL_CREATED
from scanner.discovery.families import family_of
from scanner.discovery.families.agora import Agora
from scanner.discovery.families.told import PROPOSAL_TYPES
from scanner.model.kinds import Capability
from scanner.model.observation import Known, Unknown
from tests.discovery.support import address, code, contract, word
from tests.discovery.support import log as made_log

FAMILY = Agora()
OWN = (
    "manager()",
    "admin()",
    "PROPOSAL_TYPES_CONFIGURATOR()",
    "approvedModules(address)",
    "propose(address[],uint256[],bytes[],string,uint8)",
    "proposeWithModule(address,bytes,string,uint8)",
    "queueWithModule(address,bytes,bytes32)",
    "executeWithModule(address,bytes,bytes32)",
    "hashProposalWithModule(address,bytes,bytes32)",
    "editProposalType(uint256,uint8)",
    "getProposalType(uint256)",
    "setModuleApproval(address,bool)",
    "setProposalDeadline(uint256,uint64)",
    "setManager(address)",
    "setAdmin(address)",
)
TYPED = "ProposalCreated(uint256,address,address[],uint256[],string[],bytes[],uint256,uint256,string,uint8)"
BY_MODULE = "ProposalCreated(uint256,address,address,bytes,uint256,uint256,string,uint8)"
OLD_MODULE = "ProposalCreated(uint256,address,address,bytes,uint256,uint256,string)"
"""As voteagora/agora-governor declares them (src/AgoraGovernor.sol, the release on OpenZeppelin 4)."""

_OPTION = "(uint256,address[],uint256[],bytes[],string)[]"
_SETTINGS = "(uint8,uint8,address,uint128,uint128)"
_SAID = (
    "((uint256 budgetTokensSpent,address[] targets,uint256[] values,bytes[] calldatas,string description)[] "
    "proposalOptions,(uint8 maxApprovals) proposalSettings)"
)


def test_functions_and_events_are_those_of_the_public_repository() -> None:
    abi = Workshop().contract(RECIPE, "HarvestGovernor").abi
    assert set(OWN) <= {signature_of(entry) for entry in abi if entry["type"] == "function"}
    told = {f"{e['name']}({','.join(type_of(i) for i in e['inputs'])})": e for e in abi if e["type"] == "event"}
    assert {TYPED, BY_MODULE, "ProposalTypeUpdated(uint256,uint8)"} <= set(told)
    assert [part["indexed"] for part in told[BY_MODULE]["inputs"]] == [True, True, True] + [False] * 5
    assert {event_topic(TYPED), event_topic(BY_MODULE), event_topic(OLD_MODULE)} == set(FAMILY.topics)
    types = {signature_of(e) for e in Workshop().contract(RECIPE, "HarvestTypes").abi if e["type"] == "function"}
    assert {"proposalTypes(uint8)", "setProposalType(uint8,uint16,uint16,string,string,address)"} <= types


def _governor(*logs: tuple[tuple[str, ...], str], marks: tuple[str, ...] = OWN) -> tuple[Account, str]:
    emitter = contract(1).address
    account = contract(
        1,
        *(made_log(emitter, topics, data, index=at, block=5 + at) for at, (topics, data) in enumerate(logs)),
        COUNTING_MODE=("string", "support=bravo"),
        votingDelay=("uint256", 1),
        votingPeriod=("uint256", 2),
    )
    runtime = "0x" + "".join(f"63{selector(one)[2:]}14" for one in marks)
    account.code = code(account.address, runtime)
    return account, runtime


@pytest.mark.parametrize(("marks", "name"), [(OWN, "agora"), (OWN[3:], "oz-governor-4")])
def test_a_plain_openzeppelin_governor_stays_one(marks: tuple[str, ...], name: str) -> None:
    family = family_of(*_governor(marks=marks))
    assert family is not None
    assert family.name == name


def _answer(account: Account, key: str, types: tuple[str, ...], values: tuple[Any, ...]) -> None:
    account.calls[key] = (types, Known(value=encode(types, values), evidence=account.code.evidence))


_CALL = ([address(3)], [5], [""], [b"\x01\x02\x03\x04"], 10, 20, "text")
_CALL_TYPES = ("address[]", "uint256[]", "string[]", "bytes[]", "uint256", "uint256", "string")


@pytest.mark.parametrize(
    "log",
    [
        ((PROPOSAL_CREATED,), encode(PROPOSAL_TYPES, (7, address(9), *_CALL))),
        ((event_topic(TYPED), word(7), word(address(9))), encode((*_CALL_TYPES, "uint8"), (*_CALL, 1))),
        ((event_topic(TYPED),), encode(("uint256", "address", *_CALL_TYPES, "uint8"), (7, address(9), *_CALL, 1))),
    ],
)
def test_proposals_of_calls(log: tuple[tuple[str, ...], str]) -> None:
    (one,) = FAMILY.proposals(_governor(log)[0]).proposals
    assert (one.id, one.proposer, one.vote_start, one.vote_end, one.description) == (7, address(9), 10, 20, "text")
    assert [(call.target, call.value, call.calldata) for call in one.actions] == [(address(3), 5, "0x01020304")]


def _by_module(data: bytes, *, old: bool = False) -> tuple[tuple[str, ...], str]:
    rest = (data, 10, 20, "text")
    if old:
        types = ("uint256", "address", "address", "bytes", "uint256", "uint256", "string")
        return (event_topic(OLD_MODULE),), encode(types, (7, address(9), address(8), *rest))
    topics = (event_topic(BY_MODULE), word(7), word(address(9)), word(address(8)))
    return topics, encode(("bytes", "uint256", "uint256", "string", "uint8"), (*rest, 2))


_OPTIONS = bytes.fromhex(
    encode(
        (_OPTION, _SETTINGS),
        (
            [(0, [address(3)], [1], [b""], "one"), (0, [address(4), address(5)], [2, 3], [b"", b""], "two")],
            (1, 0, address(0), 5, 6),
        ),
    )[2:]
)


@pytest.mark.parametrize("old", [False, True])
def test_options_of_a_vote_are_all_calls_that_may_be_made(*, old: bool) -> None:
    account, runtime = _governor(_by_module(_OPTIONS, old=old))
    assert address(8) in [one.asked for one in FAMILY.questions(account, runtime)]
    assert address(8) in [one.address for one in FAMILY.links(account)]
    _answer(account, f"PROPOSAL_DATA_ENCODING() of {address(8)}", ("string",), (_SAID,))
    (one,) = FAMILY.proposals(account).proposals
    assert one.unread is None
    assert [(call.target, call.value) for call in one.actions] == [(address(3), 1), (address(4), 2), (address(5), 3)]


def test_a_module_that_says_nothing_or_something_else_leaves_the_calls_unknown() -> None:
    account, _ = _governor(_by_module(_OPTIONS))
    (silent,) = FAMILY.proposals(account).proposals
    assert isinstance(silent.unread, Unknown)
    _answer(account, f"PROPOSAL_DATA_ENCODING() of {address(8)}", ("string",), ("(bytes anything)",))
    (strange,) = FAMILY.proposals(account).proposals
    assert isinstance(strange.unread, Unknown)
    assert strange.actions == ()


def test_options_that_do_not_decode_are_a_problem() -> None:
    account, _ = _governor(_by_module(b"\xff" * 64))
    _answer(account, f"PROPOSAL_DATA_ENCODING() of {address(8)}", ("string",), (_SAID,))
    told = FAMILY.proposals(account)
    assert told.proposals == ()
    assert len(told.problems) == 1


def test_the_lowest_quorum_of_the_types_counts() -> None:
    account, _ = _governor()
    assert isinstance(FAMILY.quorum(account, "blocknumber"), Unknown)
    _answer(account, "supply of the voting token", ("uint256",), (1_000_000,))
    assert isinstance(FAMILY.quorum(account, "blocknumber"), Unknown)
    whole = ("(uint16,uint16,string,string,address,bool)",)
    for number, quorum in ((0, 500), (1, 300)):
        row = (quorum, 5_000, f"type {number}", "", address(0), True)
        _answer(account, f"proposalTypes({number})", whole, (row,))
        account.calls[f"proposalTypes({number})"] = (
            ("(uint16,uint16,string)",),
            account.calls[f"proposalTypes({number})"][1],
        )
    _answer(account, "proposalTypes(2)", ("(uint16,uint16,string)",), ((0, 0, ""),))
    found = FAMILY.quorum(account, "blocknumber")
    assert isinstance(found, Known)
    assert found.value == 30_000
    assert "0 type 0: 500" in found.derivation


def test_a_manager_without_an_admin_beside_does_what_the_admin_does() -> None:
    account, _ = _governor()
    _answer(account, "manager()", ("address",), (address(6),))
    rights = [one.capability for one in FAMILY.besides(account)]
    assert rights == [Capability.PROPOSE, Capability.CANCEL, Capability.SET_PARAMETERS]
    _answer(account, "admin()", ("address",), (address(7),))
    told = [(one.address, one.capability) for one in FAMILY.besides(account)]
    assert told == [(address(6), Capability.PROPOSE), (address(7), Capability.CANCEL)]
