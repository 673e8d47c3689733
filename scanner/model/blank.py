"""Models whose facts are all unknown, to start from: what nobody fills in stays unknown with its reason."""

from __future__ import annotations

from typing import Any, TypeVar, get_args

from pydantic.fields import FieldInfo

from scanner.model.observation import Collection, Reason, Unknown
from scanner.model.values import Model

M = TypeVar("M", bound=Model)


def unknown_facts(model: type[Model], reason: Reason, detail: str = "") -> dict[str, Any]:
    """Return every observation and collection field of `model` as unknown or as empty and incomplete."""
    facts: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if _is_observation(field):
            facts[name] = Unknown(reason=reason, detail=detail)
        elif isinstance(field.annotation, type) and issubclass(field.annotation, Collection):
            facts[name] = field.annotation(items=(), complete=False, reason=detail or reason.value)
    return facts


def all_unknown(model: type[M], reason: Reason, detail: str = "", **known: Any) -> M:
    """Return a `model` whose facts are unknown, but for those given."""
    return model(**{**unknown_facts(model, reason, detail), **known})


def _is_observation(field: FieldInfo) -> bool:
    return Unknown in get_args(field.annotation)
