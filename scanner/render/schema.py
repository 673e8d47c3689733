"""The JSON Schema of report.json. `python -m scanner.render.schema FILE` writes it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from scanner.render.report_model import Report

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NAMES = {
    "Known_Annotated_int__BeforeValidator__PlainSerializer__": "KnownInteger",
    "Known_Annotated_str__StringConstraints__": "KnownAddress",
    "Known_bool_": "KnownBoolean",
    "Known_str_": "KnownText",
    "Known_tuple_str__________": "KnownNames",
}
"""Readable names for the observation types, whose generated names spell out their parameters."""


class _AllPresent(GenerateJsonSchema):
    """A report is written whole: what has a default is there all the same, unless it is left out when empty."""

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        return "serialization_exclude_if" not in field


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) that every report.json meets."""
    generated = json.dumps(Report.model_json_schema(mode="serialization", schema_generator=_AllPresent))
    for old, new in _NAMES.items():
        generated = generated.replace(f'"{old}"', f'"{new}"').replace(f'#/$defs/{old}"', f'#/$defs/{new}"')
    described: dict[str, Any] = json.loads(generated)
    described["title"] = "daoscan report"
    return {"$schema": DIALECT, **described}


def dump_schema() -> str:
    """Return the schema as text, as it is published."""
    return json.dumps(schema(), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(dump_schema(), encoding="utf-8", newline="\n")
