"""OFAC's two XML forms of the SDN list, read as a stream.

`sdnList` (SDN.XML): `sdnEntry/idList/id` with `idType` "Digital Currency Address - ETH".
`Sanctions` (SDN_ADVANCED.XML): feature types are named in `ReferenceValueSets` and used by
`DistinctParty/Profile/Feature`; programs stand in `SanctionsEntry/SanctionsMeasure/Comment` of the same profile.

A document type declaration is refused, and with it every entity; nothing outside the file is ever read; only the
element that is open, the parties with addresses and the names of feature types are held.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from scanner.lists.interface import MAX_ENTRIES, ListEntry, clean, identify, is_day
from scanner.model.errors import UsageError

CURRENCY = "Digital Currency Address"
_MAX_DEPTH = 64
_MAX_CHARACTERS = 100_000
_CHUNK = 1 << 16
_PROGRAM = "1"
"""SanctionsTypeID of a measure whose comment is the name of a program."""


@dataclass
class _Party:
    """An entry that is being read."""

    names: list[str] = field(default_factory=list)
    addresses: list[tuple[str, str, str]] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    """Addresses are (kind, identifier, place)."""

    def entries(self) -> list[ListEntry]:
        found = []
        for kind, text, where in self.addresses:
            address, evm, chain = _identified(text, where)
            ticker = kind.rpartition(" - ")[2] if " - " in kind else ""
            found.append(
                ListEntry(
                    address=address,
                    evm=evm,
                    kind=kind,
                    chain=chain or ticker,
                    entity=clean(" ".join(self.names)),
                    program=clean(", ".join(dict.fromkeys(self.programs))),
                )
            )
        return found


@dataclass
class OfacFile:
    """What was read. `form` is the format's name, `published` a day or empty."""

    form: str = ""
    published: str = ""
    entries: list[ListEntry] = field(default_factory=list)


