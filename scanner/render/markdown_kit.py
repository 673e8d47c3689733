"""Policy, frameworks and what was accepted or left out, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.render.findings_view import FindingView
from scanner.render.kit_view import (
    BehindView,
    CriterionView,
    LineView,
    VerdictView,
    framework_views,
    policy_view,
    use_views,
)
from scanner.render.lookup import Lookup
from scanner.render.markdown_text import code, inert

SHOWN = 4
"""Outcomes behind a condition that are spelt out; the others are counted."""
LIMIT = 240


def policy_blocks(lookup: Lookup) -> Iterator[str]:
    """Return the verdict of the reader's policy; nothing without one."""
    policy = policy_view(lookup)
    if policy is None:
        return
    yield f"## Your policy: {inert(policy.title, LIMIT)}"
    yield f"**{policy.shape} {policy.word}.** {policy.sentence} Exit code {policy.exit_code}."
    rows = [
        (
            f"{inert(item.id)} {inert(item.title, LIMIT)}",
            f"**{item.shape} {item.word}**",
            _joined(_said(item.reason), _verdict_lines(item)),
        )
        for item in policy.criteria
    ]
    yield _table(("Criterion", "Verdict", "What it rests on"), rows)


def _verdict_lines(item: VerdictView) -> str:
    return "; ".join(_line(line) for line in item.lines)


def framework_blocks(lookup: Lookup) -> Iterator[str]:
    """Return each framework with its criteria; nothing where none was asked for."""
    views = framework_views(lookup)
    if not views:
        return
    yield "## Frameworks"
    yield (
        "The mapping is the authors' own and no legal advice. “For” and “against” speak to the question of each"
        " criterion; what is unknown never counts as for."
    )
    for view in views:
        yield f"### {inert(view.title, LIMIT)}"
        yield f"_{inert(view.authority)}: {inert(view.document, LIMIT)}._ {inert(view.note, 900)}".rstrip()
        for stage in view.stages:
            named = f"**{inert(stage.name)}** ({inert(stage.title, LIMIT)})"
            yield f"{named}: {stage.shape} {stage.word}; {inert(stage.reason, 400)}"
        heads = ("Criterion", "State", "Evidence for", "Evidence against", "Not assessable")
        yield _table(heads, [_criterion(item) for item in view.criteria])


def _criterion(item: CriterionView) -> tuple[str, ...]:
    return (
        f"{inert(item.title, LIMIT)}: {inert(item.question, LIMIT)} ({inert(item.source, LIMIT)})",
        f"**{item.shape} {item.state}**",
        _lines(item.speaks_for),
        _lines(item.speaks_against),
        _joined(_lines(item.undecided, ""), f"no contract shows: {inert(item.cannot_see, LIMIT)}"),
    )


def accepted_blocks(lookup: Lookup) -> Iterator[str]:
    """Return what was accepted, left out and re-ordered; nothing where nothing was."""
    uses, disabled = use_views(lookup), lookup.assessment.disabled
    if uses:
        yield "## Accepted / suppressed"
        rows = [
            (
                inert(item.about, LIMIT),
                f"**{item.shape} {item.word}**, until {item.expires}"
                + (f", by {inert(item.by, 80)}" if item.by else ""),
                inert(item.reason, LIMIT),
                _joined(_behind(item.findings), _said(item.note)),
            )
            for item in uses
        ]
        yield _table(("About", "State", "Reason", "Findings"), rows)
    if disabled:
        yield "## Rules that were left out"
        yield _table(
            ("Rule", "Left out by"),
            [(f"{inert(rule.id)} {inert(rule.title, LIMIT)}", inert(rule.why, LIMIT)) for rule in disabled],
        )
    if lookup.assessment.profile is not None:
        yield f"Profile: {code(lookup.assessment.profile.name)}. A profile re-orders and chooses; it changes no words."


def acceptance_lines(item: FindingView) -> list[str]:
    """Return what stands beside a finding that somebody accepts, or accepted once."""
    if not item.acceptance:
        return []
    return [f"**{'Accepted / suppressed' if item.accepted else 'Acceptance expired'}.** {inert(item.acceptance)}"]


def _lines(lines: Sequence[LineView], nothing: str = "–") -> str:
    return "; ".join(_line(line) for line in lines) or nothing


def _line(line: LineView) -> str:
    values = ", ".join(code(f"{name} = {shown}") for name, shown in line.values[:SHOWN])
    said = f"not decided: {_said(line.says)}" if line.open and line.says else _said(line.says)
    parts = (said, _behind(line.behind), _said(line.reason), values)
    return " ".join(part for part in parts if part) or code(line.condition)


def _said(text: str) -> str:
    return inert(text, LIMIT) if text else ""


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part) or "–"


def _behind(items: Sequence[BehindView]) -> str:
    said = [
        f"{inert(item.rule_id)} {inert(item.text, LIMIT)}" + (f" ({inert(item.subject, 80)})" if item.subject else "")
        for item in items[:SHOWN]
    ]
    return "; ".join([*said, f"{len(items) - SHOWN} more"] if len(items) > SHOWN else said)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
