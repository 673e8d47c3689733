"""What changed against an earlier SARIF file (section 3.27.24): results are new, unchanged, updated or absent.

A result is recognised by its rule and its fingerprint, which stays when words, severity or lines change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.model.errors import UsageError
from scanner.model.outcome import Assessment

FINGERPRINT = "daoscan/v1"
_COMPARED = ("level", "message", "locations")


@dataclass(frozen=True)
class Baseline:
    """The results of an earlier run by rule and fingerprint; those that were absent there already are left out."""

    results: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

    def only_new(self, assessment: Assessment) -> Assessment:
        """Return the assessment with the findings that the earlier run did not have."""
        new = tuple(one for one in assessment.findings if (one.rule_id, one.fingerprint) not in self.results)
        return assessment.model_copy(update={"findings": new})

    def compared(self, log: dict[str, Any]) -> dict[str, Any]:
        """Return a log in which each result says what became of it; absent ones come last, as they were."""
        (run,) = log["runs"]
        results = [{**result, "baselineState": self._state(result)} for result in run["results"]]
        there = {_key(result) for result in results}
        index = {rule["id"]: place for place, rule in enumerate(run["tool"]["driver"]["rules"])}
        absent = [_absent(old, index) for key, old in sorted(self.results.items()) if key not in there]
        return {**log, "runs": [{**run, "results": [*results, *absent]}]}

    def _state(self, result: Mapping[str, Any]) -> str:
        old = self.results.get(_key(result))
        if old is None:
            return "new"
        return "unchanged" if _said(old) == _said(result) else "updated"


def read_baseline(data: bytes, where: str) -> Baseline:
    """Return the results of a SARIF file that daoscan wrote. Raises UsageError."""
    hint = "give a report.sarif of an earlier run of daoscan"
    try:
        log = json.loads(data)
        runs = [run for run in log["runs"] if run["tool"]["driver"]["name"] == "daoscan"]
        results = [result for run in runs for result in run.get("results", ())]
        found = {_key(one): one for one in results if one.get("baselineState") != "absent"}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError("the baseline is no SARIF file with fingerprints of daoscan", where=where, hint=hint) from None
    if log.get("version") != "2.1.0" or not runs:
        raise UsageError("the baseline is no SARIF 2.1.0 file of daoscan", where=where, hint=hint)
    return Baseline(found)


def _key(result: Mapping[str, Any]) -> tuple[str, str]:
    return str(result["ruleId"]), str(result["partialFingerprints"][FINGERPRINT])


def _said(result: Mapping[str, Any]) -> str:
    """What counts as a change. The number of a file among the artifacts does not."""
    return json.dumps([_without_numbers(result.get(name)) for name in _COMPARED], sort_keys=True)


def _without_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_numbers(item) for name, item in value.items() if name != "index"}
    return [_without_numbers(item) for item in value] if isinstance(value, list) else value


def _absent(old: Mapping[str, Any], index: Mapping[str, int]) -> dict[str, Any]:
    kept: dict[str, Any] = _without_numbers({name: value for name, value in old.items() if name != "ruleIndex"})
    if old["ruleId"] in index:
        kept["ruleIndex"] = index[old["ruleId"]]
    return {**kept, "baselineState": "absent"}
