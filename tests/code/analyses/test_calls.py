"""Guards by data flow, and calls that anyone can make."""

from __future__ import annotations

import pytest

from scanner.model.observation import Unknown
from tests.code.analyses.support import facts_of, facts_of_package, guards, value

pytestmark = pytest.mark.compiler

SAFES = [
    ("@gnosis.pm/safe-contracts/contracts/GnosisSafe.sol", "GnosisSafe"),
    ("@safe-global/safe-contracts/contracts/Safe.sol", "Safe"),
    ("@safe-global/safe-smart-account/contracts/Safe.sol", "Safe"),
]


def test_guards_are_read_from_conditions_not_from_names() -> None:
    assert guards(facts_of("Calls.sol")["AuthGuarded"]) == {
        "set": "caller",
        "setAs": "none",
        "setBeside": "none",
        "setByOrigin": "caller",
        "setForAll": "none",
        "setMaybe": "none",
    }


def test_the_condition_is_written_out() -> None:
    found = {fact.signature: fact.guarded_by for fact in facts_of("Calls.sol")["OwnedCall"].functions.items}
    assert found["run(address,bytes)"] == "msg.sender == owner" or found["run(address,bytes)"] == "owner == msg.sender"


@pytest.mark.parametrize(
    ("name", "delegatecall", "call"),
    [
        ("AnyDelegate", True, False),
        ("AnyCall", False, True),
        ("SelfMulticall", False, False),
        ("OwnedCall", False, False),
        ("ListedCall", False, False),
        ("FixedFunction", False, False),
        ("AssemblyProxy", False, False),
        ("SwitchedOpen", False, "unknown: unresolved"),
    ],
)
def test_calls_to_targets_of_anyones_choice(name: str, delegatecall: bool, call: object) -> None:
    facts = facts_of("Calls.sol")[name]
    assert value(facts.arbitrary_delegatecall) == delegatecall
    assert value(facts.arbitrary_call) == call


def test_dangerous_instructions() -> None:
    facts = facts_of("Calls.sol")
    assert value(facts["OwnedCall"].selfdestruct_reachable) is True
    assert value(facts["AnyCall"].selfdestruct_reachable) is False
    assert value(facts["AssemblyProxy"].delegatecall_reachable) is True
    assert value(facts["AnyCall"].delegatecall_reachable) is False


def test_assembly_that_comes_as_text_is_not_taken_for_safe() -> None:
    facts = facts_of("Old.sol")["TextAssembly"]
    assert value(facts.delegatecall_reachable) is True
    assert value(facts.arbitrary_delegatecall) == "unknown: unresolved"
    assert value(facts.arbitrary_call) is False


def test_upgrades() -> None:
    facts = facts_of("Calls.sol")
    assert value(facts["UpgradeableByOwner"].upgrade_guard) == "caller"
    assert value(facts["UpgradeableByAnyone"].upgrade_guard) == "none"
    assert value(facts["AnyCall"].upgrade_guard) == "no-function"
    managed = facts_of("Governors.sol")["Managed"]
    assert value(managed.upgrade_guard) == "caller"
    assert guards(managed)["tune"] == "caller"


@pytest.mark.parametrize(("file", "name"), SAFES)
def test_safes_raise_nothing(file: str, name: str) -> None:
    facts = facts_of_package(file, name)
    _raises_nothing(facts)
    found = guards(facts)
    assert found["execTransaction"] == "proof"
    assert found["addOwnerWithThreshold"] == found["enableModule"] == "caller"
    assert found["execTransactionFromModule"] == "caller"
    assert value(facts.execution_context) == "delegatecall"


@pytest.mark.parametrize(("file", "name"), [("Governors.sol", "Five"), ("FourGovernor.sol", "Four")])
def test_openzeppelin_governors_raise_nothing(file: str, name: str) -> None:
    facts = facts_of(file)[name]
    _raises_nothing(facts)
    assert value(facts.vote_weight_time) == "past-block"
    assert value(facts.proposal_power_time) == "past-block"
    assert value(facts.execution_context) == "call"
    assert value(facts.emergency_execution) is False
    assert value(facts.vote_changeable) is False
    assert value(facts.limits_live_proposals) is False
    assert value(facts.cancels_below_threshold) is (name == "Four")
    found = guards(facts)
    assert found["relay"] == found["setVotingDelay"] == "caller"
    assert found["castVote"] == found["propose"] == found["execute"] == "none"


@pytest.mark.parametrize("release", ["4", "5"])
def test_timelock_controllers_raise_nothing(release: str) -> None:
    file = f"@openzeppelin/contracts-{release}/governance/TimelockController.sol"
    facts = facts_of_package(file, "TimelockController")
    _raises_nothing(facts)
    found = guards(facts)
    assert found["schedule"] == found["cancel"] == found["grantRole"] == found["updateDelay"] == "caller"
    execute = next(fact for fact in facts.functions.items if fact.signature.startswith("execute("))
    # Whether it is open is a matter of state: EXECUTOR_ROLE on the zero address.
    assert execute.guard == "none"
    assert "EXECUTOR_ROLE" in execute.guarded_by
    assert "msg.sender" in execute.guarded_by


def _raises_nothing(facts: object) -> None:
    for name in ("arbitrary_call", "arbitrary_delegatecall", "selfdestruct_reachable", "message_board"):
        assert value(getattr(facts, name)) is False, name
    assert value(getattr(facts, "mint_guard")) in ("no-function", "unknown: not-supported")


def test_no_analysis_failed() -> None:
    for file in ("Votes.sol", "Tokens.sol", "Privacy.sol", "Calls.sol", "Governors.sol", "FourGovernor.sol"):
        for name, facts in facts_of(file).items():
            failed = [field for field, fact in facts if isinstance(fact, Unknown) and fact.reason == "analysis-failed"]
            assert not failed, (name, failed)
