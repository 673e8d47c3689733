"""Direct counterparties of the DAO, and where they stand on address lists and on a watch list."""

from __future__ import annotations

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.observation import BoolObs
from scanner.model.values import Address, HexBytes, Int, Model


class Counterparty(Model):
    """An address that the DAO meets directly: a contract or role, a target or beneficiary of a proposal, a token of a
    treasury, a proposer who had to hold a threshold. Ordinary members are none."""

    address: Address
    relations: tuple[str, ...] = Field(description="how the DAO meets the address, in words; sorted")
    proposals: tuple[str, ...] = Field(description="governor#id of each proposal that names it, sorted")
    on_oracle: BoolObs = Field(description="the chain's sanctions oracle names it at the pinned block")
    evidence: tuple[Evidence, ...] = Field(description="beside the evidence of the proposals")


class ListUsed(Model):
    """One edition of a list that counterparties were compared with."""

    name: str
    published: str = Field(description="day of publication, YYYY-MM-DD; empty when the list carries none")
    source: str = Field(description="where the user says that it comes from")
    sha256: HexBytes
    entries: Int
    evm_entries: Int = Field(description="entries that can be compared with an EVM address")
    age_days: Int = Field(description="from publication to as_of; negative: published later; -1000000: no date")
    stale: bool = Field(description="older than 30 days at as_of, or without a date")
    latest: bool = Field(description="the newest edition of its name")


class ListHit(Model):
    """A direct counterparty that stands, or stood, on a list. One list alone never says more than that list."""

    address: Address
    list_name: str
    entity: str
    list_date: str = Field(description="day of the edition that holds it; empty when that carries none")
    status: str = Field(description="listed or formerly-listed")
    relation: str = Field(
        description="how the DAO meets the address: role, proposal beneficiary, proposal target, treasury token"
    )
    evidence: tuple[Evidence, ...]
    program: str = ""
    chain: str = Field(default="", description="chain or currency that the list gives, as it gives it")
    first_absent: str = Field(default="", description="day of the first edition that no longer holds it")
    noted_delisted: str = Field(default="", description="day of delisting that the edition itself gives")
    stale: bool = Field(default=False, description="the newest edition that was given is older than 30 days at as_of")
    text: str = Field(default="", description="the hit in one sentence, with its dates")


class WatchHit(Model):
    """An exact identifier of the reader's own watch list that was met."""

    identifier: str
    kind: str = Field(description="address, hash, uri or registry-number")
    met_as: str = Field(description="where it was met, in words")
    evidence: tuple[Evidence, ...]
