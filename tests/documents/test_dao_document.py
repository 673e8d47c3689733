"""The document behind daoURI as claims: what it names, what it declares, and what is not at hand."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from scanner.documents.dao_document import with_documents
from scanner.documents.fetch import DocumentOptions, Fetched, Fetcher, NotFetched
from scanner.model.kinds import Role
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.snapshot import Snapshot
from tests.lists.support import with_parties


class Library(Fetcher):
    """Documents by URI, without a network."""

    def __init__(self, **documents: bytes) -> None:
        super().__init__(DocumentOptions())
        self.asked: list[str] = []
        self._documents = {f"https://dao.example/{name}": data for name, data in documents.items()}

    def fetch(self, uri: str) -> Fetched:
        self.asked.append(uri)
        if uri.startswith("data:"):
            return super().fetch(uri)
        if uri not in self._documents:
            raise NotFetched("its host is not allowed (--document-host)")
        return Fetched(self._documents[uri], uri)


def pointing(uri: str) -> Snapshot:
    base = with_parties()
    return base.model_copy(update={"dao": base.dao.model_copy(update={"dao_uri": Known(value=uri, evidence=())})})


def read(content: Any, uri: str = "https://dao.example/dao", **documents: bytes) -> tuple[Snapshot, Library]:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    library = Library(dao=data, **documents)
    return with_documents(pointing(uri), library), library


def test_every_field_is_a_claim_and_only_rules_and_terms_are_fetched() -> None:
    names = ("membersURI", "proposalsURI", "activityLogURI", "governanceURI", "issuersURI", "legalURI")
    content = {"type": "DAO", "name": "x", **{name: f"https://dao.example/{name}" for name in names}}
    snapshot, library = read(content, governanceURI=b"# Rules", legalURI=b"Terms")
    told = snapshot.dao.accountability
    assert set(told.dao_document_fields) == set(names)
    assert library.asked == [
        "https://dao.example/dao",
        "https://dao.example/governanceURI",
        "https://dao.example/legalURI",
    ]
    digests = {one.what: one.sha256 for one in told.documents.items}
    assert digests["governanceURI"].value == "0x" + hashlib.sha256(b"# Rules").hexdigest()
    assert digests["membersURI"].reason is Reason.OFF_CHAIN
    assert (told.dao_document.value, told.legal_uri.value, told.governance_uri.value) == (True, True, True)
    assert snapshot.dao.legal_document == told.legal_uri
    assert {piece.kind for piece in told.dao_document.evidence} == {"document"}


def test_an_embedded_value_wins_over_a_uri_and_empty_fields_are_not_there() -> None:
    snapshot, library = read(
        {"type": "DAO", "governance": "text", "governanceURI": "https://dao.example/g", "legalURI": ""}
    )
    told = snapshot.dao.accountability
    assert told.dao_document_fields == ("governance",)
    assert library.asked == ["https://dao.example/dao"]
    assert (told.governance_uri.value, told.legal_uri.value, snapshot.dao.legal_document.value) == (True, False, False)


def _with_contracts(base: Snapshot, **change: Any) -> Snapshot:
    return base.model_copy(update={"contracts": base.contracts.model_copy(update=change)})


def test_declared_contracts_are_compared_with_those_in_scope() -> None:
    base = with_parties()
    chain, scope = base.target.chain_id, [one.address for one in base.contracts.items]
    treasuries = [one.address for one in base.treasury.items]
    declared = [{"id": f"eip155:{chain}:{scope[0]}", "name": "Governor"}, {"id": f"eip155:{chain}:0x{'ee' * 20}"}]
    declared += [{"id": f"eip155:999:{scope[0]}"}, {"id": "not an account"}]
    whole = _with_contracts(pointing("https://dao.example/dao"), complete=True, reason="")
    library = Library(dao=json.dumps({"type": "DAO", "contracts": declared}).encode())
    told = with_documents(whole, library).dao.accountability
    answers = [one.in_scope for one in told.declared_contracts.items]
    assert [one.value if isinstance(one, Known) else None for one in answers] == [True, False, None, None]
    assert told.declared_out_of_scope.value == 1
    assert told.undeclared_treasuries.value == len(set(treasuries) - {scope[0]})


def _comparing(base: Snapshot, address: str) -> Any:
    content = json.dumps({"type": "DAO", "contracts": [{"id": f"eip155:{base.target.chain_id}:{address}"}]}).encode()
    return with_documents(base, Library(dao=content)).dao.accountability


def test_a_scan_that_was_cut_short_leaves_open_whether_a_declared_contract_is_the_daos() -> None:
    base = pointing("https://dao.example/dao")
    part = _with_contracts(base, complete=False, reason="the crawl was cut short")
    told, other = _comparing(part, "0x" + "ee" * 20), _comparing(part, base.contracts.items[0].address)
    assert isinstance(told.declared_out_of_scope, Unknown)
    assert told.declared_contracts.items[0].in_scope.reason is Reason.UNRESOLVED
    assert other.declared_out_of_scope.value == 0


def test_a_contract_that_only_proposals_call_is_none_of_the_daos_own() -> None:
    base = pointing("https://dao.example/dao")
    first, *others = base.contracts.items
    stranger = first.model_copy(update={"roles": (Role.PROPOSAL_TARGET,)})
    told = _comparing(_with_contracts(base, items=(stranger, *others)), first.address)
    assert told.declared_contracts.items[0].in_scope.value is False
    assert told.declared_out_of_scope.value == 1


def test_contracts_behind_a_uri_are_read() -> None:
    base = with_parties()
    inner = {"contracts": [{"id": f"eip155:{base.target.chain_id}:{one.address}"} for one in base.treasury.items]}
    content = {"type": "DAO", "contractsURI": "https://dao.example/contracts"}
    snapshot, _ = read(content, contracts=json.dumps(inner).encode())
    told = snapshot.dao.accountability
    assert (told.undeclared_treasuries.value, told.declared_contracts.complete) == (0, True)
    absent, _ = read(content)
    assert "its host is not allowed" in absent.dao.accountability.undeclared_treasuries.detail


def test_more_contracts_than_can_be_looked_at_leave_the_comparison_open() -> None:
    many = [{"id": f"eip155:1:0x{number:040x}"} for number in range(1_500)]
    told = read({"type": "DAO", "contracts": many})[0].dao.accountability
    assert len(told.declared_contracts.items) == 1_000
    assert isinstance(told.declared_out_of_scope, Unknown)
    assert isinstance(told.undeclared_treasuries, Unknown)


@pytest.mark.parametrize("data", [b"<html>", b"[]", b'"text"', b"\xff\xfe", b"{" * 100_000, b'{"a": 1, "a": 2}', b""])
def test_what_is_no_such_document_is_known_to_be_none(data: bytes) -> None:
    told = read(data)[0].dao.accountability
    assert (told.dao_document.value, isinstance(told.legal_uri, Unknown)) == (False, True)
    assert told.documents.items[0].what == "daoURI"


def test_values_of_the_wrong_kind_are_no_claims() -> None:
    told = read({"type": 5, "membersURI": 5, "legalURI": {"a": 1}, "contracts": {"a": 1}, "contractsURI": []})[0]
    assert told.dao.accountability.dao_document_fields == ("contracts",)
    assert "declares no contracts" in told.dao.accountability.declared_contracts.reason


def test_a_document_that_was_not_fetched_is_unknown_with_the_reason() -> None:
    before = pointing("https://elsewhere.example/dao")
    after = with_documents(before, Library())
    told = after.dao.accountability
    assert isinstance(told.dao_document, Unknown)
    assert told.dao_document.detail == "not evidenced: its host is not allowed (--document-host)"
    assert [(one.what, one.uri) for one in told.documents.items] == [("daoURI", "https://elsewhere.example/dao")]
    assert after.dao.legal_document == before.dao.legal_document


def test_a_data_uri_is_read_without_leave() -> None:
    content = base64.b64encode(b'{"type": "DAO", "legalURI": "mailto:legal@dao.example"}').decode()
    told = with_documents(pointing(f"data:application/json;base64,{content}"), Fetcher(DocumentOptions())).dao
    assert told.accountability.dao_document_fields == ("legalURI",)
    assert told.legal_document.value is True


def test_without_a_dao_uri_nothing_is_asked() -> None:
    library = Library()
    for before in (with_parties(), pointing("")):
        assert with_documents(before, library) == before
    assert library.asked == []
