"""A Roles modifier of a Safe (Zodiac): who is a member of which role, what roles may call, and what they may spend."""

from __future__ import annotations

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.observation import BoolObs, Collection, IntObs, StrObs
from scanner.model.values import Address, HexBytes, Int, Model


class RoleAllowance(Model):
    """What calls on conditions may spend, in the unit of what is limited: an argument, wei, or calls."""

    key: HexBytes
    name: str
    available: IntObs = Field(description="at most, at the pinned block: what was refilled by then is in it")
    refill: IntObs
    period_seconds: IntObs = Field(description="time between refills; 0 for none")
    most: IntObs = Field(description="refilling goes up to this; 0 where nothing is refilled")


class RoleMember(Model):
    """An account that has a role by the logs."""

    address: Address
    role: str
    confirmed: BoolObs = Field(description="calls in its name are not answered as those of one without the role")
    evidence: tuple[Evidence, ...]


class RoleRight(Model):
    """One thing that a role may call: a function of a target, or any of it where `function` is empty."""

    role: str
    target: Address
    function: str = Field(description="signature where it is a well-known one, else the selector")
    sends_value: bool
    delegatecall: bool
    conditional: bool
    conditions: StrObs = Field(description="what calls have to keep to, in words; empty where that is nothing")
    allowances: tuple[RoleAllowance, ...]
    evidence: tuple[Evidence, ...]


class RoleModifier(Model):
    """A Roles modifier that makes a Safe act."""

    address: Address
    version: Int
    members: Collection[RoleMember]
    rights: Collection[RoleRight]
