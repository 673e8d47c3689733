"""report.sarif: SARIF 2.1.0 as code scanning services read it.

One run; one reporting descriptor for every rule that ran; one result for every finding. Findings that rest on source
stand on its lines, all others on the first line of snapshot.json, which holds what they rest on. What stayed undecided
is told by notifications of the invocation: a file without results is no clearance.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scanner.locale.load import ENGLISH
from scanner.locale.locale import Locale
from scanner.model.outcome import Assessment, Finding, Outcome, Severity, Status
from scanner.model.snapshot import Snapshot
from scanner.render.coverage import coverage_of, coverage_sentence
from scanner.render.findings_view import severity_order
from scanner.render.lookup import Lookup, look_up
from scanner.render.report_json import dump, inputs_of
from scanner.render.sarif_baseline import FINGERPRINT, Baseline
from scanner.render.sarif_kit import KIT_NOTIFICATIONS, kit_notes, kit_properties, suppressions
from scanner.render.sarif_places import NOWHERE, SOURCE_ROOT, Artifacts, Place, Places, anchor, physical
from scanner.render.sarif_rules import LEVELS, descriptors, plain
from scanner.render.text import line
from scanner.render.unchecked_view import UndecidedView, partial_collections, undecided_views
from scanner.render.words import inline, words

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RESULTS_LIMIT = 5_000
RULES_LIMIT = 25_000
MESSAGE_LIMIT = 1_000
RELATED_LIMIT = 10
"""Further places of one result."""
ZIPPED_LIMIT = 10_000_000
"""Bytes of the file, packed by gzip, that code scanning takes."""
_NOTIFICATIONS = ("check-failed", "gap", "results-cut", "rules-cut", "undecided")


@dataclass(frozen=True)
class SarifOptions:
    """Where results stand, what they are compared with, and how many there may be."""

    places: Places = NOWHERE
    baseline: Baseline | None = None
    limit: int = RESULTS_LIMIT


PLAIN = SarifOptions()


def sarif_file(
    snapshot: Snapshot, assessment: Assessment, snapshot_sha256: str, t: Locale, options: SarifOptions = PLAIN
) -> str:
    """Return the text of the file, with as many of the worst results as a service accepts."""
    while True:
        log = sarif(snapshot, assessment, snapshot_sha256, t, options)
        text = dump(options.baseline.compared(log) if options.baseline else log)
        if (
            len(text) <= ZIPPED_LIMIT
            or len(gzip.compress(text.encode(), mtime=0)) <= ZIPPED_LIMIT
            or options.limit <= 1
        ):
            return text
        options = replace(options, limit=min(options.limit, len(assessment.findings)) // 2)


def sarif(
    snapshot: Snapshot,
    assessment: Assessment,
    snapshot_sha256: str,
    t: Locale,
    options: SarifOptions = PLAIN,
) -> dict[str, Any]:
    """Return the log as JSON values, without a baseline. The same inputs give the same values."""
    found = sorted(assessment.findings, key=severity_order)
    kept = found[: options.limit]
    places = options.places
    rules = _rules_kept(t, assessment, kept)
    index = {rule["id"]: place for place, rule in enumerate(rules)}
    artifacts = Artifacts()
    results = [_result(item, index, physical(places.of(item)[: RELATED_LIMIT + 1], artifacts)) for item in kept]
    notes = _notifications(look_up(snapshot, assessment, t), index, whole=not places.automation)
    notes += [_broken(text, place) for text, place in places.broken]
    notes += [_notification(name, "note", text) for name, text in kit_notes(t, assessment)]
    if len(found) > len(kept):
        text = t("sarif.results_listed", findings=t("count.finding", n=len(found)), kept=len(kept))
        notes.insert(0, _notification("results-cut", "error", text))
    if len(assessment.rules) > len(rules):
        text = t("sarif.rules_listed", rules=t("count.rule", n=len(assessment.rules)), kept=len(rules))
        notes.insert(0, _notification("rules-cut", "warning", text))
    run = {
        "tool": {"driver": _driver(t, snapshot, rules)},
        "automationDetails": {"id": f"daoscan/{places.automation or snapshot.target.caip10}/"},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "originalUriBaseIds": {SOURCE_ROOT: {"description": {"text": t("sarif.source_root")}}},
        "artifacts": artifacts.listed(),
        "results": results,
        "properties": _about_code(t, snapshot, assessment, places.automation)
        if places.automation
        else _about(t, snapshot, assessment, snapshot_sha256),
    }
    if t.lang != ENGLISH:
        run["language"] = t.lang
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver(t: Locale, snapshot: Snapshot, rules: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": "daoscan",
        "version": snapshot.tool_version,
        "rules": list(rules),
        "notifications": [
            {"id": name, "shortDescription": {"text": t(f"sarif.{name.replace('-', '_')}")}} for name in _NOTIFICATIONS
        ]
        + [{"id": name, "shortDescription": {"text": t(key)}} for name, key in KIT_NOTIFICATIONS],
    }


def _rules_kept(t: Locale, assessment: Assessment, kept: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return the descriptors by id; where there are too many, those that results name come first."""
    every = descriptors(t, assessment)
    if len(every) <= RULES_LIMIT:
        return every
    named = {item.rule_id for item in kept}
    every.sort(key=lambda rule: (rule["id"] not in named, rule["id"]))
    return sorted(every[:RULES_LIMIT], key=lambda rule: str(rule["id"]))


