"""Compound's governor of OpenZeppelin's parts: told from a plain one, its guardians, and calls that its state holds."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.build import Workshop
from fixtures.contract import event_topic, signature_of
from fixtures.daos.compound_governor.dao import RECIPE
from scanner.chain.abi import encode, selector
from scanner.discovery.account import Account
from scanner.discovery.battery import PROPOSAL_CREATED
from scanner.discovery.families import family_of
from scanner.discovery.families.compound import GovernorBravo
from scanner.discovery.families.compound_governor import LISTED, CompoundGovernor
from scanner.discovery.families.told import PROPOSAL_TYPES
from scanner.model.kinds import Capability
from scanner.model.observation import Known
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.support import address, code, contract, reverted
from tests.discovery.support import log as made_log

FAMILY = CompoundGovernor()
OWN = (
    "proposalGuardian()",
    "whitelistGuardian()",
    "setProposalGuardian((address,uint96))",
    "setWhitelistGuardian(address)",
    "setWhitelistAccountExpiration(address,uint256)",
    "whitelistAccountExpirations(address)",
    "isWhitelisted(address)",
    "proposalDetails(uint256)",
    "proposalCount()",
    "getNextProposalId()",
    "queue(uint256)",
    "execute(uint256)",
    "cancel(uint256)",
)
"""As ScopeLift/compound-governance-upgrade declares them."""


def test_functions_and_events_are_those_of_the_public_repository() -> None:
    abi = Workshop().contract(RECIPE, "QuarryGovernor").abi
    assert set(OWN) <= {signature_of(entry) for entry in abi if entry["type"] == "function"}
    assert event_topic("WhitelistAccountExpirationSet(address,uint256)") == LISTED
    assert "ProposalGuardianSet" in {entry.get("name") for entry in abi if entry["type"] == "event"}


def _governor(*logs: tuple[tuple[str, ...], str], marks: tuple[str, ...] = OWN) -> tuple[Account, str]:
    emitter = contract(1).address
    account = contract(
        1,
        *(made_log(emitter, topics, data, index=at) for at, (topics, data) in enumerate(logs)),
        COUNTING_MODE=("string", "support=bravo"),
        votingDelay=("uint256", 1),
        votingPeriod=("uint256", 2),
    )
    runtime = "0x" + "".join(f"63{selector(one)[2:]}14" for one in (*marks, "proposalNeedsQueuing(uint256)"))
    account.code = code(account.address, runtime)
    return account, runtime


@pytest.mark.parametrize(("marks", "name"), [(OWN, "compound-governor"), (OWN[1:], "oz-governor-5")])
def test_a_plain_openzeppelin_governor_stays_one(marks: tuple[str, ...], name: str) -> None:
    family = family_of(*_governor(marks=marks))
    assert family is not None
    assert family.name == name


def test_bravos_whitelist_guardian_stops_nothing_that_others_propose() -> None:
    account = contract(1, whitelistGuardian=("address", address(6)))
    for getter in ("proposalGuardian()", "vetoer()"):
        account.calls[getter] = (("address",), reverted())
    guardian = GovernorBravo().guardian(account)
    assert isinstance(guardian, Known)
    assert guardian.value == ZERO_ADDRESS
    told = [(one.address, one.capability, one.where) for one in GovernorBravo().besides(account)]
    assert told == [(address(6), Capability.PROPOSE, ""), (address(6), Capability.LIMITED, account.address)]


def _answer(account: Account, key: str, types: tuple[str, ...], values: tuple[Any, ...]) -> None:
    account.calls[key] = (types, Known(value=encode(types, values), evidence=account.code.evidence))


def test_guardian_and_when_its_right_ends() -> None:
    account, _ = _governor()
    assert not isinstance(FAMILY.guardian(account), Known)
    _answer(account, "guardian and its last second", ("address", "uint96"), (address(7), 1_800_000_000))
    guardian, until = FAMILY.guardian(account), FAMILY.guardian_until(account)
    assert isinstance(guardian, Known)
    assert isinstance(until, Known)
    assert (guardian.value, until.value) == (address(7), 1_800_000_000)


def test_whom_the_list_names_may_propose_until_that_day() -> None:
    listed = ((LISTED,), encode(("address", "uint256"), (address(5), 1)))
    account, runtime = _governor(listed, listed, ((LISTED,), "0x01"))
    asked = [one.arguments for one in FAMILY.questions(account, runtime) if "Expirations" in one.signature]
    assert asked == [(address(5),)]
    _answer(account, f"whitelistAccountExpirations({address(5)})", ("uint256",), (1_800_000_000,))
    _answer(account, "whitelistGuardian()", ("address",), (address(6),))
    told = [(one.address, one.capability) for one in FAMILY.besides(account)]
    assert told == [
        (address(6), Capability.PROPOSE),
        (address(6), Capability.LIMITED),
        (address(5), Capability.PROPOSE),
    ]
    assert "until 2027-01-15" in [one.words for one in FAMILY.besides(account)][2]
    _answer(account, f"whitelistAccountExpirations({address(5)})", ("uint256",), (2**256 - 1,))
    assert [one.words for one in FAMILY.besides(account)][2]
    _answer(account, f"whitelistAccountExpirations({address(5)})", ("uint256",), (0,))
    assert len(list(FAMILY.besides(account))) == 2


def test_the_calls_are_those_that_the_state_holds() -> None:
    row = (7, address(9), [address(3)], [5], [""], [b"\x01\x02\x03\x04"], 10, 20, "text")
    account, _ = _governor(((PROPOSAL_CREATED,), encode(PROPOSAL_TYPES, row)))
    (before,) = FAMILY.proposals(account).proposals
    assert (before.id, before.actions[0].target, before.held) == (7, address(3), ())
    held = ([address(4)], [6], [b"\x05\x06\x07\x08"], bytes(32))
    _answer(account, "proposalDetails(7)", ("address[]", "uint256[]", "bytes[]", "bytes32"), held)
    (after,) = FAMILY.proposals(account).proposals
    assert (after.actions[0].target, after.actions[0].value) == (address(4), 6)
    assert after.actions[0].calldata == "0x05060708"
    assert after.held
