"""What a user states or brings along that no chain holds: prices, and Snapshot spaces."""

from __future__ import annotations

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.later import NOT_KEPT
from scanner.model.observation import BoolObs, IntObs, NamesObs, Reason, StrObs, Unknown
from scanner.model.values import Address, Int, Model

NO_PRICE = Unknown(reason=Reason.NOT_READ, detail="no price was given (--price)")


NO_SPACE = "no space was named (--snapshot-space); votes off chain leave nothing on chain to find them by"


class Price(Model):
    """What one whole unit of an asset costs, as the user says."""

    asset: str = Field(description="address of the token, or native")
    amount: str = Field(description="decimal number")
    currency: str = Field(description="three to five capital letters")


class SpaceStrategy(Model):
    """One way in which a Snapshot space counts votes."""

    name: str
    network: str
    membership: str = Field(description="the membership class that it stands for (MembershipKind)")
    address: str = Field(description="the token or contract that it reads; empty where it names none")


class SnapshotSpace(Model):
    """A space of Snapshot (votes by signature, off chain): its settings, which its admins can change without a vote."""

    id: str
    name: str
    membership: StrObs = Field(description="class of the weakest way to voting power (MembershipKind)")
    strategies: tuple[SpaceStrategy, ...]
    sybil_gate: StrObs = Field(
        default=NOT_KEPT,
        description="what keeps one person from voting as many accounts: none, tokens, proof (of personhood) or list",
    )
    validation: StrObs = Field(description="who may propose: name of the proposal validation")
    vote_validation: StrObs = Field(description="who may vote: name of the vote validation; any for everybody")
    only_members: BoolObs = Field(description="only listed authors may propose")
    privacy: StrObs = Field(description="public, shutter (shown after the vote) or any (as a proposal says)")
    hides_abstain: BoolObs
    aliases: BoolObs = Field(description="another key may vote for a wallet")
    bribes: BoolObs = Field(description="payments for votes are enabled")
    delay_seconds: IntObs
    period_seconds: IntObs
    quorum: StrObs = Field(description="decimal number in the units of the strategies; 0 for none")
    admins: tuple[Address, ...] = Field(
        description="they can change every setting, strategies included; so can whoever holds the name of the space"
    )
    admins_unread: Int = Field(default=0, description="entries among the admins that are no address of 20 bytes")
    moderators: Int
    authors: Int
    treasuries: tuple[str, ...] = Field(description="accounts that the space names, CAIP-10 where it names a chain")
    treasuries_in_scope: NamesObs = Field(description="those of them that this scan read")
    modules: tuple[str, ...] = Field(
        default=(), description="modules of Safes that the space says execute its votes, CAIP-10 where it names a chain"
    )
    binding: BoolObs = Field(
        description="a module that the space names and a Safe in scope has enabled executes what is voted; a space "
        "alone binds nobody"
    )
    evidence: tuple[Evidence, ...]
