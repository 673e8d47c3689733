"""What an operator states, put into a snapshot: each item with its file, identifiers matched with the contracts."""

from __future__ import annotations

import re
from typing import Any

from scanner.documents.scope import in_scope
from scanner.manifest.statement import StatedAudit, StatedDocument, Statement
from scanner.model.accountability import Audit, Document, PublicIdentifier, Response, Source, Wrapper
from scanner.model.evidence import DocumentEvidence, Evidence
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.snapshot import InputDigest, Snapshot
from scanner.model.values import changed

INPUT = "accountability "
_ADDRESS = re.compile(r"(?:eip155:([0-9]{1,20}):)?(0x[0-9a-fA-F]{40})\Z")
_TEXTS = (
    "legal_name",
    "jurisdiction",
    "registry",
    "registration_number",
    "formed_on",
    "contact",
    "incident_contact",
)


def with_statement(snapshot: Snapshot, stated: Statement) -> Snapshot:
    """Return the snapshot with what the operator states in place of any earlier statement, and with its digest."""
    block = snapshot.blocks[0]
    proof = DocumentEvidence(
        chain_id=block.chain_id,
        block_number=block.number,
        block_hash=block.hash,
        uri=stated.file,
        sha256=stated.sha256,
    )
    maker = _Maker(stated, (proof,), snapshot)
    dao = changed(
        snapshot.dao,
        accountability=changed(snapshot.dao.accountability, **maker.facts()),
        legal_document=maker.legal_document(),
        contact=maker.answer(bool(stated.contact), "a contact"),
    )
    others = tuple(one for one in snapshot.inputs if not one.name.startswith(INPUT))
    given = InputDigest(name=f"{INPUT}{stated.file}", sha256=stated.sha256)
    return snapshot.model_copy(update={"dao": dao, "inputs": (*others, given)})


class _Maker:
    """Makes facts of statements; everything rests on the file."""

    def __init__(self, stated: Statement, evidence: tuple[Evidence, ...], snapshot: Snapshot) -> None:
        self._stated = stated
        self._evidence = evidence
        self._snapshot = snapshot
        who = f" by {stated.asserted_by}" if stated.asserted_by else ""
        when = f" on {stated.asserted_on}" if stated.asserted_on else ""
        self._how = f"stated{who}{when}, not checked"

    def facts(self) -> dict[str, Any]:
        """Return the fields of the model that a statement fills."""
        stated = self._stated
        kept = tuple(
            one for one in self._snapshot.dao.accountability.documents.items if one.source is not Source.OPERATOR
        )
        identifiers = tuple(self._identifier(text) for text in stated.identifiers)
        audits = tuple(self._audit(one) for one in stated.audits)
        documents = tuple(self._document(one) for one in stated.documents)
        return {
            **{name: self._text(name) for name in _TEXTS},
            "wrapper": self._wrapper(),
            "identifiers": Collection[PublicIdentifier](items=identifiers, complete=True),
            "identifier_count": self._known(len(identifiers)),
            "identifier_in_scope": self._in_scope(identifiers),
            "audits": Collection[Audit](items=audits, complete=True),
            "audit_count": self._known(len(audits)),
            "audits_with_commit": self._known(sum(bool(one.commit) for one in audits)),
            "documents": Collection[Document](items=documents + kept, complete=True),
            "responses": tuple(
                Response(about=one.about, text=one.text, author=one.author, date=one.date, evidence=self._evidence)
                for one in stated.responses
            ),
        }

    def answer(self, evidenced: bool, what: str) -> Known[bool]:
        how = self._how if evidenced else f"{what} is not evidenced in {self._stated.file}"
        return Known(value=evidenced, evidence=self._evidence, derivation=how)

    def legal_document(self) -> Known[bool]:
        """A legal document or wrapper is evidenced by the file, or by the DAO's own document (DAOIP-9)."""
        told = self._snapshot.dao.accountability.legal_uri
        if isinstance(told, Known) and told.value:
            return told
        return self.answer(bool(self._stated.wrapper or self._stated.documents), "a legal document or wrapper")

    def _known(self, value: int) -> Known[int]:
        return Known(value=value, evidence=self._evidence, derivation=self._how)

    def _missing(self, what: str) -> Unknown:
        detail = f"not evidenced: {self._stated.file} gives no {what}"
        return Unknown(reason=Reason.OFF_CHAIN, detail=detail, evidence=self._evidence)

    def _text(self, name: str) -> Known[str] | Unknown:
        value: str = getattr(self._stated, name)
        if not value:
            return self._missing(name.replace("_", " "))
        return Known(value=value, evidence=self._evidence, derivation=self._how)

    def _wrapper(self) -> Known[Wrapper] | Unknown:
        if not self._stated.wrapper:
            return self._missing("legal wrapper")
        return Known(value=Wrapper(self._stated.wrapper), evidence=self._evidence, derivation=self._how)

    def _identifier(self, text: str) -> PublicIdentifier:
        return PublicIdentifier(identifier=text, in_scope=self._matched(text), evidence=self._evidence)

    def _matched(self, text: str) -> Known[bool] | Unknown:
        found = _ADDRESS.match(text)
        if found is None:
            detail = "the identifier is no address: it cannot be compared with contracts"
            return Unknown(reason=Reason.OFF_CHAIN, detail=detail, evidence=self._evidence)
        chain_id = int(found.group(1)) if found.group(1) else self._snapshot.target.chain_id
        if chain_id != self._snapshot.target.chain_id:
            detail = f"the identifier is on chain {chain_id}, which this scan did not read"
            return Unknown(reason=Reason.OFF_CHAIN, detail=detail, evidence=self._evidence)
        return in_scope(self._snapshot, found.group(2).lower(), self._evidence)

    def _in_scope(self, identifiers: tuple[PublicIdentifier, ...]) -> Known[bool] | Unknown:
        if not identifiers:
            return self._missing("public identifier")
        answers = [one.in_scope for one in identifiers]
        wrong = next((one for one in answers if isinstance(one, Known) and not one.value), None)
        open_ = next((one for one in answers if isinstance(one, Unknown)), None)
        return wrong or open_ or answers[0]

    def _digest(self, digest: str, *, read: bool, name: str) -> Known[str] | Unknown:
        if not digest:
            return Unknown(reason=Reason.OFF_CHAIN, detail="not evidenced: the document was not handed in")
        if not read:
            return Known(value=digest, evidence=self._evidence, derivation="stated; the document was not read")
        return Known(value=digest, evidence=(self._file(name, digest),), derivation="of the file that was handed in")

    def _file(self, name: str, digest: str) -> DocumentEvidence:
        block = self._snapshot.blocks[0]
        return DocumentEvidence(
            chain_id=block.chain_id,
            block_number=block.number,
            block_hash=block.hash,
            uri=name,
            sha256=digest,
        )

    def _document(self, one: StatedDocument) -> Document:
        return Document(
            what=one.what,
            source=Source.OPERATOR,
            title=one.title,
            uri=one.uri,
            file=one.file,
            sha256=self._digest(one.sha256, read=one.read, name=one.file),
            evidence=self._evidence,
        )

    def _audit(self, one: StatedAudit) -> Audit:
        return Audit(
            auditor=one.auditor,
            date=one.date,
            commit=one.commit,
            report=one.report,
            sha256=self._digest(one.sha256, read=one.read, name=one.report),
            evidence=self._evidence,
        )
