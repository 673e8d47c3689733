"""What a report covers: counted once, for the page, the JSON and the terminal."""

from __future__ import annotations

from collections import Counter

from scanner.locale.locale import Locale
from scanner.locale.phrase import Phrase
from scanner.model.kinds import ActorKind, Verification
from scanner.model.observation import Known
from scanner.model.outcome import Assessment, Status
from scanner.model.snapshot import Snapshot
from scanner.render.quantities import percent
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
        lists=snapshot.dao.list_count,
        lists_outdated=sum(one.latest and one.stale for one in snapshot.dao.lists),
        on_chain_unknowns=sum(
            outcome.status is Status.UNKNOWN and outcome.on_chain_gap for outcome in assessment.outcomes
        ),
        round_trips=snapshot.round_trips,
        rules=assessment.rules,
    )


def coverage_sentence(t: Locale, coverage: Coverage) -> Phrase:
    """Return the coverage in one line: what was read, and what was not."""
    undecided = coverage.outcomes.unknown + coverage.outcomes.error
    parts = [
        t(
            "coverage.contracts" if coverage.contracts_complete else "coverage.contracts_or_more",
            source=coverage.contracts_with_source,
            contracts=t("count.contract", n=coverage.contracts),
            matched=coverage.contracts_source_matched,
        ),
        _list(
            t,
            t("coverage.controls", n=coverage.controls, unresolved=coverage.controls_unresolved),
            coverage.controls_complete,
        ),
        _list(t, t("count.proposal", n=coverage.proposals), coverage.proposals_complete),
        t(
            "coverage.rules",
            rules=t("count.rule", n=coverage.rules_run),
            decided=percent(t, coverage.decided_bps),
            undecided=undecided,
        ),
        t("count.gap", n=coverage.gaps),
        t("coverage.lists", n=coverage.lists, outdated=coverage.lists_outdated),
    ]
    return t("sentence", text=t.joined(parts, "semicolon"))


def _list(t: Locale, text: Phrase, complete: bool) -> Phrase:
    return text if complete else t("coverage.not_complete", list=text)