class _Reader:
    """Handlers of the parser: the path of open elements, their text, and the two forms' states."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found = OfacFile()
        self._path: list[str] = []
        self._attributes: list[dict[str, str]] = []
        self._text: list[str] = []
        self._length = 0
        self._party = _Party()
        self._id_type = ""
        self._id_number = ""
        self._feature_types: dict[str, str] = {}
        self._profiles: dict[str, _Party] = {}
        self._profile = ""
        self._named = False
        self._day: dict[str, str] = {}
        self._count = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity
        self.parser.ExternalEntityRefHandler = self._external

    def place(self) -> str:
        return f"{self.file}:{self.parser.CurrentLineNumber}:{self.parser.CurrentColumnNumber + 1}"

    def refuse(self, what: str, hint: str = "") -> NoReturn:
        raise UsageError(what, where=self.place(), hint=hint)

    def _doctype(self, *_: object) -> None:
        self.refuse("a document type declaration is not allowed in a list", "OFAC's own files have none")

    def _entity(self, *_: object) -> None:
        self.refuse("an entity declaration is not allowed in a list")

    def _external(self, *_: object) -> int:
        self.refuse("a reference to another file is not allowed in a list")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if not self._path:
            self._root(local)
        if len(self._path) >= _MAX_DEPTH:
            self.refuse(f"nested deeper than {_MAX_DEPTH}")
        self._path.append(local)
        self._attributes.append(attributes)
        self._text, self._length = [], 0
        if self.found.form == "ofac-sdn-xml" and local == "sdnEntry":
            self._party = _Party()
        elif self.found.form == "ofac-advanced-xml":
            self._start_advanced(local, attributes)

    def _root(self, local: str) -> None:
        forms = {"sdnList": "ofac-sdn-xml", "Sanctions": "ofac-advanced-xml"}
        if local not in forms:
            self.refuse(
                f"an XML file that begins with <{local[:40]}> is none of OFAC's", "give SDN.XML or SDN_ADVANCED.XML"
            )
        self.found.form = forms[local]

    def _characters(self, text: str) -> None:
        self._length += len(text)
        if self._length > _MAX_CHARACTERS:
            self.refuse(f"an element with more than {_MAX_CHARACTERS} characters")
        self._text.append(text)

    def _end(self, _: str) -> None:
        local = self._path.pop()
        text = "".join(self._text).strip()
        self._text, self._length = [], 0
        end = self._end_sdn if self.found.form == "ofac-sdn-xml" else self._end_advanced
        end(local, text, self._attributes.pop())

    # ---------------------------------------------------------------------------------------- SDN.XML

    def _end_sdn(self, local: str, text: str, _: dict[str, str]) -> None:
        parent = self._path[-1] if self._path else ""
        if local == "Publish_Date":
            self.found.published = _american(text)
        elif local in ("firstName", "lastName") and parent == "sdnEntry" and text:
            self._party.names.append(text)
        elif local == "program" and parent == "programList":
            self._party.programs.append(text)
        elif local == "idType" and parent == "id":
            self._id_type = text
        elif local == "idNumber" and parent == "id":
            self._id_number = text
        elif local == "id" and parent == "idList":
            if self._id_type.startswith(CURRENCY):
                self._address(self._party, self._id_type, self._id_number)
            self._id_type = self._id_number = ""
        elif local == "sdnEntry":
            self.found.entries.extend(self._party.entries())

    # ---------------------------------------------------------------------------------------- SDN_ADVANCED.XML

    def _start_advanced(self, local: str, attributes: dict[str, str]) -> None:
        if local == "Profile":
            self._profile = attributes.get("ID", "")
            self._party = _Party()
            self._named = False
        elif local == "SanctionsEntry":
            self._profile = attributes.get("ProfileID", "")

    def _end_advanced(self, local: str, text: str, attributes: dict[str, str]) -> None:
        parent = self._path[-1] if self._path else ""
        if parent == "DateOfIssue":
            self._day[local] = text
        elif local == "DateOfIssue" and parent == "Sanctions":
            parts = [self._day.get(name, "") for name in ("Year", "Month", "Day")]
            day = "-".join(part.zfill(2) for part in parts)
            self.found.published = day if is_day(day) else ""
        elif local == "FeatureType" and text.startswith(CURRENCY):
            self._feature_types[attributes.get("ID", "")] = text
        elif local == "NamePartValue" and "Identity" in self._path and self._primary() and not self._named:
            self._party.names.append(text)
        elif local == "DocumentedName":
            self._named = bool(self._party.names)  # the same name in other scripts follows
        elif local == "VersionDetail" and "Feature" in self._path:
            kind = self._feature_types.get(self._attributes[self._path.index("Feature")].get("FeatureTypeID", ""))
            if kind and text:
                self._address(self._party, kind, text)
        elif local == "Profile" and self._party.addresses:
            self._profiles[self._profile] = self._party
        elif local == "Comment" and parent == "SanctionsMeasure" and text:
            party = self._profiles.get(self._profile)
            if party and self._attributes[-1].get("SanctionsTypeID") == _PROGRAM:
                party.programs.append(text)

    def _primary(self) -> bool:
        """Whether the name that is open is the primary one of the primary identity."""
        open_ = dict(zip(self._path, self._attributes, strict=True))
        return all(open_.get(name, {}).get("Primary", "true").lower() == "true" for name in ("Identity", "Alias"))

    def _address(self, party: _Party, kind: str, text: str) -> None:
        self._count += 1
        if self._count > MAX_ENTRIES:
            self.refuse(f"more than {MAX_ENTRIES} addresses")
        party.addresses.append((clean(kind), text.strip(), self.place()))

    def finish(self) -> OfacFile:
        if self.found.form == "ofac-advanced-xml":
            for key in sorted(self._profiles):
                self.found.entries.extend(self._profiles[key].entries())
        return self.found


def _identified(text: str, where: str) -> tuple[str, bool, str]:
    """Return an identifier as a list of a state gives it: one odd entry must not make the others unusable."""
    try:
        return identify("".join(text.split()), where)
    except UsageError:
        return clean(text) or "(empty)", False, ""


def _american(text: str) -> str:
    """Return MM/DD/YYYY as a day, or nothing."""
    month, _, rest = text.partition("/")
    day, _, year = rest.partition("/")
    found = f"{year}-{month.zfill(2)}-{day.zfill(2)}"
    return found if is_day(found) else ""


def parse_ofac(path: Path, seen: Callable[[bytes], None]) -> OfacFile:
    """Read an XML list piece by piece; `seen` is given every piece. Raises UsageError with line and column, OSError."""
    reader = _Reader(path.name)
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                seen(chunk)
                reader.parser.Parse(chunk, False)
            reader.parser.Parse(b"", True)
    except expat.ExpatError as error:
        said = expat.ErrorString(error.code)
        raise UsageError(
            f"not well-formed XML: {said}", where=f"{path.name}:{error.lineno}:{error.offset + 1}"
        ) from None
    except (ValueError, LookupError) as error:
        raise UsageError(f"not readable XML: {type(error).__name__}", where=reader.place()) from None
    return reader.finish()
