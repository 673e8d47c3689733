"""The document behind `daoURI` (EIP-4824, DAOIP-2, -3 and -9) and what it names, as claims of the DAO.

Read are the names of the documents and the contracts that it declares. What members, proposals and activity documents
hold is never fetched: ordinary members are not listed, and content is out of scope.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from scanner.documents.fetch import MAX_URI, Fetched, Fetcher, NotFetched
from scanner.documents.scope import in_scope
from scanner.model.accountability import DeclaredContract, Document, Source
from scanner.model.evidence import DocumentEvidence, Evidence
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.snapshot import Snapshot
from scanner.model.values import changed
from scanner.sources.strict import NotReadable, read_json, shown

FIELDS = (
    "membersURI",
    "proposalsURI",
    "activityLogURI",
    "governanceURI",
    "contractsURI",
    "contractsRegistryURI",
    "issuersURI",
    "legalURI",
)
"""EIP-4824, issuersURI of DAOIP-3, legalURI of DAOIP-9 and the older name of contractsURI in registrations."""

READ = ("governanceURI", "legalURI")
"""Documents whose bytes are digested, never read for meaning; contractsURI is read for its addresses."""

_MAX_CONTRACTS = 1_000
_CAIP10 = re.compile(r"eip155:([0-9]{1,20}):(0x[0-9a-fA-F]{40})\Z")


def with_documents(snapshot: Snapshot, fetcher: Fetcher) -> Snapshot:
    """Return the snapshot with what the DAO's document says. What was not fetched is unknown, with the reason."""
    uri = snapshot.dao.dao_uri
    if isinstance(uri, Unknown) or not uri.value:
        return snapshot
    reader = _Reader(snapshot, fetcher, uri)
    facts = reader.facts()
    told = changed(snapshot.dao.accountability, **facts)
    dao = changed(snapshot.dao, accountability=told, **reader.answers(facts))
    return snapshot.model_copy(update={"dao": dao})


