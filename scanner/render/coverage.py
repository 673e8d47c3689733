"""What a report covers: counted once, for the page, the JSON and the terminal."""

from __future__ import annotations

from collections import Counter

from scanner.model.kinds import ActorKind, Verification
from scanner.model.observation import Known
from scanner.model.outcome import Assessment, Status
from scanner.model.snapshot import Snapshot
from scanner.render.quantities import percent, plural
from scanner.render.report_model import Coverage, OutcomeCounts

_MATCHED = {Verification.EXACT.value, Verification.MATCH.value}
_UNKNOWN = ""


def coverage_of(snapshot: Snapshot, assessment: Assessment) -> Coverage:
    """Return what was read and judged, in numbers."""
    verified = Counter(
        contract.verification.value if isinstance(contract.verification, Known) else _UNKNOWN
        for contract in snapshot.contracts.items
    )
    matched = sum(verified[value] for value in _MATCHED)
    statuses = Counter(outcome.status for outcome in assessment.outcomes)
    decided = statuses[Status.FINDING] + statuses[Status.PASS]
    applying = decided + statuses[Status.UNKNOWN] + statuses[Status.ERROR]
    return Coverage(
        contracts=len(snapshot.contracts.items),
        contracts_complete=snapshot.contracts.complete,
        contracts_with_source=matched + verified[Verification.ASSERTED.value],
        contracts_source_matched=matched,
        contracts_not_verified=verified[Verification.NOT_VERIFIED.value],
        contracts_other_bytecode=verified[Verification.OTHER_BYTECODE.value],
        contracts_verification_unknown=verified[_UNKNOWN],
        controls=len(snapshot.controls.items),
        controls_complete=snapshot.controls.complete,
        controls_unresolved=sum(item.actor_kind is ActorKind.UNRESOLVED for item in snapshot.controls.items),
        proposals=len(snapshot.proposals.items),
        proposals_complete=snapshot.proposals.complete,
        rules_run=len(assessment.rules),
        outcomes=OutcomeCounts(
            finding=statuses[Status.FINDING],
            passed=statuses[Status.PASS],
            unknown=statuses[Status.UNKNOWN],
            not_applicable=statuses[Status.NOT_APPLICABLE],
            error=statuses[Status.ERROR],
        ),
        decided_bps=decided * 10000 // applying if applying else 0,
        gaps=len(snapshot.gaps),
        on_chain_unknowns=sum(
            outcome.status is Status.UNKNOWN and outcome.on_chain_gap for outcome in assessment.outcomes
        ),
        round_trips=snapshot.round_trips,
        rules=assessment.rules,
    )


def coverage_sentence(coverage: Coverage) -> str:
    """Return the coverage in one line: what was read, and what was not."""
    more = "" if coverage.contracts_complete else " or more"
    undecided = coverage.outcomes.unknown + coverage.outcomes.error
    parts = [
        f"{coverage.contracts_with_source} of {plural(coverage.contracts, 'contract')}{more} with source"
        f" ({coverage.contracts_source_matched} compared with the deployed code)",
        f"{plural(coverage.controls, 'line')} of control, {coverage.controls_unresolved} unresolved"
        + ("" if coverage.controls_complete else ", list not complete"),
        f"{plural(coverage.proposals, 'proposal')}" + ("" if coverage.proposals_complete else ", list not complete"),
        f"{plural(coverage.rules_run, 'rule')} run, {percent(coverage.decided_bps)} of the checks that apply decided,"
        f" {undecided} undecided",
        plural(coverage.gaps, "gap"),
    ]
    return "; ".join(parts) + "."
