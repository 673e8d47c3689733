"""Statements in a snapshot: each with its file, identifiers matched, what is missing not evidenced."""

from __future__ import annotations

from scanner.brought import Brought, with_brought, with_newer
from scanner.manifest.apply import with_statement
from scanner.manifest.manifest import Manifest, ManifestTarget
from scanner.manifest.statement import StatedAudit, StatedResponse, Statement
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.snapshot import Snapshot
from tests.lists.support import address, edition, with_parties

EMPTY = Statement(file="accountability.yaml", sha256="0x" + "11" * 32)
FULL = Statement(
    file="accountability.yaml",
    sha256="0x" + "22" * 32,
    wrapper="tennessee-do",
    registration_number="000123",
    contact="legal@river.example",
    audits=(StatedAudit("Careful Readers", "2026-01-31", "", "", "", False),),
    responses=(StatedResponse("RSP-001", "Members voted for it.", "", ""),),
    asserted_by="River",
    asserted_on="2026-07-01",
)


def identified(*texts: str, snapshot: Snapshot | None = None) -> Known[bool] | Unknown:
    stated = Statement(file="a.yaml", sha256="0x" + "33" * 32, identifiers=texts)
    return with_statement(snapshot or with_parties(), stated).dao.accountability.identifier_in_scope


def test_each_statement_rests_on_its_file() -> None:
    found = with_statement(with_parties(), FULL)
    told = found.dao.accountability
    assert told.wrapper.value == "tennessee-do"
    assert told.registration_number.derivation == "stated by River on 2026-07-01, not checked"
    for fact in (told.wrapper, told.registration_number, told.contact, told.audit_count, found.dao.contact):
        assert [(piece.kind, piece.uri, piece.sha256) for piece in fact.evidence] == [
            ("document", "accountability.yaml", "0x" + "22" * 32)
        ]
    assert (found.dao.contact.value, found.dao.legal_document.value) == (True, True)
    assert (told.audit_count.value, told.audits_with_commit.value) == (1, 0)
    assert [(one.name, one.sha256) for one in found.inputs] == [
        ("accountability accountability.yaml", "0x" + "22" * 32)
    ]
    assert [(one.about, one.text) for one in told.responses] == [("RSP-001", "Members voted for it.")]


def test_what_is_missing_is_not_evidenced_and_never_none() -> None:
    found = with_statement(with_parties(), EMPTY)
    told = found.dao.accountability
    for fact in (told.wrapper, told.registration_number, told.contact, told.identifier_in_scope):
        assert isinstance(fact, Unknown)
        assert fact.reason is Reason.OFF_CHAIN
        assert fact.detail.startswith("not evidenced: accountability.yaml gives no ")
    assert (found.dao.contact.value, found.dao.legal_document.value) == (False, False)
    assert "is not evidenced in accountability.yaml" in found.dao.contact.derivation
    assert not told.wrapper.reason.on_chain
    before = with_parties().dao
    assert isinstance(before.accountability.wrapper, Unknown)
    assert "no accountability file was given" in before.accountability.wrapper.detail


def test_a_public_identifier_is_matched_with_the_contracts_of_its_chain() -> None:
    base = with_parties()
    chain, here = base.target.chain_id, base.contracts.items[0].address
    complete = base.model_copy(update={"contracts": base.contracts.model_copy(update={"complete": True})})
    for text in (f"eip155:{chain}:{here}", here, here.upper().replace("X", "x")):
        answer = identified(text)
        assert isinstance(answer, Known)
        assert answer.value is True
        assert {piece.kind for piece in answer.evidence} > {"document"}
    wrong = identified(here, address(5), snapshot=complete)
    assert isinstance(wrong, Known)
    assert wrong.value is False
    partial = base.model_copy(
        update={"contracts": base.contracts.model_copy(update={"complete": False, "reason": "cut"})}
    )
    unread = identified(address(5), snapshot=partial)
    assert isinstance(unread, Unknown)
    assert unread.reason is Reason.UNRESOLVED
    for text, why in ((f"eip155:424242:{here}", "chain 424242"), ("https://river.example", "no address")):
        answer = identified(text)
        assert isinstance(answer, Unknown)
        assert why in answer.detail


def test_a_later_statement_takes_the_place_of_the_earlier() -> None:
    once = with_statement(with_parties(), FULL)
    again = with_newer(once, Brought(statement=EMPTY))
    assert isinstance(again.dao.accountability.wrapper, Unknown)
    assert again.dao.accountability.responses == ()
    assert [one.sha256 for one in again.inputs] == ["0x" + "11" * 32]
    assert with_newer(once, Brought()) == once


def test_a_manifest_leaves_gaps_for_other_chains_and_the_collections_open() -> None:
    base = with_parties()
    here = base.target.chain_id
    targets = (
        ManifestTarget(here, base.target.address, "governor", ""),
        ManifestTarget(here, address(6), "treasury", ""),
        ManifestTarget(10, address(7), "treasury", ""),
        ManifestTarget(10, address(8), "other", ""),
    )
    manifest = Manifest("river.yaml", "0x" + "44" * 32, "River DAO", targets, statement=FULL)
    said: list[str] = []
    found = with_brought(base, Brought(manifest=manifest, lists=(edition("2026-06-20", address(9)),)), said.append)
    gaps = {gap.subject: gap for gap in found.gaps if "manifest" in gap.what}
    assert gaps[f"eip155:10:{address(7)}"].detail == "other chain: give --rpc-url of a node of chain 10"
    assert gaps[address(6)].reason is Reason.NO_CODE
    assert set(gaps) == {f"eip155:10:{address(7)}", f"eip155:10:{address(8)}", address(6)}
    assert not found.treasury.complete
    assert f"eip155:10:{address(7)}" in found.treasury.reason or base.treasury.reason
    assert {one.name for one in found.inputs} >= {"manifest river.yaml", "list OFAC-SDN of 2026-06-20"}
    assert found.dao.accountability.registration_number.value == "000123"
    assert found.target.name == (base.target.name or "River DAO")


def test_what_was_put_in_is_as_valid_as_what_was_read() -> None:
    """Written and read again it is the same; and writing it warns of nothing."""
    found = with_newer(
        with_statement(with_parties(address(1)), FULL), Brought(lists=(edition("2026-06-20", address(1)),))
    )
    assert Snapshot.model_validate_json(found.model_dump_json()) == found
