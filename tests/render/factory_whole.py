"""The made-up DAO as a whole, with what a user brought along."""

from __future__ import annotations

from typing import Any

from scanner.model.accountability import (
    Accountability,
    Audit,
    Document,
    PublicIdentifier,
    Response,
    Source,
    Wrapper,
)
from scanner.model.dao import Dao
from scanner.model.evidence import DocumentEvidence
from scanner.model.lists import Counterparty, ListHit, ListUsed, WatchHit
from scanner.model.observation import Reason
from tests.render.factory_dao import AT, CHAIN, GOVERNOR, LOG, address, known, unknown, whole


def brought_along() -> dict[str, Any]:
    """What a user brought along: two editions of a list, a watch list, an operator's statement with a response."""
    document = DocumentEvidence(**AT, uri="accountability.yaml", sha256="0x" + "ab" * 32)
    missing = unknown(Reason.OFF_CHAIN, "not evidenced: its host is not allowed (--document-host)")
    used = ListUsed(
        name="example list",
        published="2026-05-26",
        source="https://lists.example",
        sha256="0x" + "cd" * 32,
        entries=97,
        evm_entries=90,
        age_days=44,
        stale=True,
        latest=True,
    )
    party = Counterparty(
        address=address(40), relations=("proposal beneficiary",), proposals=(), on_oracle=known(False), evidence=()
    )
    told = Accountability(
        wrapper=known(Wrapper.MARSHALL_ISLANDS_DAO_LLC, document),
        registration_number=known("960000-1", document),
        contact=known("legal@meridian.example", document),
        identifiers=whole(PublicIdentifier(identifier=GOVERNOR, in_scope=known(True, document), evidence=(document,))),
        identifier_count=known(1, document),
        identifier_in_scope=known(True, document),
        audits=whole(
            Audit(
                auditor="Careful Readers",
                date="2026-01-31",
                commit="0a1b2c3",
                report="https://meridian.example/audit.pdf",
                sha256=missing,
                evidence=(document,),
            )
        ),
        documents=whole(
            Document(
                what="legalURI",
                source=Source.DAO_URI,
                title="Terms",
                uri="https://meridian.example/legal",
                sha256=missing,
                evidence=(document,),
            )
        ),
        responses=(
            Response(about="", text="We have read this.\nWe agree with most of it.", evidence=(document,)),
            Response(about="RSP-001", text="Members voted for it.", author="Council", date="2026-07-01", evidence=()),
        ),
    )
    return {
        "lists": (used, used.model_copy(update={"name": "other list", "published": "", "stale": False})),
        "listed_texts": (f"{address(40)}: formerly listed",),
        "watch_count": 2,
        "watched": whole(WatchHit(identifier=address(41), kind="address", met_as="proposer", evidence=(LOG,))),
        "counterparties": whole(party),
        "sanctions_oracle": address(42),
        "accountability": told,
    }


def dao() -> Dao:
    hit = ListHit(
        address=address(40),
        list_name="example list",
        entity="Example entity",
        list_date="2026-05-26",
        status="formerly-listed",
        relation="proposal beneficiary",
        evidence=(LOG,),
    )
    return Dao(
        chain_id=CHAIN,
        address=GOVERNOR,
        governor_count=known(1),
        contract_count=known(8),
        unverified_core_count=known(2),
        unresolved_control_count=known(1),
        effective_controller_kind=known("eoa"),
        dao_uri=unknown(Reason.NOT_SUPPORTED, "no daoURI()"),
        legal_document=unknown(Reason.OFF_CHAIN),
        contact=unknown(Reason.OFF_CHAIN),
        immutable=known(False),
        privacy_payout=known("absent"),
        anonymous_members=known("absent"),
        list_count=1,
        listed=whole(hit),
        **brought_along(),
    )
