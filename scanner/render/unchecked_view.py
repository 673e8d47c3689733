"""What was not decided and what could not be read. A page never folds this away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.model.outcome import Outcome, RuleSummary, Status
from scanner.model.snapshot import Gap, Snapshot
from scanner.render.lookup import Lookup, anchor
from scanner.render.reasons import undecided_reason
from scanner.render.words import inline, looked_up, words

_PLACE = re.compile(r"\[\d+\](?=[.:])")
PASSES_SHOWN = 2
"""Passes of one rule that the page spells out; report.json holds all."""


@dataclass(frozen=True)
class UndecidedView:
    """One rule that stayed undecided for one reason, with every subject that it concerns."""

    rule_id: str
    title: str
    dimension: str
    status: str
    failed: bool
    worst: str
    reason: str
    on_chain: bool
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class GapView:
    """One thing that could not be obtained."""

    subject: str
    address: str
    what: str
    reason: str
    detail: str


@dataclass(frozen=True)
class RuleRow:
    """One rule that ran and how it ended."""

    anchor: str
    rule_id: str
    title: str
    dimension: str
    pack: str
    status: str
    outcomes: str
    passes: tuple[str, ...]
    more: int


def undecided_views(lookup: Lookup) -> tuple[UndecidedView, ...]:
    """Return unknown outcomes and errors: the worst that is undecided first."""
    groups: dict[tuple[str, Status, str], list[Outcome]] = {}
    for item in lookup.assessment.outcomes:
        if item.status in {Status.UNKNOWN, Status.ERROR}:
            groups.setdefault((item.rule_id, item.status, _alike(item.reason or item.message)), []).append(item)
    ordered = sorted(groups.items(), key=lambda pair: (-_worst(pair[1]), pair[0]))
    return tuple(_undecided(key, items, lookup) for key, items in ordered)


def _alike(reason: str) -> str:
    """Return a reason without the places in a list: which of fifty calls it is stands in report.json."""
    parts = reason.split("; ")
    plain = [_PLACE.sub("[…]", part) for part in parts]
    return "; ".join(dict.fromkeys(plain))


def _worst(items: Sequence[Outcome]) -> int:
    return max((item.undecided_severity.rank for item in items if item.undecided_severity is not None), default=-1)


def _undecided(key: tuple[str, Status, str], items: Sequence[Outcome], lookup: Lookup) -> UndecidedView:
    rule_id, status, reason = key
    t, rule = lookup.t, lookup.rules.get(rule_id)
    worst = max(
        (item.undecided_severity for item in items if item.undecided_severity is not None),
        key=lambda severity: severity.rank,
        default=None,
    )
    return UndecidedView(
        rule_id=rule_id,
        title=rule.title if rule else "",
        dimension=words(t, rule.dimension) if rule else "",
        status=t("unchecked.failed" if status is Status.ERROR else "unchecked.not_known"),
        failed=status is Status.ERROR,
        worst=inline(t, worst) if worst is not None else "",
        reason=undecided_reason(t, reason),
        on_chain=any(item.on_chain_gap for item in items),
        subjects=tuple(dict.fromkeys(item.subject.label for item in items)),
    )


def gap_views(lookup: Lookup) -> tuple[GapView, ...]:
    """Return the gaps of the snapshot, then the collections that are not complete."""
    seen = tuple(_gap(item, lookup) for item in lookup.snapshot.gaps)
    return seen + partial_collections(lookup.t, lookup.snapshot)


def _gap(item: Gap, lookup: Lookup) -> GapView:
    label = lookup.label(item.subject)
    address = item.subject if label else ""
    return GapView(label or item.subject, address, item.what, words(lookup.t, item.reason), item.detail)


def partial_collections(t: Locale, snapshot: Snapshot) -> tuple[GapView, ...]:
    """Return a gap for each collection of the snapshot that may lack something."""
    collections = (
        ("governors", snapshot.governors),
        ("timelocks", snapshot.timelocks),
        ("tokens", snapshot.tokens),
        ("safes", snapshot.safes),
        ("contracts", snapshot.contracts),
        ("controls", snapshot.controls),
        ("treasury", snapshot.treasury),
        ("proposals", snapshot.proposals),
    )
    return tuple(
        GapView(t("unchecked.the_dao"), "", t(f"unchecked.all_{name}"), t("unchecked.may_be_more"), items.reason)
        for name, items in collections
        if not items.complete
    )


def rule_rows(lookup: Lookup) -> tuple[RuleRow, ...]:
    """Return every rule that ran with how often it found, passed, stayed undecided, did not apply and failed."""
    by_rule: dict[str, list[Outcome]] = {}
    for item in lookup.assessment.outcomes:
        by_rule.setdefault(item.rule_id, []).append(item)
    return tuple(
        _rule(rule, by_rule.get(rule.id, []), lookup)
        for rule in sorted(lookup.assessment.rules, key=lambda one: one.id)
    )


def _rule(rule: RuleSummary, outcomes: Sequence[Outcome], lookup: Lookup) -> RuleRow:
    t = lookup.t
    passed = dict.fromkeys(
        t("labelled", label=item.subject.label, text=item.message) if item.message else item.subject.label
        for item in outcomes
        if item.status is Status.PASS
    )
    counts = ((status, sum(item.status is status for item in outcomes)) for status in Status)
    return RuleRow(
        anchor=anchor("rule", rule.id),
        rule_id=rule.id,
        title=rule.title,
        dimension=words(t, rule.dimension),
        pack=rule.pack,
        status=looked_up(t, "rule_status", rule.status),
        outcomes=t.joined(t(f"appendix.count_{status.value}", n=count) for status, count in counts if count),
        passes=tuple(passed)[:PASSES_SHOWN],
        more=max(len(passed) - PASSES_SHOWN, 0),
    )
