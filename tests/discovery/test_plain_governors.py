"""Governors that carry the getters of a well-known kind, or one of its rarer modules; what carries a home-made vote."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.chain.abi import encode, selector
from scanner.code.analyses.proposing import NEEDS_NO_VOTES
from scanner.discovery.account import Account
from scanner.discovery.families import family_of
from scanner.discovery.families.interface import GovernorFamily
from scanner.discovery.families.oz_governor import OpenZeppelinGovernor
from scanner.discovery.families.party import Party
from scanner.discovery.families.unknown import UnknownGovernor
from scanner.discovery.parts import Parts, sort_out
from scanner.model.blank import unknown_facts
from scanner.model.code import CodeFacts, FunctionFact
from scanner.model.kinds import ActorKind, Capability, Verification
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.snapshot import SourceBundle, SourceFile
from scanner.model.values import ZERO_ADDRESS
from scanner.sources.interface import VerifiedSource
from tests.discovery.support import code, contract, returned, reverted, world

BRAVO = dict.fromkeys(
    ("quorumVotes", "proposalThreshold", "votingDelay", "votingPeriod", "proposalCount"), ("uint256", 1)
)
OZ = {
    "COUNTING_MODE": ("string", "support=bravo&quorum=for,abstain"),
    "votingDelay": ("uint256", 1),
    "votingPeriod": ("uint256", 1),
}
PROPOSE_LISTS = "propose(address[],uint256[],string[],bytes[],string)"
OF_ONE_FILE = ("propose(address,bytes)", "castVote(uint256,uint8)", "execute(uint256)")


def _runtime(*signatures: str) -> str:
    return "0x" + "".join(f"63{selector(one)[2:]}14" for one in signatures)


@pytest.mark.parametrize(
    ("functions", "family"),
    [((PROPOSE_LISTS, "castVote(uint256,uint8)"), "governor-bravo"), (OF_ONE_FILE, "unknown")],
)
def test_getters_alone_make_no_bravo(functions: tuple[str, ...], family: str) -> None:
    found = family_of(contract(1, **BRAVO), _runtime(*functions))
    assert found is not None
    assert found.name == family


def _asked(account: Account, family: GovernorFamily, runtime: str, answers: dict[str, tuple[str, Any] | None]) -> None:
    for one in family.questions(account, runtime):
        answer = answers[one.signature]
        said = reverted() if answer is None else returned(account.address, encode((answer[0],), (answer[1],)))
        account.learn(one.key, one.outputs, said)


@pytest.mark.parametrize(("answer", "early"), [(("uint256", 7), True), (None, None)])
def test_a_super_quorum_ends_a_vote_before_its_time(answer: tuple[str, int] | None, early: bool | None) -> None:
    family, account = OpenZeppelinGovernor(4), contract(1, **OZ)
    told = family.decides_early(account)
    assert isinstance(told, Known)
    assert told.value is False
    _asked(account, family, _runtime("superQuorum(uint256)"), {"superQuorum(uint256)": answer})
    told = family.decides_early(account)
    assert (told.value if isinstance(told, Known) else None) is early


@pytest.mark.parametrize(("answer", "seconds"), [(("uint32", 86_400), 86_400), (None, None)])
def test_an_access_manager_s_delay_is_the_governor_s_own(answer: tuple[str, int] | None, seconds: int | None) -> None:
    family, account = OpenZeppelinGovernor(4), contract(1, **OZ)
    assert family.execution_delay(account) is None
    _asked(account, family, _runtime("baseDelaySeconds()"), {"baseDelaySeconds()": answer})
    told = family.execution_delay(account)
    assert (told.value if isinstance(told, Known) else None) == seconds


def _home_made(*others: Account, **answers: tuple[str, Any]) -> Parts:
    governor = contract(1, **answers)
    governor.code = code(governor.address, _runtime(*OF_ONE_FILE))
    return sort_out(world(governor, *others), governor.address)


def _carrier(parts: Parts) -> str:
    (found,) = parts.vote_tokens.values()
    return found.value if isinstance(found, Known) else ""


def test_a_home_made_vote_is_carried_by_the_only_nft_that_its_governor_names() -> None:
    cards, others = contract(2, isNFT=("bool", True)), contract(3, isNFT=("bool", True))
    assert _carrier(_home_made(cards, membershipCard=("address", cards.address))) == cards.address
    both = {"membershipCard": ("address", cards.address), "prize": ("address", others.address)}
    assert _carrier(_home_made(cards, others, **both)) == ""


def test_a_token_that_governs_itself_carries_its_vote_and_is_seen_as_a_token() -> None:
    parts = _home_made(totalSupply=("uint256", 100), symbol=("string", "FLO"))
    assert _carrier(parts) in parts.tokens
    assert _carrier(_home_made(totalSupply=("uint256", 100))) == ""


def _read(account: Account, **facts: Any) -> Account:
    made = unknown_facts(CodeFacts, Reason.ANALYSIS_NOT_RUN, "not for this test")
    account.facts = CodeFacts(**{**made, **facts})
    return account


def _makes(guard: str) -> Collection[FunctionFact]:
    signature = "propose(address,bytes)"
    one = FunctionFact(
        signature=signature, selector="0x00000000", guard=guard, guarded_by="", payable=False, evidence=()
    )
    return Collection[FunctionFact](items=(one,), complete=True)


def _fact(value: bool) -> Known[bool]:
    return Known(value=value, evidence=contract(1).code.evidence)


FREE = Unknown(reason=Reason.NOT_SUPPORTED, detail=NEEDS_NO_VOTES)
WEIGHED = Known(value="past-block", evidence=contract(1).code.evidence)


@pytest.mark.parametrize(
    ("by_count", "guard", "power", "anyone", "kind"),
    [
        (False, "none", FREE, True, ActorKind.UNRESOLVED),
        (False, "none", WEIGHED, False, ActorKind.UNRESOLVED),
        (False, "caller", FREE, False, ActorKind.UNRESOLVED),
        (True, "none", FREE, False, None),
    ],
)
def test_where_no_count_is_looked_at_anyone_who_may_propose_acts(
    *, by_count: bool, guard: str, power: Any, anyone: bool, kind: ActorKind | None
) -> None:
    family = UnknownGovernor()
    account = _read(contract(1), execution_by_count=_fact(by_count), functions=_makes(guard), proposal_power_time=power)
    acting = [(one.address, one.capability) for one in family.besides(account)]
    assert acting == [(ZERO_ADDRESS, Capability.EXECUTE)] * anyone
    assert family.carried_by(account) is kind
    assert list(OpenZeppelinGovernor(5).besides(account)) == list(family.besides(account))
    assert list(Party().besides(account)) == []


def test_a_delay_without_a_getter_is_none_only_where_the_code_waits_for_the_votes_end() -> None:
    family, account = UnknownGovernor(), contract(1)
    assert family.execution_delay(account) is None
    bundle = SourceBundle(
        source_id="00" * 32,
        contract_name="C",
        compiler="0.8.28",
        provider="test",
        settings_json="{}",
        language="Solidity",
        files=(SourceFile(path="C.sol", content=""),),
    )
    account.source = VerifiedSource(bundle, (), Verification.EXACT)
    for waits, known in ((_fact(False), True), (FREE, False)):
        told = family.execution_delay(_read(account, execution_waits=waits))
        assert (told is None) is known
        assert known or isinstance(told, Unknown)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("getPastVotes", True),
        ("one ballot per proof, spent with the vote", True),
        ("balanceOf", False),
        ("locked", False),
    ],
)
def test_a_token_s_delegations_are_votes_only_where_the_code_asks_for_them(*, source: str, told: bool) -> None:
    weight = Known(value="past-block", evidence=contract(1).code.evidence, derivation=f"vote weight from {source}")
    power = UnknownGovernor().voting_power(_read(contract(1), vote_weight_time=weight))
    assert (power is None) is told
    assert isinstance(UnknownGovernor().voting_power(contract(1)), Unknown)