def _about(t: Locale, snapshot: Snapshot, assessment: Assessment, snapshot_sha256: str) -> dict[str, Any]:
    return {
        "target": snapshot.target.caip10,
        "asOf": snapshot.as_of,
        "blocks": [
            {"chainId": block.chain_id, "number": str(block.number), "hash": block.hash} for block in snapshot.blocks
        ],
        "coverage": coverage_sentence(t, coverage_of(snapshot, assessment)),
        "inputs": [
            {"name": plain(item.name, 200), "sha256": item.sha256}
            for item in inputs_of(snapshot, assessment, snapshot_sha256)
        ],
        **kit_properties(assessment),
        "reading": t("sarif.reading"),
    }


def _about_code(t: Locale, snapshot: Snapshot, assessment: Assessment, target: str) -> dict[str, Any]:
    """What there is to say of a repository, which has no block and no time."""
    return {
        "target": target,
        "inputs": [
            {"name": plain(item.name, 200), "sha256": item.sha256} for item in inputs_of(snapshot, assessment, "")[1:]
        ],
        **kit_properties(assessment),
        "reading": t("sarif.reading"),
    }


def _result(item: Finding, index: dict[str, int], physical: list[dict[str, Any]]) -> dict[str, Any]:
    text = plain(f"{line(item.subject.label, 200)}: {item.message}", MESSAGE_LIMIT)
    first = physical[0] if physical else anchor()
    result: dict[str, Any] = {
        "ruleId": item.rule_id,
        "ruleIndex": index[item.rule_id],
        "level": LEVELS[item.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": first, "logicalLocations": [_logical(item)]}],
        # The second is the only one that some services compare; without it they take the line's text, which all
        # findings on snapshot.json share.
        "partialFingerprints": {FINGERPRINT: item.fingerprint, "primaryLocationLineHash": f"{item.fingerprint}:1"},
        "properties": _properties(item),
        **suppressions(item),
    }
    if physical[1:]:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": place} for number, place in enumerate(physical[1:], 1)
        ]
    return result


def _logical(item: Finding) -> dict[str, str]:
    about = item.subject
    whole = about.id if "#" in about.id else f"{about.id}#{about.kind}"
    return {"name": plain(about.label, 200), "fullyQualifiedName": whole, "kind": about.kind}


def _properties(item: Finding) -> dict[str, Any]:
    return {
        "dimension": item.dimension.value,
        "severity": item.severity.value if item.severity else "",
        "atLeast": item.at_least,
        "stage": item.stage.value if item.stage else "",
        "confidence": item.confidence.value,
        "evidenceClass": item.evidence_class,
        "mitigations": [plain(text, 400) for text in item.mitigations],
        "scenarios": [{"id": link.id, "relation": link.relation.value} for link in item.scenarios],
    }


def _notifications(lookup: Lookup, index: dict[str, int], *, whole: bool) -> list[dict[str, Any]]:
    """Return what is not known, in aggregate: one for each rule and way of ending, one for each reason of gaps.

    `whole`: a DAO was read, so that lists of it can be incomplete.
    """
    notes: list[dict[str, Any]] = []
    t, snapshot, assessment = lookup.t, lookup.snapshot, lookup.assessment
    views = undecided_views(lookup)
    for status, name, level in ((Status.ERROR, "check-failed", "error"), (Status.UNKNOWN, "undecided", "warning")):
        outcomes = [item for item in assessment.outcomes if item.status is status]
        reasons = [view for view in views if view.failed is (status is Status.ERROR)]
        for rule_id in sorted({item.rule_id for item in outcomes}):
            mine = [item for item in outcomes if item.rule_id == rule_id]
            text = _undecided(t, rule_id, mine, [view for view in reasons if view.rule_id == rule_id])
            notes.append(_notification(name, level, text, rule_id if rule_id in index else ""))
            if rule_id in index:
                notes[-1]["associatedRule"]["index"] = index[rule_id]
    counts = Counter(words(t, gap.reason) for gap in snapshot.gaps)
    for reason, count in sorted(counts.items()):
        notes.append(_notification("gap", "warning", t("sarif.gaps", gaps=t("count.gap", n=count), reason=reason)))
    for view in partial_collections(t, snapshot) if whole else ():
        text = t("sarif.not_complete", list=view.what, reason=view.detail or t("answer.no_reason"))
        notes.append(_notification("gap", "warning", text))
    return notes


def _undecided(t: Locale, rule_id: str, outcomes: Sequence[Outcome], views: Iterable[UndecidedView]) -> str:
    worst = max((item.undecided_severity for item in outcomes if item.undecided_severity), key=_rank, default=None)
    key = "sarif.rule_failed" if outcomes[0].status is Status.ERROR else "sarif.rule_undecided"
    reasons = t.joined(dict.fromkeys(line(view.reason, 200) for view in views), "semicolon")
    said = {"rule": rule_id, "subjects": t("count.subject", n=len(outcomes)), "reasons": reasons}
    return t(f"{key}_up_to", worst=inline(t, worst), **said) if worst else t(key, **said)


def _rank(severity: Severity) -> int:
    return severity.rank


def _broken(text: str, place: Place) -> dict[str, Any]:
    location = {"physicalLocation": {"artifactLocation": {"uri": place.uri, "uriBaseId": SOURCE_ROOT}}}
    return {**_notification("gap", "error", text), "locations": [location]}


def _notification(name: str, level: str, text: str, rule_id: str = "") -> dict[str, Any]:
    note: dict[str, Any] = {"descriptor": {"id": name}, "level": level, "message": {"text": plain(text, MESSAGE_LIMIT)}}
    if rule_id:
        note["associatedRule"] = {"id": rule_id}
    return note
