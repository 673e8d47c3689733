"""report.md: a report to post where members talk. What a stranger wrote cannot become markup, a link or a mention."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from scanner.locale.locale import Locale
from scanner.locale.phrase import Phrase
from scanner.model.outcome import Assessment
from scanner.model.snapshot import Snapshot
from scanner.render.coverage import coverage_of, coverage_sentence
from scanner.render.evidence_view import EvidenceView
from scanner.render.findings_view import DimensionFindings, FindingView, RuleFindings, dimension_findings
from scanner.render.handling import handling_view
from scanner.render.lookup import Lookup, look_up
from scanner.render.markdown_brought import brought_blocks
from scanner.render.markdown_kit import acceptance_lines, accepted_blocks, framework_blocks, policy_blocks
from scanner.render.markdown_text import code, inert
from scanner.render.quantities import short, utc
from scanner.render.report_json import inputs_of
from scanner.render.scenario_view import CarrierView, ScenarioView, protective_view, scenario_views
from scanner.render.sentences import answers
from scanner.render.strip import cells
from scanner.render.unchecked_view import UndecidedView, gap_views, undecided_views
from scanner.render.words import chain_name

SUBJECTS = 20
"""Subjects of one rule that are spelt out; the others are counted."""
PIECES = (3, 2, 1)
"""Pieces of evidence of one finding that are listed, the others are counted: fewer where the text gets long."""
LENGTH = 60_000
"""Characters that most forums take; a goal, as no finding is left out for it."""
COMMAND_LIMIT = 200
"""Longer commands stand in report.html only."""
RESULT_LIMIT = 68
CELL_LIMIT = 240
ROWS = 200
"""Rows of a list of what was not checked; the others are counted."""
_LONG_HEX = re.compile(r"0x[0-9a-f]{40,64}(?![0-9a-f])")


def markdown(snapshot: Snapshot, assessment: Assessment, snapshot_sha256: str, t: Locale) -> str:
    """Return the report as Markdown (CommonMark with tables): the same text for the same inputs, LF only."""
    lookup = look_up(snapshot, assessment, t)
    text = ""
    for pieces in PIECES:
        text = _text(lookup, snapshot_sha256, pieces)
        if len(text) <= LENGTH:
            break
    return text


def _text(lookup: Lookup, snapshot_sha256: str, pieces: int) -> str:
    blocks = (
        *_header(lookup, snapshot_sha256),
        *_summary(lookup),
        *_answers(lookup),
        *policy_blocks(lookup),
        *_findings(lookup, pieces),
        *brought_blocks(lookup),
        *accepted_blocks(lookup),
        *framework_blocks(lookup),
        *_scenarios(lookup),
        *_unchecked(lookup),
        *_foot(lookup, snapshot_sha256),
    )
    return "\n\n".join(blocks) + "\n"


def _header(lookup: Lookup, snapshot_sha256: str) -> Iterator[str]:
    t, snapshot = lookup.t, lookup.snapshot
    yield f"# {t('markdown.title', name=inert(lookup.name, 120))}"
    lines = [t("markdown.address", address=code(snapshot.target.caip10))]
    for block in snapshot.blocks:
        chain, number = inert(chain_name(t, block.chain_id)), t.own(str(block.number))
        when = utc(t, block.timestamp)
        lines.append(t("markdown.read_at", chain=chain, number=number, hash=code(block.hash), time=when))
    covered = coverage_sentence(t, coverage_of(snapshot, lookup.assessment))
    lines.append(t("markdown.coverage", coverage=inert(covered)))
    label = handling_view(t, lookup.assessment)
    lines.append(t("markdown.handling", label=label.label, meaning=t.own(label.meaning)))
    lines.append(t("markdown.snapshot", digest=code(snapshot_sha256.removeprefix("0x"))))
    yield "\n".join(f"- {line}" for line in lines)
    yield t("markdown.intro")


def _summary(lookup: Lookup) -> Iterator[str]:
    t = lookup.t
    yield f"## {t('markdown.summary')}"
    rows = [
        (
            cell.dimension,
            f"**{cell.shape} {cell.word}**",
            inert(cell.text, CELL_LIMIT),
            cell.counts,
            f"**? {inert(cell.undecided)}**" if cell.undecided else "–",
        )
        for cell in cells(t, lookup.assessment.dimensions)
    ]
    yield _table(_heads(t, "dimension", "worst", "what", "checks", "not_decided"), rows)


def _answers(lookup: Lookup) -> Iterator[str]:
    t = lookup.t
    yield f"## {t('markdown.answers')}"
    for answer in answers(lookup):
        said = f"**{answer.question}** {inert(answer.text, 900)}"
        yield f"{said} **{t('markdown.not_decided_label')}** {inert(answer.open)}." if answer.open else said


def _findings(lookup: Lookup, pieces: int) -> Iterator[str]:
    yield f"## {lookup.t('markdown.findings')}"
    for dimension in dimension_findings(lookup):
        yield f"### {dimension.title}"
        yield _introduced(dimension)
        for rule in dimension.rules:
            yield from _rule(lookup.t, rule, pieces)


def _introduced(dimension: DimensionFindings) -> str:
    said = f"_{dimension.question}_"
    if not dimension.rules:
        said += f" {inert(dimension.nothing)}"
    return f"{said} **? {inert(dimension.undecided)}.**" if dimension.undecided else said


def _rule(t: Locale, rule: RuleFindings, pieces: int) -> Iterator[str]:
    yield f"#### {inert(rule.rule_id)} {inert(rule.title, CELL_LIMIT)}"
    lines = [line for finding in rule.findings[:SUBJECTS] for line in _finding(t, finding, pieces)]
    if len(rule.findings) > SUBJECTS:
        lines.append(f"- {t('markdown.more_subjects', n=len(rule.findings) - SUBJECTS)}")
    yield "\n".join(lines)
    yield f"**{t('markdown.why')}** {inert(rule.why, 900)}"
    yield f"**{t('markdown.legitimate_use')}** {inert(rule.legitimate_use, 900)}"
    effort = t("markdown.effort", effort=inert(rule.effort))
    yield f"**{t('markdown.what_to_do')}** {effort} {inert(rule.remediation, 900)}"
    if rule.false_positives:
        yield f"**{t('markdown.may_be_wrong')}** {' '.join(inert(text) for text in rule.false_positives)}"


def _finding(t: Locale, item: FindingView, pieces: int) -> Iterator[str]:
    yield f"- **{item.shape} {item.word}**: {inert(item.message)}"
    subject, kind = inert(item.subject, CELL_LIMIT), inert(item.subject_kind)
    lines: list[str] = [t("markdown.subject", subject=subject, kind=kind, id=code(item.subject_id))]
    lines += acceptance_lines(t, item)
    lines += [t("markdown.evidence", evidence=_piece(piece)) for piece in item.evidence[:pieces]]
    if len(item.evidence) > pieces:
        lines.append(t("markdown.more_evidence", number=len(item.evidence) - pieces))
    lines += [t("markdown.limited_by", text=inert(text)) for text in item.mitigations]
    lines.append(t("markdown.confidence", **{"level": item.confidence, "class": inert(item.evidence_class)}))
    if item.base_rate:
        lines.append(t("markdown.how_common", text=inert(item.base_rate)))
    yield from (f"  - {line}" for line in lines)


def _piece(piece: EvidenceView) -> str:
    has_command = 0 < len(piece.command) <= COMMAND_LIMIT
    # The command repeats addresses, slots and hashes whole.
    what = _LONG_HEX.sub(lambda match: short(match.group()), piece.what) if has_command else piece.what
    said = f"{inert(what, CELL_LIMIT)}: {code(_cut(piece.result))} ({inert(piece.block)})"
    return f"{said} {code(piece.command)}" if has_command else said


def _cut(result: str) -> str:
    return result if len(result) <= RESULT_LIMIT else f"{result[:RESULT_LIMIT]}…"


def _scenarios(lookup: Lookup) -> Iterator[str]:
    t = lookup.t
    yield f"## {t('markdown.scenarios')}"
    yield t("markdown.scenarios_lead")
    protective = protective_view(lookup)
    views = (*scenario_views(lookup), *((protective,) if protective is not None else ()))
    if not views:
        yield t("scenarios.none")
        return
    heads = _heads(t, "scenario", "state", "carried_by", "limited", "legitimate", "would_change")
    yield _table(heads, [_scenario(t, view) for view in views])


def _scenario(t: Locale, view: ScenarioView) -> tuple[str, ...]:
    return (
        f"{inert(view.id)} {inert(view.title, CELL_LIMIT)}",
        f"**{view.shape} {view.state}**: {inert(view.reason, CELL_LIMIT)}",
        _carriers(t, view.carries, view.carries_more),
        _carriers(t, view.limits, view.limits_more),
        inert(view.legitimate_use, 400),
        " ".join(inert(text, CELL_LIMIT) for text in view.would_change) or "–",
    )


def _carriers(t: Locale, views: Sequence[CarrierView], more: int) -> str:
    said = list(dict.fromkeys(f"{inert(view.rule_id)} {inert(view.text, CELL_LIMIT)}" for view in views[:4]))
    hidden = more + max(len(views) - 4, 0)
    return "; ".join([*said, t("markdown.more", n=hidden)] if hidden else said) or "–"


def _unchecked(lookup: Lookup) -> Iterator[str]:
    t = lookup.t
    yield f"## {t('markdown.unchecked')}"
    undecided, gaps = undecided_views(lookup), gap_views(lookup)
    if undecided:
        rows = [
            (
                f"{inert(view.rule_id)} {inert(view.title, CELL_LIMIT)}",
                _undecided(t, view),
                inert(view.reason, CELL_LIMIT),
                _some(t, view.subjects),
            )
            for view in undecided[:ROWS]
        ]
        yield _table(_heads(t, "rule", "state", "why_open", "subjects"), rows) + _more(t, len(undecided))
    elif lookup.assessment.outcomes:
        yield t("unchecked.all_decided")
    else:
        yield t("unchecked.none_run")
    if gaps:
        missing = [
            (
                inert(view.subject, CELL_LIMIT) + (f" {code(view.address)}" if view.address else ""),
                inert(view.what, CELL_LIMIT),
                f"{inert(view.reason)}: {inert(view.detail, CELL_LIMIT)}",
            )
            for view in gaps[:ROWS]
        ]
        yield _table(_heads(t, "about", "not_read", "why_open"), missing) + _more(t, len(gaps))


def _undecided(t: Locale, view: UndecidedView) -> str:
    status = f"**? {view.status}**"
    return t("markdown.up_to", status=status, worst=view.worst) if view.worst else status


def _some(t: Locale, subjects: Sequence[str]) -> str:
    said = t.joined(inert(text, 80) for text in subjects[:5])
    return said if len(subjects) <= 5 else t("markdown.and_more", subjects=said, more=len(subjects) - 5)


def _more(t: Locale, count: int) -> str:
    return f"\n\n{t('markdown.more_rows', number=count - ROWS)}" if count > ROWS else ""


def _heads(t: Locale, *keys: str) -> tuple[Phrase, ...]:
    return tuple(t(f"markdown.{key}") for key in keys)


def _foot(lookup: Lookup, snapshot_sha256: str) -> Iterator[str]:
    t = lookup.t
    yield f"## {t('markdown.inputs')}"
    inputs = inputs_of(lookup.snapshot, lookup.assessment, snapshot_sha256)
    yield _table(
        (t("markdown.input"), "SHA-256"), [(inert(item.name, CELL_LIMIT), code(item.sha256)) for item in inputs]
    )
    yield t("markdown.foot", version=code(lookup.snapshot.tool_version))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells_of)} |" for cells_of in lines)
