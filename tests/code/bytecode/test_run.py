"""What runtime code alone shows, and what it leaves unknown."""

from __future__ import annotations

import pytest
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.code.bytecode.opcodes import MAX_CODE_BYTES
from scanner.code.bytecode.proxy import minimal_proxy_target
from scanner.code.bytecode.run import analyse_bytecode
from scanner.model.code import CodeFacts
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.stated import StatedFacts
from tests.code.bytecode.support import ADDRESS, compiled, facts_of, packaged
from tests.code.support import AT

PROXY = "0x363d3d373d3d3d363d73" + "ab" * 20 + "5af43d82803e903d91602b57fd5bf3"


def value(fact: object) -> object:
    if isinstance(fact, Known):
        assert fact.evidence
        return fact.value
    assert isinstance(fact, Unknown)
    return f"unknown: {fact.reason.value}"


def test_the_real_governor_alpha() -> None:
    code = packaged("GovernorAlpha")
    facts = facts_of(code)
    assert value(facts.analysed_from) == "bytecode"
    assert value(facts.vote_weight_time) == "past-block"
    assert value(facts.proposal_power_time) == "past-block"
    assert value(facts.limits_live_proposals) is True
    assert value(facts.cancels_below_threshold) is True
    assert value(facts.execution_context) == "call"
    assert value(facts.ballot_secrecy) == "none"
    assert value(facts.selfdestruct_reachable) is False
    assert value(facts.delegatecall_reachable) is False
    assert isinstance(facts.selectors, Known)
    assert {"0x15373e3d", "0xda95691a", "0xfe0d94c1"} <= set(facts.selectors.value)
    assert isinstance(facts.vote_weight_time, Known)
    (place,) = facts.vote_weight_time.evidence
    assert place.kind == "code"
    assert place.codehash == "0x" + keccak(hexstr=code).hex()
    # The evidence is the instruction that pushes getPriorVotes' selector.
    assert bytes.fromhex(code[2:])[place.offset + 1 : place.offset + 5].hex() == "782d6fe1"


def test_what_needs_source_stays_unknown() -> None:
    facts = facts_of(packaged("GovernorAlpha"))
    for name in ("emergency_execution", "vote_changeable", "mint_guard", "arbitrary_call", "upgrade_guard"):
        assert value(getattr(facts, name)) == "unknown: not-verified", name
    assert not facts.functions.complete
    assert not facts.detectors.complete


def test_the_real_token_and_timelock() -> None:
    token = facts_of(packaged("Uni"))
    assert value(token.flash_mint) is False
    assert value(token.arbitrary_call) is False
    assert value(token.vote_weight_time) == "unknown: not-verified"
    assert token.fingerprints.items == ()
    timelock = facts_of(packaged("Timelock"))
    assert value(timelock.arbitrary_delegatecall) is False
    assert value(timelock.arbitrary_call) == "unknown: not-verified"
    assert value(timelock.flash_mint) == "unknown: not-supported"


@pytest.mark.compiler
def test_a_verifiers_keys_are_not_read_as_instructions() -> None:
    code = compiled("@semaphore-protocol/contracts/base/SemaphoreVerifier.sol", own=False)["SemaphoreVerifier"]
    # Byte 0xff stands in the data, so that a linear sweep shows SELFDESTRUCT.
    assert "ff" in code
    facts = facts_of(code)
    assert value(facts.selfdestruct_reachable) is False
    assert value(facts.delegatecall_reachable) is False
    assert isinstance(facts.selfdestruct_reachable, Known)
    assert facts.selfdestruct_reachable.derivation == "SELFDESTRUCT only in data that is never executed"
    assert facts.fingerprints.items == ()


@pytest.mark.compiler
def test_dangerous_instructions() -> None:
    codes = compiled("Calls.sol")
    assert value(facts_of(codes["OwnedCall"]).selfdestruct_reachable) is True
    assert value(facts_of(codes["AnyCall"]).selfdestruct_reachable) is False
    assert value(facts_of(codes["AnyDelegate"]).delegatecall_reachable) is True
    assert value(facts_of(codes["AnyDelegate"]).arbitrary_delegatecall) == "unknown: not-verified"
    assert value(facts_of(codes["AnyCall"]).arbitrary_delegatecall) is False


