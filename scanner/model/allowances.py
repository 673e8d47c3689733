"""Rights to take tokens out of an account that the account itself has given away."""

from __future__ import annotations

from pydantic import Field

from scanner.model.observation import IntObs, StrObs
from scanner.model.values import Address, Model


class Allowance(Model):
    """What one spender may take of one token from one treasury, as the token says at the pinned block."""

    token: Address
    symbol: StrObs
    spender: Address
    spender_label: str
    spender_kind: StrObs = Field(description="key, in-scope (a contract of the DAO) or contract")
    replaceable_by: StrObs = Field(
        description="ActorKind that can replace the spender's code; nobody when none can; unknown out of scope"
    )
    amount: IntObs = Field(description="in the token's smallest unit; of NFTs that were all given, the number held")
    at_risk: IntObs = Field(description="what the spender can take now: no more than the account holds")
    every_unit: bool = Field(description="given for all NFTs of this contract at once (setApprovalForAll)")
