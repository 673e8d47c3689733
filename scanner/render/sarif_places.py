"""Where results of SARIF stand in a repository: files found by content, the manifest's lines, declarations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote

from scanner.model.evidence import SourceEvidence
from scanner.model.outcome import Finding, Subject

SNAPSHOT_FILE = "snapshot.json"
SOURCE_ROOT = "SRCROOT"
PATH_LIMIT = 1_000


class Place(NamedTuple):
    """Lines of a file; `uri` is relative, `digest` the SHA-256 of its bytes in hex."""

    uri: str
    digest: str
    first: int
    last: int


@dataclass(frozen=True)
class ManifestFile:
    """The manifest that a scan was given; `uri` from the repository's folder."""

    uri: str
    digest: str
    text: str = field(repr=False)

    def place(self, subject: Subject) -> Place:
        """Return the line that names a subject's address, else the first."""
        address = subject.id.partition("#")[0].rsplit(":", 1)[-1].lower()
        lines = self.text.lower().splitlines()
        number = next((number for number, line in enumerate(lines, 1) if address and address in line), 1)
        return Place(self.uri, self.digest, number, number)


@dataclass(frozen=True)
class Places:
    """`files`: paths in the repository by content; `homes`: where a subject is declared, by its id.

    `automation` names what was looked at, where that is no DAO on a chain; `broken` are files that could not be read,
    each with the reason.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    homes: Mapping[str, Place] = field(default_factory=dict)
    manifest: ManifestFile | None = None
    automation: str = ""
    broken: tuple[tuple[str, Place], ...] = ()

    def of(self, item: Finding) -> list[Place]:
        """Return the places of a finding, the one where it is shown first; none where it rests on no source.

        Lines of repository files come first, then the subject's declaration, then the manifest's line that names it,
        then the source as it was verified.
        """
        pieces = [piece for piece in dict.fromkeys(item.evidence) if isinstance(piece, SourceEvidence)]
        found = [place for piece in pieces if (place := self._repository(piece))]
        home = self.homes.get(item.subject.id)
        if home is not None and not found:
            found.append(home)
        if self.manifest is not None and not found:
            found.append(self.manifest.place(item.subject))
        found += [place for piece in pieces if not self._repository(piece) and (place := _verified(piece))]
        return list(dict.fromkeys(found))

    def _repository(self, piece: SourceEvidence) -> Place | None:
        path = self.files.get(piece.file_sha256.removeprefix("0x"))
        return _place(piece, source_uri(path)) if path else None


NOWHERE = Places()
"""No repository is known."""


def _verified(piece: SourceEvidence) -> Place | None:
    return _place(piece, source_uri(piece.file))


def _place(piece: SourceEvidence, uri: str) -> Place | None:
    if not uri:
        return None
    first = max(piece.first_line, 1)
    return Place(uri, piece.file_sha256.removeprefix("0x"), first, max(piece.last_line, first))


def source_uri(path: str) -> str:
    """Return a stranger's path as a relative URI that stays below its root; empty when nothing of it is left.

    RFC 3986: no scheme, no authority, no leading slash, no dot segments; everything else percent-encoded as UTF-8.
    """
    parts: list[str] = []
    for part in path.replace("\\", "/").split("/"):
        if part == "..":
            parts[-1:] = []
        elif part not in {"", "."}:
            parts.append(quote(part.encode("utf-8", "replace"), safe="@"))
    uri = "/".join(parts)
    return uri if len(uri) <= PATH_LIMIT else ""


class Artifacts:
    """The files that results stand on, numbered as they are met. A path may stand for files of several contracts."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}

    def physical(self, place: Place) -> dict[str, Any]:
        """Return a `physicalLocation`."""
        number = self._numbers.setdefault((place.uri, place.digest), len(self._numbers))
        return {
            "artifactLocation": {"uri": place.uri, "uriBaseId": SOURCE_ROOT, "index": number},
            "region": {"startLine": place.first, "endLine": place.last},
        }

    def listed(self) -> list[dict[str, Any]]:
        """Return the `artifacts` of the run."""
        return [
            {"location": {"uri": uri, "uriBaseId": SOURCE_ROOT}, "hashes": {"sha-256": digest}}
            for uri, digest in self._numbers
        ]


def anchor() -> dict[str, Any]:
    """Return the place of what rests on no source: the snapshot, which holds what it rests on."""
    return {"artifactLocation": {"uri": SNAPSHOT_FILE}, "region": {"startLine": 1}}


def physical(places: Iterable[Place], artifacts: Artifacts) -> list[dict[str, Any]]:
    """Return the places as SARIF writes them."""
    return [artifacts.physical(place) for place in places]
