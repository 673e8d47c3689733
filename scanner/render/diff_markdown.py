"""The difference of two snapshots as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scanner.locale.locale import Locale
from scanner.model.difference import Cause, Difference, FactChange, Note, OutcomeMove, OutcomeState, Side, Step
from scanner.model.outcome import Status
from scanner.render.markdown_text import code, inert
from scanner.render.quantities import short, utc
from scanner.render.words import chain_name, inline, words

ROWS = 200
"""Rows of one table; the others are counted."""
VALUE_LIMIT = 240

NOTES = {
    Note.BLOCKS_SWAPPED: "The older snapshot is of a later block than the newer one.",
    Note.TWO_CHAINS: "One block number with two hashes: read from two chains, or before and after a reorganisation.",
    Note.TWO_VERSIONS: "Made by two versions of the program: a value without evidence of its own may differ for that.",
    Note.NO_OLD_REPORT: "No report of the older snapshot was given: whether rules changed since then is not known.",
}
STEPS = {
    Step.ADDED: "new",
    Step.REMOVED: "gone",
    Step.NOT_SEEN: "not seen any more; the newer scan did not see everything",
    Step.NEWLY_SEEN: "seen for the first time; the older scan did not see everything",
}
CAUSES = {
    Cause.CHAIN: ("On chain", "The evidence differs: the chain says something else."),
    Cause.TIME: ("By the passing of time", "The same evidence, read at a later time."),
    Cause.READING: (
        "In what could be read",
        "One of the two could not be read or decided. No change on chain is shown.",
    ),
    Cause.TOOL: ("In the program", "The same evidence, read in another way by another version."),
    Cause.UNDETERMINED: ("Undetermined", "Without evidence of its own, and made by two versions of the program."),
}


def diff_markdown(found: Difference, t: Locale) -> str:
    """Return the difference as Markdown (CommonMark with tables), LF only."""
    return "\n\n".join(_blocks(found, t)) + "\n"


def _blocks(found: Difference, t: Locale) -> Iterator[str]:
    yield f"# What changed: {inert(found.target.name, 120) if found.target.name else code(found.target.caip10)}"
    yield "\n".join((_side(t, "Older", found.old, found), _side(t, "Newer", found.new, found)))
    yield from (f"> {NOTES[note]}" for note in found.notes)
    yield "## Outcomes that moved"
    yield "The same rules on both snapshots: what moved, moved for the facts' sake."
    yield _moves(t, found.moves, "No outcome moved.")
    if found.scenarios:
        yield _table(
            ("Scenario", "Before", "Now"),
            [(f"{inert(one.id)} {inert(one.title)}", one.before.value, one.after.value) for one in found.scenarios],
        )
    yield "## Contracts, roles, proposals"
    yield (
        _table(
            ("What", "Name", "Change"),
            [(inert(one.subject.kind), inert(one.subject.label, 160), STEPS[one.step]) for one in found.subjects],
        )
        if found.subjects
        else "None is new, none is gone."
    )
    for cause, (title, said) in CAUSES.items():
        facts = [fact for fact in found.facts if fact.cause is cause]
        if facts or cause is Cause.CHAIN:
            yield f"## {title}"
            yield f"{said}\n\n{_facts(facts)}" if facts else "No value that both scans read is another one."
    yield from _judgement(t, found)
    yield f"Made by daoscan {code(found.tool_version)} from two snapshots. No decision, no clearance, no legal advice."


def _side(t: Locale, word: str, side: Side, found: Difference) -> str:
    block = side.block
    return (
        f"- {word}: {inert(chain_name(t, found.target.chain_id))}, block {block.number} ({code(short(block.hash))}),"
        f" {utc(t, side.as_of)}, daoscan {code(side.tool_version)}, snapshot SHA-256 {code(side.sha256)}"
    )


def _moves(t: Locale, found: Sequence[OutcomeMove], nothing: str) -> str:
    if not found:
        return nothing
    rows = [
        (
            f"**{move.direction.value}**",
            f"{inert(move.rule_id)} {inert(move.title, 160)}",
            words(t, move.dimension),
            inert(move.subject.label, 120),
            state_words(t, move.before),
            state_words(t, move.after),
            inert(move.after.message or move.before.message, VALUE_LIMIT),
        )
        for move in found[:ROWS]
    ]
    return _table(("Moved", "Rule", "Dimension", "Subject", "Before", "Now", "What"), rows) + _more(len(found))


def state_words(t: Locale, state: OutcomeState) -> str:
    """Return an outcome in a word or two."""
    if not state.status:
        return "not there"
    if state.status is not Status.FINDING:
        worst = f", up to {inline(t, state.undecided)}" if state.undecided else ""
        return f"{'undecided' if state.status is Status.UNKNOWN else state.status.value}{worst}"
    return inline(t, state.severity) if state.severity else state.stage or "described"


def _facts(found: Sequence[FactChange]) -> str:
    rows = [
        (
            inert(f"{one.subject.kind} {one.subject.label}", 120),
            inert(one.field, 120),
            inert(one.before, VALUE_LIMIT),
            inert(one.after, VALUE_LIMIT),
        )
        for one in found[:ROWS]
    ]
    return _table(("Subject", "Fact", "Before", "Now"), rows) + _more(len(found))


def _judgement(t: Locale, found: Difference) -> Iterator[str]:
    if Note.NO_OLD_REPORT in found.notes:
        return
    yield "## In the rules"
    yield "What the older report said of the older facts, and what today's rules say of them."
    if found.inputs:
        rows = [(inert(one.name), _digest(one.before), _digest(one.after)) for one in found.inputs]
        yield _table(("Input", "Before", "Now"), rows)
    yield _moves(t, found.judgement, "They say the same.")


def _digest(value: str) -> str:
    return code(value[:16]) if value else "not there"


def _more(count: int) -> str:
    return f"\n\n… and {count - ROWS} more: diff.json lists all." if count > ROWS else ""


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
