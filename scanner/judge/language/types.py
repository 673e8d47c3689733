"""The types of the condition language and the shape of what conditions can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a value is; the text is what a rule author reads."""

    INTEGER = "integer"
    RATIO = "ratio"
    TEXT = "text"
    BOOL = "true/false"
    NAMES = "names"
    ITEMS = "collection"
    RECORD = "record"


@dataclass(frozen=True)
class Type:
    """A kind, the record it holds or is, and the values that a text can have (empty: any)."""

    kind: Kind
    record: str = ""
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.kind is Kind.ITEMS:
            return f"collection of {self.record}"
        return self.record if self.kind is Kind.RECORD else self.kind.value

    @property
    def numeric(self) -> bool:
        return self.kind in (Kind.INTEGER, Kind.RATIO)


INTEGER = Type(Kind.INTEGER)
RATIO = Type(Kind.RATIO)
TEXT = Type(Kind.TEXT)
BOOL = Type(Kind.BOOL)
NAMES = Type(Kind.NAMES)


@dataclass(frozen=True)
class FieldSpec:
    """One readable field. `observed`: it can be unknown; `relation`: it leads elsewhere in the snapshot."""

    name: str
    type: Type
    description: str
    observed: bool
    relation: bool = False


@dataclass(frozen=True)
class RecordSpec:
    """The readable fields of one kind of thing."""

    name: str
    description: str
    fields: Mapping[str, FieldSpec]


@dataclass(frozen=True)
class Schema:
    """All records, and under which name a rule sees an instance of each subject kind."""

    records: Mapping[str, RecordSpec]
    subjects: Mapping[str, str]

    def roots(self, subject: str) -> dict[str, Type]:
        """Return the names that a rule about `subject` sees, with their types."""
        names = [subject, *(name for name in ("dao", "membership") if name != subject)]
        return {name: Type(Kind.RECORD, self.subjects[name]) for name in names}
