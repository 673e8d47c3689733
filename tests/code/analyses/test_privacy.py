"""Privacy features, and the ordinary contracts that share their selectors or shape."""

from __future__ import annotations

import pytest

from tests.code.analyses.support import facts_of, facts_of_package, systems, value

pytestmark = pytest.mark.compiler


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Announcer", {("anon.stealth", "ERC-5564 announcer")}),
        ("Board", set()),
        ("Vault", set()),
        ("NotePool", {("anon.mixer", "note-commitment pool")}),
        ("AnyAmountPool", {("anon.shielded_pool", "note-commitment pool")}),
        ("RollupBridge", set()),
        ("AnonymousVote", {("anon.zk_membership", "Semaphore v4")}),
        ("NullifierSignal", {("anon.zk_membership", "nullifier set with proof")}),
        ("ProofDrop", set()),
        ("ClassicPool", {("anon.mixer", "Tornado Cash classic (pool)"), ("anon.mixer", "Tornado constants")}),
    ],
)
def test_systems(name: str, found: set[tuple[str, str]]) -> None:
    assert systems(facts_of("Privacy.sol")[name]) == found


def test_a_constant_alone_is_only_present() -> None:
    stages = {f.system: f.stage for f in facts_of("Privacy.sol")["ClassicPool"].fingerprints.items}
    assert stages == {"Tornado Cash classic (pool)": "reachable", "Tornado constants": "present"}


@pytest.mark.parametrize(
    ("name", "board"),
    [
        ("Board", True),
        ("Keeper", False),
        ("EditorBoard", False),
        ("StoredNotes", False),
        ("Announcer", False),
        ("NullifierSignal", False),
    ],
)
def test_message_boards(name: str, board: bool) -> None:
    assert value(facts_of("Privacy.sol")[name].message_board) is board


def test_a_verifier_alone_says_nothing() -> None:
    facts = facts_of_package("@semaphore-protocol/contracts/base/SemaphoreVerifier.sol", "SemaphoreVerifier")
    # Its own verifyProof is a member of Semaphore's list, and one member of ten.
    assert systems(facts) == set()
    assert value(facts.selfdestruct_reachable) is False
    assert value(facts.delegatecall_reachable) is False


def test_votes_by_signature_are_no_relayer() -> None:
    assert systems(facts_of("Governors.sol")["Five"]) == set()
    assert systems(facts_of("Tokens.sol")["FixedVotes"]) == set()
