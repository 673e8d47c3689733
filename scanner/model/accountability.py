"""Who answers for the structure: what the operator states, what documents say, and how far either was checked.

Everything here is a claim with the document that it stands in. What is missing is "not evidenced", never "none".
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.observation import BoolObs, Collection, IntObs, Known, Reason, StrObs, Unknown
from scanner.model.values import Model


class Wrapper(StrEnum):
    """Legal forms of DAOs that daoscan knows something to check about, and the others."""

    WYOMING_DAO_LLC = "wyoming-dao-llc"
    WYOMING_DUNA = "wyoming-duna"
    VERMONT_BBLLC = "vermont-bbllc"
    TENNESSEE_DO = "tennessee-do"
    UTAH_DAO = "utah-dao"
    MARSHALL_ISLANDS_DAO_LLC = "marshall-islands-dao-llc"
    SWISS_ASSOCIATION = "swiss-association"
    CAYMAN_FOUNDATION = "cayman-foundation"
    FOUNDATION = "foundation"
    COMPANY = "company"
    ASSOCIATION = "association"
    COOPERATIVE = "cooperative"
    TRUST = "trust"
    OTHER = "other"


class Source(StrEnum):
    """Who says it."""

    OPERATOR = "operator"
    DAO_URI = "dao-uri"


WrapperObs = Annotated[Known[Wrapper] | Unknown, Field(discriminator="status")]


class Document(Model):
    """A document that was named, and its digest where its bytes were at hand."""

    what: str = Field(description="what it is said to be, for instance legal document, governanceURI")
    source: Source = Field(description="who names it")
    title: str = ""
    uri: str = Field(description="where it is said to be; empty for a file that was handed in")
    file: str = Field(default="", description="name of a file that was handed in, without folders")
    sha256: StrObs = Field(description="of the bytes that were read, as 0x and 64 hex digits")
    evidence: tuple[Evidence, ...]


class Audit(Model):
    """An audit as the operator states it."""

    auditor: str
    date: str = Field(description="YYYY-MM-DD")
    commit: str = Field(description="commit of the code that was looked at; empty when none is stated")
    report: str = Field(description="URI or file of the report; empty when none is stated")
    sha256: StrObs
    evidence: tuple[Evidence, ...]


class PublicIdentifier(Model):
    """An identifier by which a register names the contracts of the DAO."""

    identifier: str
    in_scope: BoolObs = Field(description="it is the address of a contract of this scan")
    evidence: tuple[Evidence, ...]


class DeclaredContract(Model):
    """A contract that the DAO's own document names."""

    identifier: str
    name: str
    in_scope: BoolObs
    evidence: tuple[Evidence, ...]


class Response(Model):
    """What the DAO answers, word for word."""

    about: str = Field(description="id of a rule, fingerprint of a finding, or empty: about the whole report")
    text: str
    author: str = ""
    date: str = Field(default="", description="YYYY-MM-DD")
    evidence: tuple[Evidence, ...]


def _unknown(detail: str) -> Unknown:
    return Unknown(reason=Reason.OFF_CHAIN, detail=detail)


_NOT_GIVEN = _unknown("not evidenced: no accountability file was given (--accountability FILE, or a manifest)")
_NOT_READ = _unknown("not evidenced: the daoURI document was not read (--fetch-documents)")


class Accountability(Model):
    """What is evidenced about who answers for the structure."""

    wrapper: WrapperObs = Field(default=_NOT_GIVEN, description="legal form, as stated")
    legal_name: StrObs = Field(default=_NOT_GIVEN, description="name of the legal person, as stated")
    jurisdiction: StrObs = Field(default=_NOT_GIVEN, description="as stated")
    registry: StrObs = Field(default=_NOT_GIVEN, description="register that holds the legal person, as stated")
    registration_number: StrObs = Field(default=_NOT_GIVEN, description="number in that register, as stated")
    formed_on: StrObs = Field(default=_NOT_GIVEN, description="YYYY-MM-DD, as stated")
    contact: StrObs = Field(default=_NOT_GIVEN, description="where the DAO can be written to, as stated")
    incident_contact: StrObs = Field(default=_NOT_GIVEN, description="where faults are reported, as stated")
    identifiers: Collection[PublicIdentifier] = Collection[PublicIdentifier](
        items=(), complete=False, reason=_NOT_GIVEN.detail
    )
    identifier_count: IntObs = Field(default=_NOT_GIVEN, description="public identifiers of contracts that are stated")
    identifier_in_scope: BoolObs = Field(
        default=_NOT_GIVEN,
        description="every stated identifier that is an address on this chain is a contract in scope",
    )
    audits: Collection[Audit] = Collection[Audit](items=(), complete=False, reason=_NOT_GIVEN.detail)
    audit_count: IntObs = Field(default=_NOT_GIVEN, description="audits that are stated")
    audits_with_commit: IntObs = Field(default=_NOT_GIVEN, description="audits that name the commit they looked at")
    documents: Collection[Document] = Collection[Document](items=(), complete=False, reason=_NOT_GIVEN.detail)
    dao_document: BoolObs = Field(
        default=_NOT_READ, description="the document behind daoURI was read and is the JSON that EIP-4824 describes"
    )
    dao_document_fields: tuple[str, ...] = Field(
        default=(), description="fields of EIP-4824 and DAOIP-3 and -9 that the daoURI document carries"
    )
    legal_uri: BoolObs = Field(default=_NOT_READ, description="the daoURI document carries legalURI (DAOIP-9)")
    governance_uri: BoolObs = Field(default=_NOT_READ, description="the daoURI document carries governanceURI")
    declared_contracts: Collection[DeclaredContract] = Collection[DeclaredContract](
        items=(), complete=False, reason=_NOT_READ.detail
    )
    declared_out_of_scope: IntObs = Field(
        default=_NOT_READ,
        description="contracts of this chain that the DAO's document names and the scan did not see",
    )
    undeclared_treasuries: IntObs = Field(
        default=_NOT_READ, description="treasuries of this scan that the DAO's document does not name"
    )
    responses: tuple[Response, ...] = Field(default=(), description="the DAO's own words, printed as they are")
