"""The accountability file: what an operator states about who answers for a DAO, and the DAO's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from scanner.judge.yaml_strict import Node, Scalar
from scanner.manifest.fields import Fields, Loaded, digest_beside, load_fields
from scanner.model.accountability import Wrapper

KEYS = (
    "schema",
    "wrapper",
    "contact",
    "incident_contact",
    "documents",
    "audits",
    "response",
    "asserted_by",
    "asserted_on",
)
_WRAPPER = ("type", "name", "jurisdiction", "registry", "number", "formed_on", "public_identifiers")
_DOCUMENT = ("what", "title", "uri", "file", "sha256")
_AUDIT = ("by", "date", "commit", "report", "file", "sha256")
_RESPONSE = ("about", "text", "by", "on")
_ABOUT = re.compile(r"[A-Z][A-Z0-9]{1,7}-[0-9]{3,5}\Z|[0-9a-f]{64}\Z")
_COMMIT = re.compile(r"[0-9a-f]{7,64}\Z")
MAX_RESPONSE = 20_000


@dataclass(frozen=True)
class StatedDocument:
    """A document: by URI, or a file that stands beside the accountability file and was digested."""

    what: str
    title: str
    uri: str
    file: str
    sha256: str
    read: bool


@dataclass(frozen=True)
class StatedAudit:
    """An audit; `report` is a URI or the name of a file."""

    auditor: str
    date: str
    commit: str
    report: str
    sha256: str
    read: bool


@dataclass(frozen=True)
class StatedResponse:
    """The DAO's words about one rule or finding, or about the whole (`about` is empty then)."""

    about: str
    text: str
    author: str
    date: str


@dataclass(frozen=True)
class Statement:
    """All that the file states; empty text is what it does not state."""

    file: str
    sha256: str
    wrapper: str = ""
    legal_name: str = ""
    jurisdiction: str = ""
    registry: str = ""
    registration_number: str = ""
    formed_on: str = ""
    contact: str = ""
    incident_contact: str = ""
    identifiers: tuple[str, ...] = ()
    documents: tuple[StatedDocument, ...] = ()
    audits: tuple[StatedAudit, ...] = ()
    responses: tuple[StatedResponse, ...] = ()
    asserted_by: str = ""
    asserted_on: str = ""


def read_statement(path: Path) -> Statement:
    """Read an accountability file. Raises UsageError or RuleError with file:line:column."""
    return statement(load_fields(path, KEYS, "accountability file"))


def statement(loaded: Loaded) -> Statement:
    """Return what a loaded file, or the block of a manifest, states."""
    root = loaded.root
    wrapper = root.map("wrapper", _WRAPPER)
    return Statement(
        file=loaded.file,
        sha256=loaded.sha256,
        wrapper=wrapper.one_of("type", tuple(one.value for one in Wrapper)) if wrapper else "",
        legal_name=wrapper.text("name") if wrapper else "",
        jurisdiction=wrapper.text("jurisdiction") if wrapper else "",
        registry=wrapper.text("registry") if wrapper else "",
        registration_number=wrapper.text("number") if wrapper else "",
        formed_on=wrapper.day("formed_on") if wrapper else "",
        contact=root.text("contact"),
        incident_contact=root.text("incident_contact"),
        identifiers=_identifiers(wrapper) if wrapper else (),
        documents=tuple(_document(node, loaded.folder) for node in root.items("documents")),
        audits=tuple(_audit(node, loaded.folder) for node in root.items("audits")),
        responses=_responses(root),
        asserted_by=root.text("asserted_by"),
        asserted_on=root.day("asserted_on"),
    )


def _identifiers(wrapper: Fields) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text, mark in wrapper.texts("public_identifiers"):
        if not text or text in found:
            raise mark.error("a public identifier is empty or there twice")
        found[text] = None
    return tuple(found)


def _document(node: Node, folder: Path) -> StatedDocument:
    fields = Fields(node, _DOCUMENT)
    uri, file, digest, read = _where(fields, "uri", folder)
    return StatedDocument(fields.text("what") or "legal document", fields.text("title"), uri, file, digest, read)


def _audit(node: Node, folder: Path) -> StatedAudit:
    fields = Fields(node, _AUDIT)
    uri, file, digest, read = _where(fields, "report", folder, needed=False)
    commit = fields.text("commit").lower()
    if commit and not _COMMIT.match(commit):
        raise fields.at("commit").error(f"not a commit: {commit[:60]!r}", "7 to 64 hex digits, quoted")
    fields.needed("date")
    return StatedAudit(fields.needed("by"), fields.day("date"), commit, uri or file, digest, read)


def _where(fields: Fields, key: str, folder: Path, *, needed: bool = True) -> tuple[str, str, str, bool]:
    """Return (URI, file, SHA-256, whether the bytes were read)."""
    uri, file, stated = fields.uri(key), fields.text("file"), fields.sha256("sha256")
    if needed and not uri and not file:
        raise fields.mark.error(f"a document has {key} or file")
    if not file:
        return uri, "", stated, False
    found = digest_beside(folder, file, fields.at("file"))
    if stated and stated != found:
        raise fields.at("sha256").error(
            f"the file has another SHA-256: {found}", "the document was changed, or the digest"
        )
    return uri, Path(file).name, found, True


def _responses(root: Fields) -> tuple[StatedResponse, ...]:
    node = root.get("response")
    if node is None:
        return ()
    if isinstance(node, Scalar):
        return (StatedResponse("", root.needed("response", most=MAX_RESPONSE), "", ""),)
    found: list[StatedResponse] = []
    for item in root.items("response"):
        fields = Fields(item, _RESPONSE)
        about = fields.text("about")
        if about and not _ABOUT.match(about):
            hint = "the id of a rule (RSP-001), the fingerprint of a finding, or nothing"
            raise fields.at("about").error(f"a response is about no {about[:60]!r}", hint)
        text = fields.needed("text", most=MAX_RESPONSE)
        found.append(StatedResponse(about, text, fields.text("by"), fields.day("on")))
    return tuple(found)
