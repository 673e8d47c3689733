"""Guards over all fixtures: the share whose holder was named, and the share that calls in the holders' names bore out.

A guard is a condition on who calls whose holder stands in the state, whatever the arguments: an owner, a role, the
contract itself. Counted per function of a contract in scope. Conditions on units held, on signatures and on what an
argument names have no such holder and are left out. So are functions of code without source that nobody who was tried
got past and whose bytecode does look at the caller: whether there is a guard at all is not known of them, and their
number is printed by itself.

`python -m tools.bench.guards NAME…` measures the fixtures of these names alone.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fixtures.catalogue import FIXTURES, Fixture, deploy_all
from fixtures.families import FAMILY_FIXTURES
from fixtures.localchain import LocalChain
from fixtures.sourcify_server import SourcifyServer
from scanner.cli.options import default_cache_dir
from scanner.model.passages import Passage
from scanner.pipeline import ScanOptions, collect
from scanner.sources.collect import SourceOptions
from tools.bench.figure import Figure

LIMIT = 0.1
"""The share of guards that may stay without a holder, and of those that may stay unchecked."""

_CHECKED = frozenset({"passed", "refused", "contradicted"})


@dataclass
class Tally:
    """Guards by what became of them; `open`: those not named or not checked and what is undecided, in words."""

    guards: int = 0
    named: int = 0
    checked: int = 0
    contradicted: int = 0
    without_source: int = 0
    open: tuple[str, ...] = ()

    def add(self, name: str, passages: Iterable[Passage]) -> None:
        """Count the passages of one scan."""
        for passage in passages:
            count = len(passage.functions)
            if passage.guard == "unknown":
                self.without_source += count
                self.open += (f"{name} {passage.contract} {', '.join(passage.functions)}: {passage.asks or 'unknown'}",)
            elif is_guard(passage):
                named, checked = bool(passage.holders) or passage.complete, passage.checked in _CHECKED
                self.guards += count
                self.named += named * count
                self.checked += checked * count
                self.contradicted += (passage.checked == "contradicted") * count
                if not (named and checked):
                    words = f"{name} {passage.contract} {', '.join(passage.functions)}: {passage.asks}"
                    self.open += (f"{words} ({passage.reason or passage.detail})",)


def is_guard(passage: Passage) -> bool:
    """Whether a passage stands behind a condition on the caller whose holder the state names."""
    opened = passage.guard == "anyone" and passage.checked != "not-asked" and passage.asks != ""
    return opened or passage.guard == "caller"


def figures(only: Sequence[str] = ()) -> list[Figure]:
    """Deploy every fixture, or those named, and scan it. Raises KeyError for a name that no fixture has."""
    known = [fixture.name for fixture in (*FIXTURES, *FAMILY_FIXTURES)]
    if unknown := sorted(set(only) - set(known)):
        raise KeyError(f"no such fixture: {', '.join(unknown)}")
    tally = Tally()
    chosen = [fixture.name for fixture in FIXTURES if not only or fixture.name in only]
    if chosen:
        _scan_all(FIXTURES, tally, only=chosen)
    for fixture in FAMILY_FIXTURES:  # each on a chain of its own, as in the tests: every block there is an hour
        if not only or fixture.name in only:
            _scan_all(FAMILY_FIXTURES, tally, only=(fixture.name,))
    for line in tally.open:
        print(f"# open: {line}"[:240], flush=True)
    return of(tally)


def of(tally: Tally) -> list[Figure]:
    """Return the figures of a tally."""
    whole = max(1, tally.guards)
    return [
        Figure("guards_counted", tally.guards, None),
        Figure("guards_resolved_share", tally.named / whole, None),
        Figure("guards_unresolved_share", 1 - tally.named / whole, LIMIT),
        Figure("edges_checked_share", tally.checked / whole, None),
        Figure("edges_unchecked_share", 1 - tally.checked / whole, LIMIT),
        Figure("edges_contradicted", tally.contradicted, 0),
        Figure("functions_without_source_undecided", tally.without_source, None),
    ]


def _scan_all(fixtures: tuple[Fixture, ...], tally: Tally, only: Sequence[str]) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="daoscan-bench-") as name,
        LocalChain() as chain,
        SourcifyServer() as sourcify,
    ):
        for dao in deploy_all(chain, sourcify, fixtures=fixtures, only=only):
            options = ScanOptions(
                rpc_url=chain.url,
                entry=dao.governor,
                cache_dir=default_cache_dir(),
                block=chain.block_number,
                sources=SourceOptions(sourcify_url=sourcify.url, cache_dir=Path(name)),
                use_cache=False,
            )
            tally.add(dao.name, collect(options, lambda _: None).passages.items)


if __name__ == "__main__":
    measured = figures(sys.argv[1:])
    print("\n".join(figure.line() for figure in measured))
    sys.exit(not all(figure.holds for figure in measured))
