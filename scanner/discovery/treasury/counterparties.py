"""Direct counterparties: roles, contracts, targets and beneficiaries of proposals, tokens of treasuries, proposers.

Ordinary members are none of these: holders, delegates and voters are never named here. A proposer is, where the
governor asks for voting power to propose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.discovery.account import nonzero
from scanner.discovery.discover import Discovered, Found
from scanner.discovery.world import only_a_target
from scanner.model.evidence import Evidence
from scanner.model.lists import Counterparty
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.proposals import Proposal
from scanner.model.values import ZERO_ADDRESS

NOT_ASKED = Unknown(reason=Reason.NOT_READ, detail="the sanctions oracle was not asked")


@dataclass(frozen=True)
class _Meeting:
    address: str
    relation: str
    evidence: tuple[Evidence, ...] = ()
    proposal: str = ""


def build_counterparties(
    found: Found, described: Discovered, proposals: Collection[Proposal]
) -> Collection[Counterparty]:
    """Return every direct counterparty, sorted by address; partial where roles or proposals are."""
    by_address: dict[str, list[_Meeting]] = {}
    for one in (*_in_scope(found), *_tokens(described), *_in_proposals(described, proposals)):
        if one.address != ZERO_ADDRESS:
            by_address.setdefault(one.address, []).append(one)
    items = tuple(_counterparty(address, by_address[address]) for address in sorted(by_address))
    partial = [
        f"{what}: {one.reason or 'not complete'}"
        for what, one in (
            ("contracts", described.contracts),
            ("treasuries", described.treasury),
            ("proposals", proposals),
        )
        if not one.complete
    ]
    return Collection[Counterparty](items=items, complete=not partial, reason="; ".join(partial))


def _counterparty(address: str, meetings: list[_Meeting]) -> Counterparty:
    return Counterparty(
        address=address,
        relations=tuple(sorted({one.relation for one in meetings})),
        proposals=tuple(sorted({one.proposal for one in meetings if one.proposal})),
        on_oracle=NOT_ASKED,
        evidence=tuple(dict.fromkeys(piece for one in meetings for piece in one.evidence)),
    )


def _in_scope(found: Found) -> Iterator[_Meeting]:
    for address, account in sorted(found.world.accounts.items()):
        if only_a_target(account):
            continue  # named below as what it is: the target of a proposal
        yield _Meeting(address, "contract" if account.has_code else "role", account.code.evidence)


def _tokens(described: Discovered) -> Iterator[_Meeting]:
    for treasury in described.treasury.items:
        for held in treasury.tokens.items:
            if isinstance(held.balance, Known):
                yield _Meeting(held.token, "token held by a treasury", held.balance.evidence)


def _in_proposals(described: Discovered, proposals: Collection[Proposal]) -> Iterator[_Meeting]:
    thresholds = {one.address: one.proposal_threshold_votes for one in described.governors.items}
    for proposal in proposals.items:
        key = f"{proposal.governor}#{proposal.id}"
        threshold = thresholds.get(proposal.governor)
        if isinstance(threshold, Known) and threshold.value > 0 and not proposal.draft:
            yield _Meeting(proposal.proposer, "proposer", proposal=key)
        for action in proposal.actions:
            where = f" on {action.chain}" if action.chain else ""
            yield _Meeting(action.target, f"proposal target{where}", proposal=key)
            gains = nonzero(action.beneficiary)
            if gains:
                yield _Meeting(gains, f"proposal beneficiary{where}", proposal=key)
