"""index.html: one page over several reports, a row for each with its summary strip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup
from pydantic import ValidationError

from scanner.locale.locale import Locale
from scanner.model.errors import UsageError
from scanner.model.outcome import Assessment, Dimension, DimensionSummary, Severity
from scanner.model.snapshot import Snapshot
from scanner.render.findings_view import severity_counts
from scanner.render.lookup import dao_name
from scanner.render.page import environment, render_page
from scanner.render.quantities import day, short
from scanner.render.report_model import Report
from scanner.render.strip import Cell, cell
from scanner.render.words import chain_name, inline, words


@dataclass(frozen=True)
class Entry:
    """One report in the index. `href` is relative and already encoded."""

    name: str
    chain: str
    address: str
    """As it is shown: cut in the middle."""
    account: str
    """The whole address: what a reader may search for."""
    href: str
    as_of: int
    cells: tuple[Cell, ...]
    counts: str
    undecided: int
    severities: tuple[tuple[Severity, int], ...]
    problem: str = ""
    """Why the DAO could not be scanned, or not again."""

    @property
    def kinds(self) -> str:
        """The severities of its findings, separated by commas: what a reader may filter by; and whether it failed."""
        return ",".join([*(severity.value for severity, _ in self.severities), *([_FAILED] if self.problem else [])])

    @property
    def order(self) -> tuple[int, ...]:
        """Smaller for more findings of the highest severities; no total, only a place in a list.

        Among equals what failed comes first, then what is undecided: neither stands among what is good.
        """
        found = dict(self.severities)
        return (*(-found.get(severity, 0) for severity in Severity), -bool(self.problem), -self.undecided)


_FAILED = "failed"
_RANKS = {"empty": -3, "neutral": -2, "none": -1, "undecided": 0} | {one.value: one.rank + 1 for one in Severity}
"""What a column is sorted by: undecided never stands among what is good."""


def entry(t: Locale, snapshot: Snapshot, assessment: Assessment, folder: str) -> Entry:
    """Return the row of a report that lies in the subfolder `folder`."""
    return Rows(t).row(
        _href(folder),
        name=dao_name(snapshot.target, snapshot.governors.items, snapshot.tokens.items),
        target=(snapshot.target.chain_id, snapshot.target.address, snapshot.as_of),
        judged=(assessment.dimensions, severity_counts(assessment.findings)),
    )


def read_entry(t: Locale, text: str, folder: str) -> Entry:
    """Return the row of the report.json `text` that lies in the subfolder `folder`. Raises UsageError for no report."""
    try:
        found = Report.model_validate_json(text)
    except ValidationError as error:
        raise UsageError(
            "not a report of this version",
            where=f"{folder}/report.json",
            hint="make it again with `daoscan report`",
        ) from error
    governance = found.governance
    return Rows(t).row(
        _href(folder),
        name=dao_name(found.target, governance.governors.items, governance.tokens.items),
        target=(found.target.chain_id, found.target.address, found.as_of),
        judged=(found.dimensions, severity_counts(found.findings)),
    )


def _href(folder: str) -> str:
    return f"{quote(folder, safe='')}/report.html"


class Rows:
    """Rows from what a store keeps. What thousands of rows have in common is made once."""

    def __init__(self, t: Locale) -> None:
        self._t = t
        self._cell = cache(partial(cell, t))
        self._counts = cache(partial(_counts, t))
        self._unread = (_unread(t),) * len(Dimension)

    def row(
        self,
        href: str,
        *,
        name: str,
        target: tuple[int, str, int],
        judged: tuple[Sequence[DimensionSummary], tuple[tuple[Severity, int], ...]],
    ) -> Entry:
        """Return a row from chain, address and time of the target, and from strip and findings by severity.

        `href` is relative and encoded, empty where there is no report to look at. Without a strip all is undecided.
        """
        chain_id, address, as_of = target
        dimensions, severities = judged
        return Entry(
            name=name,
            chain=chain_name(self._t, chain_id),
            address=short(address),
            account=address,
            href=href,
            as_of=as_of,
            cells=tuple(map(self._cell, dimensions)) or self._unread,
            counts=self._counts(severities) if dimensions else "",
            undecided=sum(item.unknowns + item.errors for item in dimensions),
            severities=severities,
        )


def _counts(t: Locale, severities: Sequence[tuple[Severity, int]]) -> str:
    said = (t("index.severity_count", number=count, severity=inline(t, severity)) for severity, count in severities)
    return t.joined(said) or t("index.no_graded")


def _unread(t: Locale) -> Cell:
    word = t("strip.undecided")
    return Cell("", "", "", tone="undecided", shape="?", word=word, text="", counts="", undecided="")


def render_index(t: Locale, entries: Sequence[Entry], *, worst_first: bool = False) -> str:
    """Return the page over `entries`, ordered by name and address, with `worst_first` by their worst findings first."""
    ordered = sorted(entries, key=lambda item: (item.name.casefold(), item.address, item.href))
    if worst_first:
        ordered.sort(key=lambda item: item.order)
    marked = cache(partial(_marked, environment(t)))
    failed = sum(bool(item.problem) for item in entries)
    present = {severity for item in entries for severity, _ in item.severities}
    return render_page(
        t,
        "index.html.j2",
        ("index",),
        entries=[(item, day(t, item.as_of), Markup("").join(map(marked, item.cells))) for item in ordered],
        dimensions=[words(t, dimension) for dimension in Dimension],
        lead=t("index.lead_worst") if worst_first else t("index.lead"),
        failed=failed,
        choices=[
            *((severity.value, words(t, severity)) for severity in Severity if severity in present),
            *([(_FAILED, t("index.failed_choice"))] if failed else []),
        ],
    )


_CELL = (
    '<td role="cell" class="tone-{{ tone }}" data-v="{{ rank }}"><b>{{ shape }} {{ word }}</b>'
    "{% if open %}<i>? {{ open }}</i>{% endif %}</td>"
)


def _marked(made: Environment, cell: Cell) -> Markup:
    """Return a cell of the table; few are different, so each is made once."""
    values = {"tone": cell.tone, "rank": _RANKS[cell.tone], "shape": cell.shape, "word": cell.word, "open": cell.open}
    return Markup(made.from_string(_CELL).render(**values))
