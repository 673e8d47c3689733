"""What SARIF 2.1.0 (OASIS, 2020) and code scanning services ask of the objects that daoscan writes, as a JSON schema.

Objects are closed: a property that the standard does not know is refused. Sections in brackets are those of the
standard.
"""

from __future__ import annotations

from typing import Any


def _object(required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


def _list(items: Any, **limits: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **limits}


def _text(limit: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": limit}


_ANY = {"type": "object"}
_INDEX = {"type": "integer", "minimum": 0}
_LINE = {"type": "integer", "minimum": 1}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_MESSAGE = _object("text", text=_text(1_000))  # [3.11]
_HELP = _object("text markdown", text=_text(50_000), markdown=_text(50_000))
_ARTIFACT_LOCATION = _object(  # [3.4]
    "uri", uri=_text(1_000), uriBaseId={"const": "SRCROOT"}, index=_INDEX
)
_PHYSICAL = _object(  # [3.29]
    "artifactLocation region",
    artifactLocation=_ARTIFACT_LOCATION,
    region=_object("startLine", startLine=_LINE, endLine=_LINE),  # [3.30]
)
_LOGICAL = _object(  # [3.33]
    "fullyQualifiedName kind", name=_text(1_000), fullyQualifiedName=_text(1_000), kind=_text(100)
)
_RULE = _object(  # [3.49]; the services ask for help and both descriptions
    "id name shortDescription fullDescription help defaultConfiguration properties",
    id=_text(255),
    name=_text(255),
    shortDescription=_object("text", text=_text(1_024)),
    fullDescription=_object("text", text=_text(1_024)),
    help=_HELP,
    defaultConfiguration=_object("level", level=_LEVEL),
    properties={
        "type": "object",
        "required": ["tags", "problem.severity"],
        "properties": {
            "tags": _list(_text(100), maxItems=10, minItems=1, uniqueItems=True),
            "problem.severity": {"enum": ["error", "warning", "recommendation"]},
            "precision": {"enum": ["very-high", "high", "medium", "low"]},
            "security-severity": {"type": "string", "pattern": r"^(10\.0|[0-9]\.[0-9])$"},
        },
    },
)
_RESULT = _object(  # [3.27]
    "ruleId ruleIndex level message locations partialFingerprints",
    ruleId=_text(255),
    ruleIndex=_INDEX,
    level=_LEVEL,
    message=_MESSAGE,
    locations=_list(
        _object(
            "physicalLocation logicalLocations",
            physicalLocation=_PHYSICAL,
            logicalLocations=_list(_LOGICAL, minItems=1, uniqueItems=True),
        ),
        minItems=1,
        maxItems=1,
    ),
    relatedLocations=_list(_object("id physicalLocation", id=_INDEX, physicalLocation=_PHYSICAL), uniqueItems=True),
    partialFingerprints=_object(
        "daoscan/v1 primaryLocationLineHash",
        **{
            "daoscan/v1": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "primaryLocationLineHash": {"type": "string", "pattern": "^[0-9a-f]{64}:1$"},
        },
    ),
    suppressions=_list(  # [3.27.23, 3.35]
        _object(
            "kind status justification",
            kind={"enum": ["inSource", "external"]},
            status={"enum": ["accepted", "underReview", "rejected"]},
            justification=_text(1_000),
            properties=_ANY,
        ),
        minItems=1,
    ),
    properties=_ANY,
)
_NOTIFICATION = _object(  # [3.58]
    "descriptor level message",
    descriptor=_object("id", id=_text(100)),
    level=_LEVEL,
    message=_MESSAGE,
    associatedRule=_object("id index", id=_text(255), index=_INDEX),
)
_DRIVER = _object(  # [3.19]
    "name version rules",
    name={"const": "daoscan"},
    version=_text(100),
    rules=_list(_RULE, uniqueItems=True),
    notifications=_list(
        _object("id shortDescription", id=_text(100), shortDescription=_object("text", text=_text(1_024))),
        uniqueItems=True,
    ),
)
_RUN = _object(  # [3.14]
    "tool automationDetails invocations originalUriBaseIds artifacts results",
    tool=_object("driver", driver=_DRIVER),
    automationDetails=_object("id", id={"type": "string", "pattern": r"^daoscan/eip155:\d+:0x[0-9a-f]{40}/$"}),
    invocations=_list(
        _object(  # [3.20]
            "executionSuccessful toolExecutionNotifications",
            executionSuccessful={"type": "boolean"},
            toolExecutionNotifications=_list(_NOTIFICATION),
        ),
        minItems=1,
        maxItems=1,
    ),
    originalUriBaseIds=_object("SRCROOT", SRCROOT=_object("description", description=_MESSAGE)),  # [3.14.14]
    artifacts=_list(  # [3.24]
        _object(
            "location hashes",
            location=_ARTIFACT_LOCATION,
            hashes=_object("sha-256", **{"sha-256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}),
        ),
        uniqueItems=True,
    ),
    results=_list(_RESULT, maxItems=5_000),
    properties=_ANY,
)
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_object(  # [3.13]
        "$schema version runs",
        **{
            "$schema": {"const": "https://json.schemastore.org/sarif-2.1.0.json"},
            "version": {"const": "2.1.0"},
            "runs": _list(_RUN, minItems=1, maxItems=1),
        },
    ),
}
