"""What the accounts that an execution touches are: labels, kinds, and what each is to the proposal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from scanner.discovery.account import nonzero
from scanner.discovery.control.holders import short
from scanner.discovery.discover import Discovered, Found
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known
from scanner.model.proposals import Proposal
from scanner.model.simulation import Party
from scanner.model.values import ZERO_ADDRESS


@dataclass
class Names:
    """Names of one proposal's accounts. `bare` are accounts that have no code on the fork."""

    found: Found
    described: Discovered
    proposal: Proposal
    created: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()
    _labels: dict[str, str] = field(init=False)
    _roles: dict[str, str] = field(init=False)
    _gains: frozenset[str] = field(init=False)
    _calls: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._labels = {one.address: one.label for one in self.described.contracts.items}
        self._roles = {
            edge.actor: edge.actor_label for edge in self.described.controls.items if edge.actor != ZERO_ADDRESS
        }
        gains = (nonzero(action.beneficiary) for action in self.proposal.actions if not action.chain)
        self._gains = frozenset(address for address in gains if address)
        self._calls = tuple(one.target + one.calldata for one in self.proposal.actions)

    def label(self, address: str) -> str:
        """Return a name to show; the short address where there is none."""
        if address == ZERO_ADDRESS:
            return "nobody"
        if address in self.created:
            return f"new contract {short(address)}"
        if address in self._labels:
            return self._labels[address]
        if address == self.proposal.proposer:
            return f"the proposer {short(address)}"
        return self._roles.get(address) or (f"key {short(address)}" if address in self.bare else short(address))

    def kind(self, address: str) -> ActorKind:
        """Return who stands behind an account; unresolved where that was not followed."""
        if address == ZERO_ADDRESS:
            return ActorKind.NOBODY
        if address in self.found.world.accounts:
            behind = self.found.resolver.kind_behind(Known(value=address, evidence=()))
            return ActorKind(behind.value) if isinstance(behind, Known) else ActorKind.UNRESOLVED
        return ActorKind.EOA if address in self.bare else ActorKind.UNRESOLVED

    def party(self, address: str) -> Party:
        """Return what an account is to the proposal."""
        account = self.found.world.get(address)
        if address in self.found.parts.treasuries:
            return Party.TREASURY
        if address in self.created:
            return Party.CREATED
        if address == self.proposal.proposer:
            return Party.PROPOSER
        if address in self._gains or any(address[2:] in call for call in self._calls):
            return Party.BENEFICIARY
        if account is not None and account.has_code:
            return Party.CONTRACT
        return Party.ROLE_HOLDER if address in self._roles else Party.STRANGER

    def known(self) -> Iterable[str]:
        """Yield every address that has a name here."""
        yield from self._labels
        yield from self._roles
        yield from self._gains
        yield from self.created
        yield self.proposal.proposer
