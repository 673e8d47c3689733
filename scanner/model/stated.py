"""Facts that auditors' own analyses state about code. Their names and types are the auditors', not the model's."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from scanner.model.observation import BoolObs, IntObs, NamesObs, Reason, StrObs, Unknown
from scanner.model.values import Model

FACT_TYPES = ("integer", "text", "true/false", "names")
"""The types that a fact can have, as declarations name them."""

RESERVED = frozenset(
    {"items", "reason", "detail", "evidence", "copy", "dict", "json", "schema", "construct", "validate"}
)
"""Names that no fact can have."""


class IntegerFact(Model):
    """A fact whose value is an exact integer."""

    type: Literal["integer"] = "integer"
    name: str
    analysis: str = Field(description="the analysis that states it: its file's name without .py")
    value: IntObs


class TextFact(Model):
    """A fact whose value is text."""

    type: Literal["text"] = "text"
    name: str
    analysis: str = Field(description="the analysis that states it")
    value: StrObs


class TruthFact(Model):
    """A fact that is true or false."""

    type: Literal["true/false"] = "true/false"
    name: str
    analysis: str = Field(description="the analysis that states it")
    value: BoolObs


class NamesFact(Model):
    """A fact whose value is several names."""

    type: Literal["names"] = "names"
    name: str
    analysis: str = Field(description="the analysis that states it")
    value: NamesObs


StatedFact = Annotated[IntegerFact | TextFact | TruthFact | NamesFact, Field(discriminator="type")]
FACT_MODELS: dict[str, type[IntegerFact] | type[TextFact] | type[TruthFact] | type[NamesFact]] = {
    "integer": IntegerFact,
    "text": TextFact,
    "true/false": TruthFact,
    "names": NamesFact,
}


class StatedFacts(Model):
    """What auditors' analyses state about this code; rules read each fact by its declared name.

    A fact that is not among the items is unknown for `reason`.
    """

    items: tuple[StatedFact, ...] = Field(default=(), description="sorted by name")
    reason: Reason = Reason.ANALYSIS_NOT_RUN
    detail: str = "no analysis that states it was run"

    def __getattr__(self, name: str) -> Any:
        """Return the observation of a fact; everything that no field and no fact is named is unknown."""
        if name.startswith(("_", "model_")) or name in RESERVED:
            raise AttributeError(name)
        for fact in self.items:
            if fact.name == name:
                return fact.value
        return Unknown(reason=self.reason, detail=self.detail)
