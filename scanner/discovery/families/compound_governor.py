"""Compound's governor since 2024: OpenZeppelin's upgradeable one with proposals by number, a guardian whose right ends
on a day, and a list of who may propose without votes (ScopeLift/compound-governance-upgrade, CompoundGovernor)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from scanner.chain.abi import DecodeError, decode, selector, topic
from scanner.discovery.account import Account, transform
from scanner.discovery.asking import has_selector
from scanner.discovery.battery import PROPOSAL_CREATED
from scanner.discovery.families.compound import of_the_whitelist
from scanner.discovery.families.interface import Beside
from scanner.discovery.families.oz_governor import OpenZeppelinGovernor
from scanner.discovery.families.told import RawAction, RawProposal, Told
from scanner.discovery.world import Getter
from scanner.model.kinds import Capability
from scanner.model.observation import Known, Unknown

LISTED = topic("WhitelistAccountExpirationSet(address,uint256)")

_MARKS = tuple(
    selector(signature)
    for signature in (
        "proposalGuardian()",
        "whitelistGuardian()",
        "setProposalGuardian((address,uint96))",
        "proposalDetails(uint256)",
    )
)
_GUARDIAN = "guardian and its last second"
_DETAILS = ("address[]", "uint256[]", "bytes[]", "bytes32")
_MOST_LISTED = 200


class CompoundGovernor(OpenZeppelinGovernor):
    """OpenZeppelin Governor 5 with Compound's guardians."""

    topics = (LISTED,)

    plain = False

    def __init__(self) -> None:
        super().__init__(5)
        self.name = "compound-governor"

    def recognise(self, account: Account, code: str) -> bool:
        return super().recognise(account, code) and _marked(code)

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if not _marked(code):
            return
        yield Getter(account.address, "proposalGuardian()", ("address", "uint96"), (), _GUARDIAN)
        for listed in _listed(account):
            yield Getter(
                account.address, "whitelistAccountExpirations(address)", ("uint256",), (listed,), _until(listed)
            )
        for log in account.events(PROPOSAL_CREATED):
            if len(log.data) >= 66:
                number = int(log.data[:66], 16)
                yield Getter(account.address, "proposalDetails(uint256)", _DETAILS, (number,), _held(number))

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return transform(account.ask(_GUARDIAN), lambda both: str(both[0]).lower(), "proposalGuardian().account")

    def guardian_until(self, account: Account) -> Known[int] | Unknown:
        return transform(account.ask(_GUARDIAN), lambda both: int(both[1]), "proposalGuardian().expiration")

    def besides(self, account: Account) -> Iterable[Beside]:
        """Yield the whitelist guardian, and whom the list names: they propose without votes."""
        yield from of_the_whitelist(account)
        for listed in _listed(account):
            until = account.ask(_until(listed))
            if isinstance(until, Known) and until.value:
                words = f"may propose without votes until {_day(int(until.value))} (whitelist)"
                yield Beside(listed, Capability.PROPOSE, words, until.evidence)

    def proposals(self, account: Account) -> Told:
        """Return what the events tell, with the calls that the governor's state holds where that answered."""
        told = super().proposals(account)
        return replace(told, proposals=tuple(_with_state(account, one) for one in told.proposals))


def _marked(code: str) -> bool:
    return all(has_selector(code, one) for one in _MARKS)


def _held(number: int) -> str:
    return f"proposalDetails({number})"


def _until(listed: str) -> str:
    return f"whitelistAccountExpirations({listed})"


def _listed(account: Account) -> tuple[str, ...]:
    """Return the accounts that the list ever named, the latest 200 of them."""
    found: dict[str, None] = {}
    for log in reversed(account.events(LISTED)):
        try:
            who, _ = decode(("address", "uint256"), log.data)
        except DecodeError:
            continue
        found[str(who).lower()] = None
    return tuple(found)[:_MOST_LISTED]


def _day(seconds: int) -> str:
    """Return the day, or the number where no calendar has it."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
    except (OverflowError, OSError, ValueError):
        return f"second {seconds}"


def _with_state(account: Account, one: RawProposal) -> RawProposal:
    held = account.ask(_held(one.id))
    if not isinstance(held, Known):
        return one
    targets, values, calldatas, _ = held.value
    actions = tuple(
        RawAction(str(target).lower(), int(value), "", str(data))
        for target, value, data in zip(targets, values, calldatas, strict=False)
    )
    return replace(one, actions=actions, held=held.evidence)
