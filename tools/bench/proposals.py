"""Proposals: attacks and their twins, recorded ones and their mutants, decoding, speed.

`python -m tools.bench.proposals --file FILE` prints all of it with a table by kind and by rule. Recorded proposals come
from FILE, or from the file that DAOSCAN_PROPOSALS names (`python -m tools.fetch_proposals` makes one); without one,
what needs them is not measured.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from fixtures.catalogue import deploy_all
from fixtures.daos.contested.dao import EXPECTED
from fixtures.localchain import LocalChain
from fixtures.replay import CHAIN_ID, Recorded, chain_of, read_recorded
from fixtures.sourcify_server import SourcifyServer
from scanner.cli.options import default_cache_dir
from scanner.code.interface import CodeOptions
from scanner.model.outcome import Status
from scanner.pipeline import ScanOptions, collect
from scanner.sources.collect import SourceOptions
from tools.bench import scale
from tools.bench.decoding import nested_reached, own_calls_named
from tools.bench.figure import Figure
from tools.bench.replayed import Judged, Result, judged, run

ENVIRONMENT = "DAOSCAN_PROPOSALS"
FALSE_ALARMS = 0.05
MISSED = 0.05
SECONDS = 60
LEAST_MUTANTS = 300


def figures() -> list[Figure]:
    """Return the figures; those about recorded proposals only where there is a file of them."""
    return measure(os.environ.get(ENVIRONMENT, ""), held_out=True)


def measure(file: str, *, held_out: bool) -> list[Figure]:
    """Measure everything, printing tables to standard error."""
    with tempfile.TemporaryDirectory() as name:
        found = _attacks(Path(name))
        recorded = _recorded(file)
        if recorded:
            found += _decoding(recorded)
            found += _replayed(run(recorded, held_out=held_out), held_out=held_out)
        found.append(Figure("proposals.judge_10000_seconds", scale.seconds(recorded, Path(name)), SECONDS))
    return found


def _recorded(file: str) -> tuple[Recorded, ...]:
    """Read the file, where there is one that can be replayed; else say that this is not measured, and why."""
    why = f"{ENVIRONMENT} names no file"
    if file and chain_of(Path(file)) != CHAIN_ID:
        why = f"the file is of chain {chain_of(Path(file))}; the replay knows the contracts of chain {CHAIN_ID}"
    elif file:
        return read_recorded(Path(file))
    print(f"proposals.recorded not measured: {why}", flush=True)
    return ()


def _attacks(folder: Path) -> list[Figure]:
    with LocalChain() as chain, SourcifyServer() as server:
        (dao,) = deploy_all(chain, server, only=("contested",))
        code = CodeOptions(cache_dir=default_cache_dir())
        sources = SourceOptions(sourcify_url=server.url)
        snapshot = collect(
            ScanOptions(chain.url, dao.governor, folder, sources=sources, code=code, use_cache=False), _say
        )
    said = judged(snapshot, [int(dao.parts[f"{side} {name}"]) for name in EXPECTED for side in ("attack", "twin")])
    missed = [name for name, rules in EXPECTED.items() if not said.raised(_id(dao.parts, "attack", name)) & set(rules)]
    raised = [name for name in EXPECTED if said.raised(_id(dao.parts, "twin", name))]
    _table("attacks not found for the right reason", missed)
    _table("twins raised", raised)
    return [
        Figure("proposals.attacks", len(EXPECTED), None),
        Figure("proposals.attacks_missed_share", len(missed) / len(EXPECTED), MISSED),
        Figure("proposals.twins_raised", len(raised), 0),
    ]


def _id(parts: Mapping[str, str], side: str, name: str) -> int:
    return int(parts[f"{side} {name}"])


def _decoding(recorded: Sequence[Recorded]) -> list[Figure]:
    named, own = own_calls_named(recorded)
    reached, sending = nested_reached(recorded)
    return [
        Figure("proposals.recorded", len(recorded), None),
        Figure("proposals.recorded_core", sum(one.governor == "core" for one in recorded), None),
        Figure("proposals.own_calls", own, None),
        Figure("proposals.own_calls_unnamed_share", (own - named) / own, 0.05),
        Figure("proposals.messages", sending, None),
        Figure("proposals.messages_not_reached", sending - reached, 0),
    ]


def _replayed(result: Result, *, held_out: bool) -> list[Figure]:
    alarms = sorted(
        f"{one.governor} {one.number}: {', '.join(sorted(result.benign.raised(number)))}"
        for number, one in result.recorded.items()
        if result.benign.raised(number)
    )
    _table("recorded proposals raised", alarms)
    _by_kind(result)
    _by_rule(result)
    found = [
        Figure("proposals.false_alarm_share", len(alarms) / len(result.recorded), FALSE_ALARMS),
        Figure("proposals.mutants_lacking", max(0, LEAST_MUTANTS - len(result.mutants)) if held_out else 0, 0),
    ]
    for half, wanted in (("development", False), ("held_out", True)):
        numbers = [number for number, one in result.mutants.items() if one.held_out is wanted]
        if numbers:
            missed = sum(not _right(result, number) for number in numbers)
            found.append(Figure(f"proposals.mutants_{half}", len(numbers), None))
            found.append(Figure(f"proposals.mutants_{half}_missed_share", missed / len(numbers), MISSED))
    return found


def _right(result: Result, number: int) -> bool:
    """Whether one of the rules that should find a mutant did, high or critical."""
    return bool(result.hostile.raised(number) & set(result.mutants[number].rules))


def _by_kind(result: Result) -> None:
    """Print how many of each kind are found, in the half used for tuning; of the other the sum alone is seen."""
    seen = {number: one for number, one in result.mutants.items() if not one.held_out}
    rows = []
    for kind in sorted({one.kind for one in seen.values()}):
        numbers = [number for number, one in seen.items() if one.kind == kind]
        right = sum(_right(result, number) for number in numbers)
        rows.append(f"{kind:26} {right:3} of {len(numbers):3}")
    _table("mutants found for the right reason, by kind, half that is used for tuning", rows)


def _by_rule(result: Result) -> None:
    """Print how often each rule was evaluated, stayed unknown and raised: only an evaluated rule counts as silent."""
    rows = [f"{'rule':9}{'evaluated':>10}{'unknown':>9}{'any':>6}{'high':>6}   mutants: evaluated unknown high"]
    for rule in sorted({one.rule_id for outcomes in result.benign.outcomes.values() for one in outcomes}):
        one, other = _counts(result.benign, rule, result.recorded), _counts(result.hostile, rule, result.mutants)
        rows.append(
            f"{rule:9}{one['evaluated']:10}{one['unknown']:9}{one['any']:6}{one['high']:6}"
            f"{other['evaluated']:19}{other['unknown']:8}{other['high']:5}"
        )
    _table("recorded proposals by rule", rows)


def _counts(said: Judged, rule: str, numbers: Iterable[int]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for number in numbers:
        for one in said.outcomes[str(number)]:
            if one.rule_id == rule:
                counts["unknown"] += one.status is Status.UNKNOWN
                counts["evaluated"] += one.status in (Status.FINDING, Status.PASS)
                counts["any"] += one.status is Status.FINDING
                counts["high"] += rule in said.raised(number)
    return counts


def _table(title: str, rows: Sequence[str]) -> None:
    print(f"{title}: {len(rows) or 'none'}", file=sys.stderr)
    for row in rows:
        print(f"    {row}", file=sys.stderr)
    sys.stderr.flush()


def _say(line: str) -> None:
    """Progress of the scan is no part of the figures."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures with their tables; returns 1 when one falls short."""
    parser = argparse.ArgumentParser(prog="tools.bench.proposals", description=__doc__)
    parser.add_argument("--file", default=os.environ.get(ENVIRONMENT, ""), help=f"recorded proposals ({ENVIRONMENT})")
    parser.add_argument("--development", action="store_true", help="leave the mutants out that are held out")
    options = parser.parse_args(arguments)
    found = measure(options.file, held_out=not options.development)
    for figure in found:
        print(figure.line())
    return 0 if all(figure.holds for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
