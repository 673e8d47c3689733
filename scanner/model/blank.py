"""Models whose facts are all unknown, to start from: what nobody fills in stays unknown with its reason."""

from __future__ import annotations

from enum import Enum
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, to_jsonable_python

from scanner.model.observation import Collection, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS, Model

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


def blank_field(model: type[Model], name: str, unknown: Unknown) -> Any:
    """Return, as JSON, what stands for a field of `model` that nobody fills in: `unknown`, or as little as it can hold.

    Fields with a default keep it, observations apart.
    """
    field = model.model_fields[name]
    if _is_observation(field):
        return unknown.model_dump(mode="json")
    if isinstance(field.annotation, type) and issubclass(field.annotation, Model):
        return _least(field.annotation, field, unknown)
    if field.default is not PydanticUndefined or field.default_factory is not None:
        said = model.model_construct().model_dump(mode="json", include={name}, warnings=False)
        # Fields that leave themselves out while they are empty are written all the same: rules may ask for them.
        return said[name] if name in said else to_jsonable_python(field.get_default(call_default_factory=True))
    return _least(field.annotation, field, unknown)


def _least(annotation: Any, field: FieldInfo, unknown: Unknown) -> Any:
    if isinstance(annotation, type):
        if issubclass(annotation, Collection):
            return {"items": [], "complete": False, "reason": unknown.detail or unknown.reason.value}
        if issubclass(annotation, Model):
            return {name: blank_field(annotation, name, unknown) for name in annotation.model_fields}
        if issubclass(annotation, Enum):
            return next(iter(annotation)).value
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return inner[0]
    if origin in (Union, UnionType):
        return None if type(None) in inner else _least(inner[0], field, unknown)
    if origin is tuple:
        return []
    if annotation is str:
        patterns = " ".join(str(getattr(one, "pattern", "")) for one in field.metadata)
        return ZERO_ADDRESS if "{40}" in patterns else "0x" if "0x" in patterns else ""
    return False if annotation is bool else 0
