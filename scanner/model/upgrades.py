"""How the code behind an address changed: what the logs tell, and what that did to its storage."""

from __future__ import annotations

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.values import Address, HexBytes, Int, Model


class Upgrade(Model):
    """One logged change of the code behind a proxy, or of who may change it."""

    what: str = Field(description="implementation, beacon, facet (added or replaced), facet-removed or admin")
    address: Address = Field(description="the new implementation, beacon, facet or admin; zero for a removed facet")
    block_number: Int
    transaction_hash: HexBytes
    evidence: tuple[Evidence, ...]


class LayoutChange(Model):
    """A place in storage that an upgrade gave another name or type."""

    slot: Int
    before: str = Field(description="label and type in the implementation before")
    after: str = Field(description="label and type in the implementation after")
    retyped: bool = Field(description="the type differs, not only the name")
    former: Address = Field(description="the implementation before")
    latter: Address = Field(description="the implementation after")
    evidence: tuple[Evidence, ...]
