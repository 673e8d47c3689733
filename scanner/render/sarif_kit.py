"""What a reader brings along, in SARIF: suppressions (section 3.27.23), and notes on what was left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.locale.locale import Locale
from scanner.model.kit import SuppressionState
from scanner.model.outcome import Assessment, Finding
from scanner.render.sarif_rules import plain

TEXT_LIMIT = 400
KIT_NOTIFICATIONS = (("left-out", "sarif.left_out"), ("suppression", "sarif.suppression"))
"""(id, key of its words)"""


def suppressions(finding: Finding) -> dict[str, Any]:
    """Return the `suppressions` of a result, or nothing: an acceptance that has expired suppresses nothing."""
    acceptance = finding.acceptance
    if acceptance is None:
        return {}
    by = f" (by {acceptance.by})" if acceptance.by else ""
    return {
        "suppressions": [
            {
                "kind": "external",
                "status": "rejected" if acceptance.expired else "accepted",
                "justification": plain(f"{acceptance.reason}{by}", TEXT_LIMIT),
                "properties": {"expires": acceptance.expires, "expired": acceptance.expired},
            }
        ]
    }


def kit_properties(assessment: Assessment) -> dict[str, Any]:
    """Return what the properties of the run say: profile and policy, where there are any."""
    found: dict[str, Any] = {}
    if assessment.profile is not None:
        found["profile"] = assessment.profile.name
    if assessment.policy is not None:
        found["policy"] = {
            "id": assessment.policy.id,
            "verdict": assessment.policy.verdict.value,
            "exitCode": assessment.policy.exit_code,
            "criteria": [{"id": one.id, "verdict": one.verdict.value} for one in assessment.policy.criteria],
        }
    return found


def kit_notes(t: Locale, assessment: Assessment) -> Iterator[tuple[str, str]]:
    """Return (notification id, text) for each rule that was left out and each suppression that does not hold."""
    for rule in assessment.disabled:
        yield "left-out", t("sarif.did_not_run", rule=rule.id, why=rule.why)
    for entry in assessment.suppressions:
        if entry.note:
            named = entry.rule_id or entry.fingerprint[:16]
            state = "partly_used" if entry.state is SuppressionState.ACTIVE else entry.state.value
            line = t.own(str(entry.line))
            yield "suppression", t(f"sarif.entry_{state}", line=line, named=named, note=entry.note)
