"""What a report.json of an earlier run said."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from scanner.compare.compare import OldReport
from scanner.compare.outcomes import judged
from scanner.model.errors import UsageError
from scanner.model.outcome import Outcome, RuleSummary

_OUTCOMES = TypeAdapter(tuple[Outcome, ...])
_RULES = TypeAdapter(tuple[RuleSummary, ...])


def read_old_report(data: bytes, where: str, snapshot_sha256: str) -> OldReport | None:
    """Return what a report.json said, None where it was made from another snapshot. Raises UsageError for no report."""
    try:
        raw: dict[str, Any] = json.loads(data)
        inputs = {str(one["name"]): str(one["sha256"]) for one in raw["inputs"]}
        outcomes = _OUTCOMES.validate_json(json.dumps(raw["outcomes"]))
        rules = _RULES.validate_json(json.dumps(raw["coverage"]["rules"]))
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError) as error:
        raise UsageError(
            "not a report of this version",
            where=where,
            hint="give a report.json that `daoscan` of this version wrote, or take it out of the folder",
        ) from error
    if inputs.get("snapshot") != snapshot_sha256:
        return None
    return OldReport(outcomes=judged(outcomes), rules={rule.id: rule for rule in rules}, inputs=inputs)
