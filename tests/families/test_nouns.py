"""Nouns' governors: by the package's own ABI, told from Bravo, and read as their state stands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fixtures.build import Workshop
from fixtures.contract import event_topic, signature_of, type_of
from fixtures.daos.nouns.dao import RECIPE
from fixtures.localchain import project_root
from scanner.chain.abi import encode, selector, topic
from scanner.discovery.account import Account
from scanner.discovery.battery import PROPOSAL_CREATED, VOTE_CAST
from scanner.discovery.families import family_of
from scanner.discovery.families.nouns import Nouns
from scanner.discovery.families.told import PROPOSAL_TYPES
from scanner.model.kinds import Capability
from scanner.model.observation import Known, Reason, Unknown
from tests.discovery.support import address, code, contract
from tests.discovery.support import log as made_log

FAMILY = Nouns()
PACKAGE = "node_modules/@nouns/contracts/dist/abi/contracts/governance/NounsDAOLogicV2.sol/NounsDAOLogicV2.json"
MARKS = (
    "quorumVotes(uint256)",
    "minQuorumVotes()",
    "maxQuorumVotes()",
    "nouns()",
    "veto(uint256)",
    "vetoer()",
    "getActions(uint256)",
)
THIRD = (
    "proposalsV3(uint256)",
    "updateProposalTransactions(uint256,address[],uint256[],string[],bytes[],string)",
    "objectionPeriodDurationInBlocks()",
    "lastMinuteWindowInBlocks()",
    "proposalUpdatablePeriodInBlocks()",
    "escrowToFork(uint256[],uint256[],string)",
    "withdrawFromForkEscrow(uint256[])",
    "executeFork()",
    "forkEscrow()",
    "forkThreshold()",
    "forkThresholdBPS()",
)
"""What nounsDAO/nouns-monorepo declares in the third version; its package has the second only."""


def _abi() -> list[dict[str, Any]]:
    data = json.loads((project_root() / PACKAGE).read_text(encoding="utf-8"))
    return list(data if isinstance(data, list) else data["abi"])


def _events(abi: Any) -> dict[str, list[bool]]:
    return {
        f"{e['name']}({','.join(type_of(i) for i in e['inputs'])})": [i["indexed"] for i in e["inputs"]]
        for e in abi
        if e["type"] == "event"
    }


def test_functions_and_events_are_those_of_the_package() -> None:
    package, ours = _abi(), Workshop().contract(RECIPE, "KiteDao").abi
    theirs = {signature_of(entry): entry for entry in package if entry["type"] == "function"}
    assert set(MARKS) <= set(theirs)
    own = {signature_of(entry): entry for entry in ours if entry["type"] == "function"}
    assert set(MARKS) | set(THIRD) <= set(own)
    for signature in set(own) & set(theirs) - {"name()"}:
        told = [type_of(output) for output in own[signature]["outputs"]]
        declared = [type_of(output) for output in theirs[signature]["outputs"]]
        assert told == declared or signature.startswith("propose("), signature
    shared = set(_events(ours)) & set(_events(package))
    assert {"ProposalCreated", "VoteCast", "ProposalVetoed", "ProposalExecuted"} <= {
        one.split("(")[0] for one in shared
    }
    assert all(_events(ours)[one] == _events(package)[one] for one in shared)
    assert {PROPOSAL_CREATED, VOTE_CAST} <= {event_topic(one) for one in shared}
    assert topic("ProposalVetoed(uint256)") in {event_topic(one) for one in shared}


def _governor(*logs: tuple[tuple[str, ...], str], marks: tuple[str, ...] = MARKS) -> tuple[Account, str]:
    emitter = contract(1).address
    account = contract(1, *(made_log(emitter, topics, data, index=at) for at, (topics, data) in enumerate(logs)))
    runtime = "0x" + "".join(f"63{selector(one)[2:]}14" for one in marks)
    account.code = code(account.address, runtime)
    return account, runtime


def test_without_a_quorum_per_proposal_it_is_none_of_them() -> None:
    family = family_of(*_governor())
    assert family is not None
    assert family.name == "nouns"
    assert not FAMILY.recognise(*_governor(marks=MARKS[1:]))


def _answer(account: Account, key: str, types: tuple[str, ...], values: tuple[Any, ...]) -> None:
    account.calls[key] = (types, Known(value=encode(types, values), evidence=account.code.evidence))


def test_what_its_proposer_changed_is_what_would_run() -> None:
    row = (7, address(9), [address(3)], [5], [""], [b"\x01\x02\x03\x04"], 10, 20, "text")
    account, _ = _governor(((PROPOSAL_CREATED,), encode(PROPOSAL_TYPES, row)))
    assert FAMILY.proposals(account).proposals[0].actions[0].target == address(3)
    held = ([address(4)], [6], ["setDelay(uint256)"], [bytes(32)])
    _answer(account, "getActions(7)", ("address[]", "uint256[]", "string[]", "bytes[]"), held)
    (one,) = FAMILY.proposals(account).proposals
    assert (one.actions[0].target, one.actions[0].value) == (address(4), 6)
    assert one.actions[0].calldata == selector("setDelay(uint256)") + "00" * 32
    assert one.held


def test_a_pending_vetoer_may_veto() -> None:
    account, _ = _governor()
    assert list(FAMILY.besides(account)) == []
    _answer(account, "pendingVetoer()", ("address",), (address(8),))
    assert [(one.address, one.capability) for one in FAMILY.besides(account)] == [(address(8), Capability.VETO)]


_ROW = (1, address(9), 1, 2, 99, 10, 20, 5, 4, 3)


@pytest.mark.parametrize(("number", "state"), [(1, "Active"), (8, "Canceled"), (9, "Active"), (10, "Pending")])
@pytest.mark.parametrize("version", ["v2", "v3", "v4"])
def test_state_and_votes_of_each_version(number: int, state: str, version: str) -> None:
    proof = contract(1).code.evidence
    missing = Unknown(reason=Reason.REVERTED, detail="execution reverted")
    answers: dict[str, Any] = dict.fromkeys(("v2", "v3", "v4"), missing)
    answers |= {version: Known(value=_ROW, evidence=proof), "state": Known(value=number, evidence=proof)}
    told = FAMILY.read_state(answers | {"quorum": Known(value=7, evidence=proof)})
    counts = (told.for_votes, told.against_votes, told.abstain_votes, told.eta)
    assert [one.value for one in counts if isinstance(one, Known)] == [5, 4, 3, 99]
    assert isinstance(told.state, Known)
    assert told.state.value == state


@pytest.mark.parametrize("extra", [(), (12345,)])
def test_the_structs_of_both_versions_are_told_apart(extra: tuple[int, ...]) -> None:
    """Version 4 holds the time of creation as well: what follows stands one word later."""
    account, _ = _governor()
    whole = (*_ROW, False, False, False, 29, 8, *extra, [address(6)], 15, 0, False)
    kinds = ["uint256", "address", *["uint256"] * 8, "bool", "bool", "bool", "uint256", "uint256"]
    kinds += [*["uint256"] * len(extra), "address[]", "uint256", "uint256", "bool"]
    data = encode((f"({','.join(kinds)})",), (whole,))
    calls = {call.key: call for call in FAMILY.state_calls(1, 0)}
    read: dict[str, Any] = {}
    for version in ("v4", "v3", "v2"):
        account.calls[version] = (calls[version].outputs, Known(value=data, evidence=account.code.evidence))
        read[version] = account.ask(version)
    number = Known(value=1, evidence=account.code.evidence)
    told = FAMILY.read_state(read | {"state": number, "quorum": number})
    assert isinstance(told.against_votes, Known)
    assert told.against_votes.value == 4