class _Reader:
    """Reads one DAO's document and makes facts of it."""

    def __init__(self, snapshot: Snapshot, fetcher: Fetcher, uri: Known[str]) -> None:
        self._snapshot = snapshot
        self._fetcher = fetcher
        self._uri = uri

    def facts(self) -> dict[str, Any]:
        """Return the fields of the model that the document fills."""
        try:
            found = self._fetcher.fetch(self._uri.value)
        except NotFetched as error:
            return self._without(str(error))
        proof = (*self._uri.evidence, self._evidence(found))
        document = Document(
            what="daoURI",
            source=Source.DAO_URI,
            uri=self._uri.value[:MAX_URI],
            sha256=_digest(found, proof),
            evidence=proof,
        )
        try:
            content = read_json(found.data)
        except NotReadable as error:
            return self._unusable(document, f"the document is no JSON: {error}", proof)
        if not isinstance(content, dict):
            return self._unusable(document, "the document is no JSON object", proof)
        return self._claims(document, content, proof)

    def answers(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the document decides about the whole: whether a legal document is evidenced (DAOIP-9)."""
        legal = facts.get("legal_uri")
        return {"legal_document": legal} if isinstance(legal, Known) else {}

    def _without(self, why: str) -> dict[str, Any]:
        missing = Unknown(reason=Reason.OFF_CHAIN, detail=f"not evidenced: {why}", evidence=self._uri.evidence)
        document = Document(
            what="daoURI",
            source=Source.DAO_URI,
            uri=self._uri.value[:MAX_URI],
            sha256=missing,
            evidence=self._uri.evidence,
        )
        names = ("dao_document", "legal_uri", "governance_uri", "declared_out_of_scope", "undeclared_treasuries")
        return {
            **dict.fromkeys(names, missing),
            "documents": Collection[Document](items=(document,), complete=False, reason=missing.detail),
        }

    def _unusable(self, document: Document, why: str, proof: tuple[Evidence, ...]) -> dict[str, Any]:
        facts = self._without(why)
        facts["dao_document"] = Known(value=False, evidence=proof, derivation=why)
        facts["documents"] = Collection[Document](items=(document,), complete=False, reason=why)
        return facts

    def _claims(self, document: Document, content: Mapping[str, Any], proof: tuple[Evidence, ...]) -> dict[str, Any]:
        named: list[str] = []
        documents = [document]
        for name in FIELDS:
            plain = name.removesuffix("URI")
            value = content.get(name)
            if plain in content:  # an embedded value wins over the URI
                named.append(plain)
            elif isinstance(value, str) and value:
                named.append(name)
                documents.append(self._named(name, value, proof))
        kind = "its type is DAO" if content.get("type") == "DAO" else "it does not say that its type is DAO"
        legal, governance = ({"legalURI", "legal"}, {"governanceURI", "governance"})
        return {
            "dao_document": Known(value=True, evidence=proof, derivation=kind),
            "dao_document_fields": tuple(sorted(named)),
            "legal_uri": Known(value=bool(legal & set(named)), evidence=proof),
            "governance_uri": Known(value=bool(governance & set(named)), evidence=proof),
            "documents": Collection[Document](items=tuple(documents), complete=True),
            **self._contracts(content, proof),
        }

    def _named(self, name: str, uri: str, proof: tuple[Evidence, ...]) -> Document:
        """Return a document that the DAO's document names; its digest where it may be read."""
        digest: Known[str] | Unknown
        if name not in READ:
            digest = Unknown(reason=Reason.OFF_CHAIN, detail="not evidenced: documents of this kind are not fetched")
        else:
            try:
                found = self._fetcher.fetch(uri)
                digest = _digest(found, (self._evidence(found),))
            except NotFetched as error:
                digest = Unknown(reason=Reason.OFF_CHAIN, detail=f"not evidenced: {error}")
        return Document(what=name, source=Source.DAO_URI, uri=shown(uri, limit=MAX_URI), sha256=digest, evidence=proof)

    def _contracts(self, content: Mapping[str, Any], proof: tuple[Evidence, ...]) -> dict[str, Any]:
        """Return the declared contracts and how they compare with those in scope."""
        listed = content.get("contracts")
        uri = content.get("contractsURI") or content.get("contractsRegistryURI")
        if listed is None and isinstance(uri, str) and uri:
            try:
                found = self._fetcher.fetch(uri)
                inner = read_json(found.data)
                proof = (*proof, self._evidence(found))
                listed = inner.get("contracts") if isinstance(inner, dict) else inner
            except (NotFetched, NotReadable) as error:
                return self._undeclared(f"not evidenced: contractsURI: {error}")
        if not isinstance(listed, list):
            return self._undeclared("not evidenced: the DAO's document declares no contracts")
        texts = [(str(one.get("id", "")), str(one.get("name", ""))) for one in listed if isinstance(one, dict)]
        declared = tuple(self._declared(text, name, proof) for text, name in texts[:_MAX_CONTRACTS])
        complete = len(texts) == len(listed) and len(texts) <= _MAX_CONTRACTS
        items = Collection[DeclaredContract](
            items=declared, complete=complete, reason="" if complete else "not all entries could be read"
        )
        return {"declared_contracts": items, **self._compared(items, {text.lower() for text, _ in texts}, proof)}

    def _undeclared(self, why: str) -> dict[str, Any]:
        missing = Unknown(reason=Reason.OFF_CHAIN, detail=why)
        return {
            "declared_contracts": Collection[DeclaredContract](items=(), complete=False, reason=why),
            "declared_out_of_scope": missing,
            "undeclared_treasuries": missing,
        }

    def _declared(self, text: str, name: str, proof: tuple[Evidence, ...]) -> DeclaredContract:
        found = _CAIP10.match(text)
        answer: Known[bool] | Unknown
        if found is None or int(found.group(1)) != self._snapshot.target.chain_id:
            answer = Unknown(reason=Reason.OFF_CHAIN, detail="on another chain, or no CAIP-10 account", evidence=proof)
        else:
            answer = in_scope(self._snapshot, found.group(2).lower(), proof)
        return DeclaredContract(identifier=shown(text), name=shown(name), in_scope=answer, evidence=proof)

    def _compared(
        self, declared: Collection[DeclaredContract], texts: set[str], proof: tuple[Evidence, ...]
    ) -> dict[str, Any]:
        absent = sum(isinstance(one.in_scope, Known) and not one.in_scope.value for one in declared.items)
        chain = self._snapshot.target.chain_id
        treasuries = self._snapshot.treasury
        missing = sum(f"eip155:{chain}:{one.address}" not in texts for one in treasuries.items)
        partial = Unknown(reason=Reason.OFF_CHAIN, detail="not all declared contracts could be read", evidence=proof)
        undecided = next((one.in_scope for one in declared.items if _left_open(one.in_scope)), None)
        scope = Known(value=absent, evidence=proof, derivation="compared with the contracts of this scan")
        return {
            "declared_out_of_scope": undecided or (scope if declared.complete else partial),
            "undeclared_treasuries": Known(
                value=missing, evidence=proof, derivation="treasuries of this scan, compared with the document"
            )
            if declared.complete and treasuries.complete
            else partial,
        }

    def _evidence(self, found: Fetched) -> DocumentEvidence:
        block = self._snapshot.blocks[0]
        return DocumentEvidence(
            chain_id=block.chain_id,
            block_number=block.number,
            block_hash=block.hash,
            uri=shown(found.uri, limit=MAX_URI),
            sha256="0x" + hashlib.sha256(found.data).hexdigest(),
        )


def _left_open(answer: Known[bool] | Unknown) -> bool:
    return isinstance(answer, Unknown) and answer.reason is Reason.UNRESOLVED


def _digest(found: Fetched, proof: tuple[Evidence, ...]) -> Known[str]:
    return Known(value="0x" + hashlib.sha256(found.data).hexdigest(), evidence=proof)
