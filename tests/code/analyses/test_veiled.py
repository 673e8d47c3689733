"""Anonymity in words of its own, and what shares its words or shapes and is none."""

from __future__ import annotations

import pytest

from tests.code.analyses.support import facts_of, systems, value

pytestmark = pytest.mark.compiler


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("CoinJoinBox", "anon.mixer"),
        ("NotePool", "anon.shielded_pool"),  # one function takes in and pays out
        ("Circle", "anon.zk_membership"),  # told by its tree, not by the word
        ("Courier", "anon.relay"),
    ],
)
def test_what_it_does_tells_it_whatever_it_is_called(name: str, category: str) -> None:
    assert {found for found, _ in systems(facts_of("Veiled.sol")[name])} == {category}


@pytest.mark.parametrize("name", ["RollupGate", "SealedAuction", "NameDesk", "Randao", "SealedPoll"])
def test_proofs_and_commitments_alone_are_none(name: str) -> None:
    assert systems(facts_of("Veiled.sol")[name]) == set()


def test_a_poll_of_sealed_ballots_is_secret_while_it_lasts_and_no_auction_is_a_poll() -> None:
    facts = facts_of("Veiled.sol")
    assert value(facts["SealedPoll"].ballot_secrecy) == "during-vote"
    for name in ("SealedAuction", "NameDesk", "Randao"):
        assert value(facts[name].ballot_secrecy) == "unknown: not-supported"
