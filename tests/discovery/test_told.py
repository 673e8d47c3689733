from __future__ import annotations

from scanner.chain.abi import encode
from scanner.discovery.battery import PROPOSAL_CREATED, VOTE_CAST, VOTE_CAST_ALPHA
from scanner.discovery.families.told import PROPOSAL_TYPES, cast_votes, created_proposals
from scanner.discovery.links import proposal_targets
from tests.discovery.support import address, contract, log, word, world

_HERE = address(1)


def _created(
    *,
    targets: list[str],
    values: list[int],
    calldatas: list[bytes],
    signatures: list[str] | None = None,
    text: str = "t",
) -> str:
    row = (1, address(2), targets, values, signatures or [""] * len(targets), calldatas, 10, 20, text)
    return encode(PROPOSAL_TYPES, row)


def test_a_proposal_keeps_its_calls_and_text() -> None:
    data = _created(targets=[address(7)], values=[5], calldatas=[b""], text="Zürich \u202e")
    account = contract(1, log(_HERE, (PROPOSAL_CREATED,), data))
    (one,) = created_proposals(account).proposals
    assert (one.id, one.proposer, one.vote_start, one.vote_end) == (1, address(2), 10, 20)
    assert (one.actions[0].target, one.actions[0].value, one.actions[0].calldata) == (address(7), 5, "0x")
    assert one.description == "Zürich \u202e"
    assert list(proposal_targets(world(account), account)) == [address(7)]


def test_an_event_that_does_not_decode_is_a_problem_and_the_others_go_on() -> None:
    good = _created(targets=[address(7)], values=[0], calldatas=[b""])
    uneven = _created(targets=[address(7)], values=[0, 1], calldatas=[b""])
    logs = [log(_HERE, (PROPOSAL_CREATED,), data, index=i) for i, data in enumerate(("0x1234", good, uneven))]
    told = created_proposals(contract(1, *logs))
    assert len(told.proposals) == 1
    assert len(told.problems) == 2


def test_votes_of_both_generations_are_read() -> None:
    new = log(_HERE, (VOTE_CAST, word(address(3))), encode(("uint256", "uint8", "uint256", "string"), (1, 1, 9, "why")))
    old = log(_HERE, (VOTE_CAST_ALPHA,), encode(("address", "uint256", "bool", "uint256"), (address(4), 1, False, 8)))
    broken = log(_HERE, (VOTE_CAST, word(address(5))), "0x00")
    votes = list(cast_votes(contract(1, new, old, broken)))
    assert [(vote.voter, vote.support, vote.weight) for vote in votes] == [(address(3), 1, 9), (address(4), 0, 8)]
