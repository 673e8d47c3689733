"""Policy, frameworks and what was accepted or left out, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.locale.locale import Locale
from scanner.render.findings_view import FindingView
from scanner.render.kit_view import (
    BehindView,
    CriterionView,
    LineView,
    UseView,
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
    t = lookup.t
    yield f"## {t('policy.title', title=inert(policy.title, LIMIT))}"
    exit_code = t("policy.exit_code_sentence", code=t.own(str(policy.exit_code)))
    yield f"**{policy.shape} {policy.word}.** {policy.sentence} {exit_code}"
    rows = [
        (
            f"{inert(item.id)} {inert(item.title, LIMIT)}",
            f"**{item.shape} {item.word}**",
            _joined(t, _said(item.reason), _verdict_lines(t, item)),
        )
        for item in policy.criteria
    ]
    yield _table((t("frameworks.criterion"), t("policy.verdict"), t("policy.rests_on")), rows)


def _verdict_lines(t: Locale, item: VerdictView) -> str:
    return t.joined((_line(t, line) for line in item.lines), "semicolon")


def framework_blocks(lookup: Lookup) -> Iterator[str]:
    """Return each framework with its criteria; nothing where none was asked for."""
    views = framework_views(lookup)
    if not views:
        return
    t = lookup.t
    yield f"## {t('frameworks.title')}"
    yield t("frameworks.lead_short")
    for view in views:
        yield f"### {inert(view.title, LIMIT)}"
        yield f"_{inert(view.authority)}: {inert(view.document, LIMIT)}._ {inert(view.note, 900)}".rstrip()
        for stage in view.stages:
            named = f"**{inert(stage.name)}** ({inert(stage.title, LIMIT)})"
            yield f"{named}: {stage.shape} {stage.word}; {inert(stage.reason, 400)}"
        keys = ("criterion", "state", "for", "against", "not_assessable")
        yield _table([t(f"frameworks.{key}") for key in keys], [_criterion(t, item) for item in view.criteria])


def _criterion(t: Locale, item: CriterionView) -> tuple[str, ...]:
    return (
        f"{inert(item.title, LIMIT)}: {inert(item.question, LIMIT)} ({inert(item.source, LIMIT)})",
        f"**{item.shape} {item.state}**",
        _lines(t, item.speaks_for),
        _lines(t, item.speaks_against),
        _joined(
            t, _lines(t, item.undecided, ""), t("frameworks.cannot_see_inline", what=inert(item.cannot_see, LIMIT))
        ),
    )


def accepted_blocks(lookup: Lookup) -> Iterator[str]:
    """Return what was accepted, left out and re-ordered; nothing where nothing was."""
    t, uses, disabled = lookup.t, use_views(lookup), lookup.assessment.disabled
    if uses:
        yield f"## {t('accepted.accepted')}"
        rows = [
            (
                inert(item.about, LIMIT),
                _until(t, item),
                inert(item.reason, LIMIT),
                _joined(t, _behind(t, item.findings), _said(item.note)),
            )
            for item in uses
        ]
        yield _table([t(f"accepted.{key}") for key in ("about", "state", "reason", "findings")], rows)
    if disabled:
        yield f"## {t('accepted.left_out')}"
        yield _table(
            (t("accepted.rule"), t("accepted.left_out_by")),
            [(f"{inert(rule.id)} {inert(rule.title, LIMIT)}", inert(rule.why, LIMIT)) for rule in disabled],
        )
    if lookup.assessment.profile is not None:
        name = t("accepted.profile", title=code(lookup.assessment.profile.name))
        yield f"{t('sentence', text=name)} {t('accepted.profile_text')}"


def _until(t: Locale, item: UseView) -> str:
    word = f"**{item.shape} {item.word}**"
    until = t("accepted.until", until=t.own(item.expires))
    if item.by:
        until = t("accepted.until_by", until=t.own(item.expires), by=inert(item.by, 80))
    return t.joined((word, until))


def acceptance_lines(t: Locale, item: FindingView) -> list[str]:
    """Return what stands beside a finding that somebody accepts, or accepted once."""
    if not item.acceptance:
        return []
    word = t("sentence", text=t("accepted.accepted" if item.accepted else "accepted.expired"))
    return [f"**{word}** {inert(item.acceptance)}"]


def _lines(t: Locale, lines: Sequence[LineView], nothing: str = "–") -> str:
    return t.joined((_line(t, line) for line in lines), "semicolon") or nothing


def _line(t: Locale, line: LineView) -> str:
    values = t.joined(code(f"{name} = {shown}") for name, shown in line.values[:SHOWN])
    said = t("frameworks.undecided_inline", text=_said(line.says)) if line.open and line.says else _said(line.says)
    parts = (said, _behind(t, line.behind), _said(line.reason), values)
    return " ".join(part for part in parts if part) or code(line.condition)


def _said(text: str) -> str:
    return inert(text, LIMIT) if text else ""


def _joined(t: Locale, *parts: str) -> str:
    return t.joined((part for part in parts if part), "semicolon") or "–"


def _behind(t: Locale, items: Sequence[BehindView]) -> str:
    said = [
        f"{inert(item.rule_id)} {inert(item.text, LIMIT)}" + (f" ({inert(item.subject, 80)})" if item.subject else "")
        for item in items[:SHOWN]
    ]
    more = [t("markdown.more", n=len(items) - SHOWN)] if len(items) > SHOWN else []
    return t.joined([*said, *more], "semicolon")


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
