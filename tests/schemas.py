"""Whether a report follows its published schema, as the whole checker of JSON Schema says it, without doing work twice.

Where a schema names by which property its alternatives differ, only the one that is named can fit; and what was found
right once under a definition, evidence above all, is right again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from fixtures.localchain import project_root

_PLAIN = Draft202012Validator.VALIDATORS
_DEFS = "#/$defs/"


class Checker:
    """Checks reports by one schema."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._defs = schema["$defs"]
        self._right: set[tuple[str, str]] = set()
        self._apart: set[str] = set()
        checker = extend(Draft202012Validator, {"$ref": self._ref, "oneOf": self._one_of})
        checker.check_schema(schema)
        self._checker = checker(schema)

    def errors(self, report: Mapping[str, Any]) -> list[ValidationError]:
        """Return what is wrong with a report."""
        return list(self._checker.iter_errors(report))

    def _ref(self, validator: Any, ref: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
        key = (ref, json.dumps(instance))
        if key not in self._right:
            wrong = list(_PLAIN["$ref"](validator, ref, instance, schema))
            yield from wrong
            if not wrong and len(key[1]) < _LONG:
                self._right.add(key)

    def _one_of(self, validator: Any, branches: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        told = schema.get("discriminator")
        if told is not None and isinstance(instance, dict):
            name, mapping = told["propertyName"], told["mapping"]
            self._tell_apart(name, mapping, [one["$ref"] for one in branches])
            kind = instance.get(name)
            if isinstance(kind, str) and kind in mapping and not list(validator.descend(instance, _to(mapping[kind]))):
                return
        yield from _PLAIN["oneOf"](validator, branches, instance, schema)

    def _tell_apart(self, name: str, mapping: Mapping[str, str], branches: list[str]) -> None:
        """Assert that each alternative demands its own value of the property: no other one could fit."""
        if (key := json.dumps([name, mapping, branches])) in self._apart:
            return
        assert sorted(mapping.values()) == sorted(branches)
        for value, ref in mapping.items():
            definition = self._defs[ref.removeprefix(_DEFS)]
            assert definition["properties"][name]["const"] == value
            assert name in definition["required"]
        self._apart.add(key)


def _to(ref: str) -> dict[str, str]:
    return {"$ref": ref}


_LONG = 10_000
"""What is longer is not there twice."""


@cache
def published() -> Checker:
    """Return the checker of docs/report.schema.json; all tests of a process share what it has seen."""
    return Checker(json.loads((project_root() / "docs" / "report.schema.json").read_text("utf-8")))
