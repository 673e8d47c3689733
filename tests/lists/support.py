"""Lists in every form, made by hand with the columns and elements of the real ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from scanner.lists.interface import AddressList, ListEntry
from scanner.model.accountability import Accountability
from scanner.model.lists import Counterparty
from scanner.model.observation import Collection, Reason, Unknown
from scanner.model.snapshot import Snapshot
from tests.render.factory import snapshot as full_snapshot

DAY = 86_400
AS_OF = 1_782_864_000
"""2026-07-01 00:00:00 UTC."""

BITCOIN = "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h"

SDN = """<?xml version="1.0" encoding="utf-8"?>
<sdnList xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML">
  <publshInformation><Publish_Date>{published}</Publish_Date><Record_Count>2</Record_Count></publshInformation>
  <sdnEntry>
    <uid>1</uid><firstName>Erika</firstName><lastName>MUSTERMANN</lastName><sdnType>Individual</sdnType>
    <programList><program>CYBER2</program><program>DPRK3</program></programList>
    <idList>
      <id><uid>10</uid><idType>Passport</idType><idNumber>X1234567</idNumber></id>
{ids}
    </idList>
    <akaList><aka><uid>3</uid><firstName>Other</firstName><lastName>NAME</lastName></aka></akaList>
  </sdnEntry>
  <sdnEntry><uid>2</uid><lastName>HARMLESS SHIPPING &amp; CO</lastName><sdnType>Entity</sdnType></sdnEntry>
</sdnList>
"""

ADVANCED = """<?xml version="1.0" encoding="utf-8"?>
<Sanctions xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ADVANCED_XML">
  <DateOfIssue CalendarTypeID="1"><Year>2026</Year><Month>5</Month><Day>26</Day></DateOfIssue>
  <ReferenceValueSets><FeatureTypeValues>
    <FeatureType ID="8" FeatureTypeGroupID="1">Birthdate</FeatureType>
    <FeatureType ID="345" FeatureTypeGroupID="1">Digital Currency Address - ETH</FeatureType>
    <FeatureType ID="344" FeatureTypeGroupID="1">Digital Currency Address - XBT</FeatureType>
  </FeatureTypeValues></ReferenceValueSets>
  <DistinctParties>
    <DistinctParty FixedRef="36"><Profile ID="36" PartySubTypeID="4">
      <Identity ID="1" FixedRef="36" Primary="true" False="false">
        <Alias FixedRef="36" AliasTypeID="1403" Primary="true" LowQuality="false">
          <DocumentedName ID="1" FixedRef="36" DocNameStatusID="1">
            <DocumentedNamePart><NamePartValue ScriptID="215">MUSTERMANN</NamePartValue></DocumentedNamePart>
            <DocumentedNamePart><NamePartValue ScriptID="215">Erika</NamePartValue></DocumentedNamePart>
          </DocumentedName>
          <DocumentedName ID="2" FixedRef="36" DocNameStatusID="2">
            <DocumentedNamePart><NamePartValue ScriptID="160">МУСТЕРМАНН</NamePartValue></DocumentedNamePart>
          </DocumentedName>
        </Alias>
        <Alias FixedRef="36" AliasTypeID="1400" Primary="false" LowQuality="false">
          <DocumentedName ID="3" FixedRef="36" DocNameStatusID="2">
            <DocumentedNamePart><NamePartValue ScriptID="215">ALIAS</NamePartValue></DocumentedNamePart>
          </DocumentedName>
        </Alias>
      </Identity>
      <Feature ID="7" FeatureTypeID="8"><FeatureVersion><VersionDetail>1970</VersionDetail></FeatureVersion></Feature>
{features}
    </Profile></DistinctParty>
  </DistinctParties>
  <SanctionsEntries>
    <SanctionsEntry ID="36" ProfileID="36" ListID="1550">
      <SanctionsMeasure ID="1" SanctionsTypeID="1"><Comment>CYBER2</Comment></SanctionsMeasure>
      <SanctionsMeasure ID="2" SanctionsTypeID="1705"><Comment>Block</Comment></SanctionsMeasure>
    </SanctionsEntry>
    <SanctionsEntry ID="99" ProfileID="99" ListID="1550">
      <SanctionsMeasure ID="3" SanctionsTypeID="1"><Comment>CUBA</Comment></SanctionsMeasure>
    </SanctionsEntry>
  </SanctionsEntries>
</Sanctions>
"""


def address(number: int) -> str:
    return "0x" + number.to_bytes(20, "big").hex()


def sdn(ids: Iterable[tuple[str, str]], published: str = "05/26/2026") -> str:
    """An SDN.XML with the given (type, number) identifiers."""
    rows = "\n".join(f"<id><uid>1</uid><idType>{kind}</idType><idNumber>{text}</idNumber></id>" for kind, text in ids)
    return SDN.format(ids=rows, published=published)


def advanced(features: Iterable[tuple[str, str]]) -> str:
    """An SDN_ADVANCED.XML with the given (feature type id, value) features."""
    rows = "\n".join(
        f'<Feature ID="5" FeatureTypeID="{kind}"><FeatureVersion ID="1">'
        f'<VersionDetail DetailTypeID="1432">{text}</VersionDetail></FeatureVersion></Feature>'
        for kind, text in features
    )
    return ADVANCED.format(features=rows)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def edition(published: str, *entries: ListEntry | str, name: str = "OFAC-SDN", sha256: str = "") -> AddressList:
    """An edition as it is kept; a plain address is an entry without anything else."""
    made = tuple(ListEntry(address=one, evm=True, kind="address") if isinstance(one, str) else one for one in entries)
    digest = sha256 or "0x" + (published or "none").encode().hex().ljust(64, "0")
    return AddressList(
        name=name, published=published, source="a test", format="csv", file="list.csv", sha256=digest, entries=made
    )


def with_parties(*parties: Counterparty | str, complete: bool = True, as_of: int = AS_OF) -> Snapshot:
    """A snapshot whose direct counterparties are these."""
    made = tuple(
        Counterparty(
            address=one,
            relations=("proposal beneficiary",),
            proposals=(),
            on_oracle=Unknown(reason=Reason.NOT_SUPPORTED),
            evidence=(),
        )
        if isinstance(one, str)
        else one
        for one in parties
    )
    found = Collection[Counterparty](items=made, complete=complete, reason="" if complete else "some were not read")
    base = full_snapshot()
    dao = base.dao.model_copy(update={"counterparties": found, "accountability": Accountability()})
    return base.model_copy(update={"as_of": as_of, "inputs": (), "dao": dao})


def texts(snapshot: Snapshot) -> Sequence[str]:
    return [hit.text for hit in snapshot.dao.listed.items]
