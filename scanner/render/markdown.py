"""report.md: a report to post where members talk. What a stranger wrote cannot become markup, a link or a mention."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from scanner.model.outcome import Assessment
from scanner.model.snapshot import Snapshot
from scanner.render.coverage import coverage_of, coverage_sentence
from scanner.render.evidence_view import EvidenceView
from scanner.render.findings_view import DimensionFindings, FindingView, RuleFindings, dimension_findings
from scanner.render.lookup import Lookup, look_up
from scanner.render.markdown_text import code, inert
from scanner.render.quantities import plural, short, utc
from scanner.render.report_json import inputs_of
from scanner.render.scenario_view import CarrierView, ScenarioView, protective_view, scenario_views
from scanner.render.sentences import answers
from scanner.render.strip import cells
from scanner.render.unchecked_view import gap_views, undecided_views
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


def markdown(snapshot: Snapshot, assessment: Assessment, snapshot_sha256: str) -> str:
    """Return the report as Markdown (CommonMark with tables): the same text for the same inputs, LF only."""
    lookup = look_up(snapshot, assessment)
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
        *_findings(lookup, pieces),
        *_scenarios(lookup),
        *_unchecked(lookup),
        *_foot(lookup, snapshot_sha256),
    )
    return "\n\n".join(blocks) + "\n"


def _header(lookup: Lookup, snapshot_sha256: str) -> Iterator[str]:
    snapshot = lookup.snapshot
    yield f"# Governance structure report: {inert(lookup.name, 120)}"
    lines = [f"- Address: {code(snapshot.target.caip10)}"]
    lines += [
        f"- Read at: {inert(chain_name(block.chain_id))}, block {block.number} ({code(block.hash)}),"
        f" {utc(block.timestamp)}"
        for block in snapshot.blocks
    ]
    lines.append(f"- Coverage: {inert(coverage_sentence(coverage_of(snapshot, lookup.assessment)))}")
    lines.append(f"- Snapshot: SHA-256 {code(snapshot_sha256.removeprefix('0x'))}")
    yield "\n".join(lines)
    yield (
        "What contracts, roles and settings allow, with the evidence. No accusation, no statement about any person, and"
        " no total score. What members say or believe was not read. Undecided is never good news."
    )


def _summary(lookup: Lookup) -> Iterator[str]:
    yield "## Summary"
    rows = [
        (
            cell.dimension,
            f"**{cell.shape} {cell.word}**",
            inert(cell.text, CELL_LIMIT),
            cell.counts,
            f"**? {inert(cell.undecided)}**" if cell.undecided else "–",
        )
        for cell in cells(lookup.assessment.dimensions)
    ]
    yield _table(("Dimension", "Worst open finding", "What", "Checks", "Not decided"), rows)


def _answers(lookup: Lookup) -> Iterator[str]:
    yield "## Three answers"
    for answer in answers(lookup):
        said = f"**{answer.question}** {inert(answer.text, 900)}"
        yield f"{said} **Not decided:** {inert(answer.open)}." if answer.open else said


def _findings(lookup: Lookup, pieces: int) -> Iterator[str]:
    yield "## Findings"
    for dimension in dimension_findings(lookup):
        yield f"### {dimension.title}"
        yield _introduced(dimension)
        for rule in dimension.rules:
            yield from _rule(rule, pieces)


def _introduced(dimension: DimensionFindings) -> str:
    said = f"_{dimension.question}_"
    if not dimension.rules:
        said += f" {inert(dimension.nothing)}"
    return f"{said} **? {inert(dimension.undecided)}.**" if dimension.undecided else said


def _rule(rule: RuleFindings, pieces: int) -> Iterator[str]:
    yield f"#### {inert(rule.rule_id)} {inert(rule.title, CELL_LIMIT)}"
    lines = [line for finding in rule.findings[:SUBJECTS] for line in _finding(finding, pieces)]
    if len(rule.findings) > SUBJECTS:
        lines.append(f"- … and {plural(len(rule.findings) - SUBJECTS, 'subject')} more: report.json lists all.")
    yield "\n".join(lines)
    yield f"**Why it matters.** {inert(rule.why, 900)}"
    yield f"**Legitimate use.** {inert(rule.legitimate_use, 900)}"
    yield f"**What to do** (effort: {inert(rule.effort)}). {inert(rule.remediation, 900)}"
    if rule.false_positives:
        yield f"**When this may be wrong.** {' '.join(inert(text) for text in rule.false_positives)}"


def _finding(item: FindingView, pieces: int) -> Iterator[str]:
    yield f"- **{item.shape} {item.word}**: {inert(item.message)}"
    yield f"  - Subject: {inert(item.subject, CELL_LIMIT)} ({inert(item.subject_kind)} {code(item.subject_id)})"
    for piece in item.evidence[:pieces]:
        yield f"  - Evidence: {_piece(piece)}"
    if len(item.evidence) > pieces:
        yield f"  - Further pieces of evidence in report.json: {len(item.evidence) - pieces}"
    for text in item.mitigations:
        yield f"  - Limited by: {inert(text)}"
    yield f"  - Confidence {item.confidence}; {inert(item.evidence_class)}"
    if item.base_rate:
        yield f"  - How common: {inert(item.base_rate)}"


def _piece(piece: EvidenceView) -> str:
    has_command = 0 < len(piece.command) <= COMMAND_LIMIT
    # The command repeats addresses, slots and hashes whole.
    what = _LONG_HEX.sub(lambda match: short(match.group()), piece.what) if has_command else piece.what
    said = f"{inert(what, CELL_LIMIT)}: {code(_cut(piece.result))} ({inert(piece.block)})"
    return f"{said} {code(piece.command)}" if has_command else said


def _cut(result: str) -> str:
    return result if len(result) <= RESULT_LIMIT else f"{result[:RESULT_LIMIT]}…"


def _scenarios(lookup: Lookup) -> Iterator[str]:
    yield "## Scenarios"
    yield (
        "What the structure enables, what limits it, and the legitimate use of the same structure. A state is about"
        " contracts, not about people."
    )
    protective = protective_view(lookup)
    views = (*scenario_views(lookup), *((protective,) if protective is not None else ()))
    if not views:
        yield "No scenario was assessed."
        return
    heads = ("Scenario", "State", "Carried by", "Limited by", "Legitimate use", "What would change it")
    yield _table(heads, [_scenario(view) for view in views])


def _scenario(view: ScenarioView) -> tuple[str, ...]:
    return (
        f"{inert(view.id)} {inert(view.title, CELL_LIMIT)}",
        f"**{view.shape} {view.state}**: {inert(view.reason, CELL_LIMIT)}",
        _carriers(view.carries, view.carries_more),
        _carriers(view.limits, view.limits_more),
        inert(view.legitimate_use, 400),
        " ".join(inert(text, CELL_LIMIT) for text in view.would_change) or "–",
    )


def _carriers(views: Sequence[CarrierView], more: int) -> str:
    said = list(dict.fromkeys(f"{inert(view.rule_id)} {inert(view.text, CELL_LIMIT)}" for view in views[:4]))
    hidden = more + max(len(views) - 4, 0)
    return "; ".join([*said, f"{hidden} more"] if hidden else said) or "–"


def _unchecked(lookup: Lookup) -> Iterator[str]:
    yield "## Not checked"
    undecided, gaps = undecided_views(lookup), gap_views(lookup)
    if undecided:
        rows = [
            (
                f"{inert(view.rule_id)} {inert(view.title, CELL_LIMIT)}",
                f"**? {view.status}**" + (f", up to {view.worst}" if view.worst else ""),
                inert(view.reason, CELL_LIMIT),
                _some(view.subjects),
            )
            for view in undecided[:ROWS]
        ]
        yield _table(("Rule", "State", "Why", "Subjects"), rows) + _more(len(undecided))
    elif lookup.assessment.outcomes:
        yield "Every check that applies was decided."
    else:
        yield "No rule was run, so nothing was decided."
    if gaps:
        missing = [
            (
                inert(view.subject, CELL_LIMIT) + (f" {code(view.address)}" if view.address else ""),
                inert(view.what, CELL_LIMIT),
                f"{inert(view.reason)}: {inert(view.detail, CELL_LIMIT)}",
            )
            for view in gaps[:ROWS]
        ]
        yield _table(("About", "What was not read", "Why"), missing) + _more(len(gaps))


def _some(subjects: Sequence[str]) -> str:
    said = ", ".join(inert(text, 80) for text in subjects[:5])
    return said if len(subjects) <= 5 else f"{said} and {len(subjects) - 5} more"


def _more(count: int) -> str:
    return f"\n\n… and {count - ROWS} more: report.json lists all." if count > ROWS else ""


def _foot(lookup: Lookup, snapshot_sha256: str) -> Iterator[str]:
    yield "## Inputs"
    inputs = inputs_of(lookup.snapshot, lookup.assessment, snapshot_sha256)
    yield _table(("Input", "SHA-256"), [(inert(item.name, CELL_LIMIT), code(item.sha256)) for item in inputs])
    yield (
        f"Made by daoscan {code(lookup.snapshot.tool_version)}. Input to a person's review: no decision, no clearance,"
        " no legal advice. Text from the chain is shown with what could become a link or a mention in brackets, and is"
        " shortened; report.json has it whole."
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells_of)} |" for cells_of in lines)