@pytest.mark.compiler
@pytest.mark.parametrize(
    ("name", "board"),
    [("Board", True), ("Announcer", False), ("EditorBoard", False), ("StoredNotes", False), ("Vault", False)],
)
def test_message_boards(name: str, board: bool) -> None:
    found = value(facts_of(compiled("Privacy.sol")[name]).message_board)
    assert (found is True) is board


@pytest.mark.compiler
def test_systems() -> None:
    codes = compiled("Privacy.sol")

    def systems(name: str) -> set[str]:
        facts = facts_of(codes[name])
        assert facts.fingerprints.complete, facts.fingerprints.reason
        return {fingerprint.system for fingerprint in facts.fingerprints.items}

    assert systems("Announcer") == {"ERC-5564 announcer"}
    assert systems("AnonymousVote") == {"Semaphore v4"}
    assert systems("ClassicPool") == {"Tornado Cash classic (pool)", "Tornado constants"}
    for harmless in ("Board", "Vault", "RollupBridge", "ProofDrop"):
        assert systems(harmless) == set(), harmless


@pytest.mark.compiler
def test_weight_of_votes_is_claimed_only_where_it_is_certain() -> None:
    codes = compiled("Votes.sol")
    assert value(facts_of(codes["PastBlockVotes"]).vote_weight_time) == "past-block"
    # balanceOf is called, but whether it is the weight takes the source to tell.
    assert value(facts_of(codes["CallTimeVotes"]).vote_weight_time) == "unknown: not-verified"
    assert value(facts_of(codes["LockedDeposits"]).vote_weight_time) == "unknown: not-verified"


@pytest.mark.compiler
def test_exits_and_gates() -> None:
    codes = compiled("Calls.sol")
    gated = facts_of(codes["GatedClub"])
    assert value(gated.sanctions_gate) is True
    assert value(gated.sybil_gate) is True
    assert value(facts_of(codes["Club"]).sanctions_gate) == "unknown: not-verified"


def test_minimal_proxies() -> None:
    assert minimal_proxy_target(bytes.fromhex(PROXY[2:])) == "0x" + "ab" * 20
    facts = facts_of(PROXY)
    assert value(facts.delegatecall_reachable) is True
    assert value(facts.arbitrary_delegatecall) is False
    assert value(facts.upgrade_guard) == "no-function"
    assert value(facts.vote_weight_time) == "unknown: not-supported"
    # What stands behind the program is data (immutable arguments); another program is no proxy.
    assert minimal_proxy_target(bytes.fromhex(PROXY[2:]) + b"\0") is not None
    assert minimal_proxy_target(b"\0" + bytes.fromhex(PROXY[2:])) is None


@pytest.mark.parametrize(
    ("code", "reason"),
    [("0x", "no-code"), ("0xzz", "undecodable"), ("0x" + "5b" * (MAX_CODE_BYTES + 1), "limit")],
)
def test_code_that_cannot_be_analysed(code: str, reason: str) -> None:
    facts = analyse_bytecode(code, AT, ADDRESS)
    for name, fact in facts:
        if isinstance(fact, Collection):
            assert not fact.complete, name
            assert fact.reason
        elif isinstance(fact, StatedFacts):
            assert fact.reason is Reason.ANALYSIS_NOT_RUN
        else:
            assert value(fact) == f"unknown: {reason}", name


@settings(max_examples=60)
@given(st.binary(min_size=1, max_size=400))
def test_any_bytes_give_facts(code: bytes) -> None:
    facts = analyse_bytecode("0x" + code.hex(), AT, ADDRESS)
    assert isinstance(facts, CodeFacts)
    if isinstance(facts.selfdestruct_reachable, Known) and facts.selfdestruct_reachable.value:
        assert b"\xff" in code


def test_a_jump_that_nobody_can_follow_is_not_taken_for_safe() -> None:
    # PUSH1 0 CALLDATALOAD JUMP, then a valid target with SELFDESTRUCT: the caller chooses where it goes.
    facts = analyse_bytecode("0x600035565b33ff", AT, ADDRESS)
    assert value(facts.selfdestruct_reachable) != False  # noqa: E712 - an unknown is neither
