"""What the facts of all proposals are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.chain.numbers import ELSEWHERE
from scanner.discovery.account import Account
from scanner.discovery.aliased import doubt_of
from scanner.discovery.anonymity.settle import privacy_data
from scanner.discovery.discover import Found
from scanner.discovery.families.told import RawProposal
from scanner.discovery.world import only_a_target
from scanner.model.evidence import Evidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.proposals.collect import ProposalData
from scanner.proposals.ends import Ends
from scanner.proposals.lookalike import Familiar
from scanner.proposals.makers import Making, makings
from scanner.proposals.text import Text

_COMMON_SYMBOLS = frozenset({"ETH", "WETH", "STETH", "WSTETH", "USDC", "USDT", "DAI", "WBTC", "BTC", "USD", "EUR"})


@dataclass
class Casebook:
    """The crawl, what was collected of proposals, and the answers about both ends of their calls."""

    found: Found
    data: ProposalData
    ends: Ends
    familiar: Familiar = field(default_factory=Familiar)
    """Addresses that readers know by now: proposals are read in chain order, and each adds those it pays."""

    symbols: frozenset[str] = frozenset()
    brought: dict[int, dict[tuple[str, str], int]] = field(default_factory=dict)
    """Per proposal what its own calls send to accounts, by token and account."""

    beside: dict[int, Familiar] = field(default_factory=dict)
    """The same for the proposal that is being read: what stands in its text, and what it calls."""

    hiding: dict[str, Known[bool] | Unknown] = field(default_factory=dict)
    """Which addresses are privacy systems; many calls have the same ends."""

    replaceable: dict[tuple[tuple[str, ...], tuple[Making | None, ...]], Known[bool] | Unknown] = field(
        default_factory=dict
    )
    """Whether the code at these addresses can change, with how each of them comes to have some."""

    made: dict[str, Making] = field(default_factory=dict)
    """Contracts that the proposals read so far make, by address."""

    opened: set[int] = field(default_factory=set)
    """Proposals whose calls were looked through for contracts that they make."""

    contexts: dict[tuple[str, ...], Known[bool] | Unknown] = field(default_factory=dict)
    """How contracts execute calls, by the contracts that are asked in turn: the same for all of a governor."""

    events: dict[tuple[str, str], dict[int, Evidence]] = field(default_factory=dict)
    """Of a governor and one kind of its events, the set of its events in each block in which it told of a proposal."""

    def made_by_then(self, case: Case) -> Mapping[str, Making]:
        """Return what this proposal and those read before it make. Proposals are read in chain order."""
        if case.index not in self.opened:
            self.opened.add(case.index)
            for address, making in makings(case.one.id, self.data.calls[(case.one.governor, case.one.id)]).items():
                self.made.setdefault(address, making)
        return self.made


@dataclass(frozen=True)
class Case:
    """One proposal with its text, in its place among the others."""

    one: RawProposal
    index: int
    text: Text


def open_casebook(found: Found, data: ProposalData, ends: Ends) -> Casebook:
    """Return a casebook in which the DAO's own contracts and labelled addresses are familiar."""
    familiar = Familiar()
    for address, account in sorted(found.world.accounts.items()):
        if account.has_code and not only_a_target(account):
            familiar.add(address, "one of the DAO's own contracts")
    for (chain_id, address), (_, label) in sorted(privacy_data().addresses.items()):
        if chain_id in (0, found.world.chain.chain_id):
            familiar.add(address, f"known as {label}")
    for address, account in sorted(found.world.accounts.items()):
        if account.has_code and account.verified is not None:
            familiar.add(address, "a contract with verified source that proposals call")
    told = {ends.symbol(token) for token in (*found.parts.tokens, *found.holdings.tokens)}
    return Casebook(found, data, ends, familiar, frozenset(told - {""}) | _COMMON_SYMBOLS)


def elsewhere(chain: str) -> Unknown | None:
    """Return why the facts of a call on another chain are unknown, None for one on the scanned chain.

    A scan is of one chain at one block. What is on another one it could never have: where that chain is named, a scan
    is not less complete for it (OFF_CHAIN). Where a message goes is a fact of this chain: not to know it is a gap.
    """
    if not chain:
        return None
    if chain == ELSEWHERE:
        return Unknown(reason=Reason.UNRESOLVED, detail="sent to another chain by a bridge that is not known here")
    return Unknown(reason=Reason.OFF_CHAIN, detail=f"on {chain}: another chain is not read")


def in_scope(found: Found, account: Account | None) -> bool:
    """Whether an account is one of the DAO's own contracts, not one that only proposals lead to."""
    return (
        account is not None
        and account.has_code
        and account.address in found.world.accounts
        and not only_a_target(account)
    )


def is_key(found: Found, account: Account | None) -> Known[bool] | Unknown:
    """Return whether an account is a key: it has no code of its own, and is no other chain's contract."""
    if account is None:
        return Unknown(reason=Reason.NOT_READ, detail="the account was not read")
    if isinstance(account.code, Unknown):
        return account.code
    doubt = doubt_of(found.world, account)
    if doubt is not None:
        return Unknown(reason=Reason.UNRESOLVED, detail=doubt.reason, evidence=doubt.evidence)
    return Known(value=account.is_eoa, evidence=account.code.evidence)
