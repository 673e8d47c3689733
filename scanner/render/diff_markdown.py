"""The difference of two snapshots as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scanner.locale.locale import Locale
from scanner.model.difference import Difference
from scanner.render.diff_view import DiffView, MoveView, Row, diff_view
from scanner.render.markdown_text import code, inert

VALUE_LIMIT = 240


def diff_markdown(found: Difference, t: Locale) -> str:
    """Return the difference as Markdown (CommonMark with tables), LF only."""
    return "\n\n".join(_blocks(diff_view(found, t), t)) + "\n"


def _blocks(view: DiffView, t: Locale) -> Iterator[str]:
    yield f"# {inert(t('diff.title', name=view.name), 200)}"
    sides = [f"- {inert(side.word)}: {inert(side.made, 400)}. {code(side.digest)}" for side in view.sides]
    yield "\n".join((f"- {code(view.target)}", *sides))
    yield from (f"> {inert(note)}" for note in view.notes)
    yield f"## {inert(t('diff.moves'))}\n\n{inert(t('diff.lead'))}"
    yield _moves(view.moves, view.moves_more, t) if view.moves else inert(t("diff.no_moves"))
    if view.scenarios:
        yield _table((t("diff.scenario"), t("diff.before"), t("diff.now")), view.scenarios, "")
    yield f"## {inert(t('diff.subjects'))}"
    heads = (t("diff.kind"), t("diff.subject"), t("diff.change"))
    yield _table(heads, view.subjects, view.subjects_more) if view.subjects else inert(t("diff.no_subjects"))
    for part in view.causes:
        yield f"## {inert(part.title)}\n\n{inert(part.lead)}"
        if part.rows:
            yield _table((t("diff.subject"), t("diff.fact"), t("diff.before"), t("diff.now")), part.rows, part.more)
    if view.has_old:
        yield f"## {inert(t('diff.rules'))}\n\n{inert(t('diff.rules_lead'))}"
        if view.inputs:
            yield _table((t("diff.input"), t("diff.before"), t("diff.now")), view.inputs, "")
        yield _moves(view.judgement, view.judgement_more, t) if view.judgement else inert(t("diff.rules_same"))
    yield inert(t("diff.footer", version=view.version))


def _moves(found: Sequence[MoveView], more: str, t: Locale) -> str:
    heads = ("diff.moved", "diff.rule", "diff.dimension", "diff.subject", "diff.before", "diff.now", "diff.what")
    rows = [
        (
            f"**{inert(one.direction)}**",
            f"{inert(one.rule)} {inert(one.title, 160)}",
            *(inert(cell, 120) for cell in (one.dimension, one.subject, one.before, one.now)),
            inert(one.message, VALUE_LIMIT),
        )
        for one in found
    ]
    return _lines([t(head) for head in heads], rows, more)


def _table(heads: Sequence[str], rows: Iterable[Row], more: str) -> str:
    return _lines(heads, [[inert(cell, VALUE_LIMIT) for cell in row.cells] for row in rows], more)


def _lines(heads: Sequence[str], rows: Iterable[Sequence[str]], more: str) -> str:
    lines = [[inert(head) for head in heads], ["---"] * len(heads), *rows]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"{table}\n\n{inert(more)}" if more else table
