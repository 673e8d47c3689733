"""A field of 2,000 DAOs from 20 code bases, run over by `daoscan batch`.

The field is made once for each machine (about ten minutes, most of it to ask the node everything for the first time).
`DAOSCAN_BENCH_DAOS=200`, or `python -m tools.bench.fleet --size 200`, measures a smaller one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from fixtures.build import Workshop
from fixtures.field import code_inputs
from fixtures.localchain import LocalChain
from scanner.code.requests import Wanted
from scanner.code.store import source_key
from scanner.sources.bundle import build_bundle
from scanner.store.schema import facts, scans
from tools.bench.field_kept import KeptField, kept_field
from tools.bench.figure import Figure
from tools.bench.fleet_databases import databases
from tools.bench.fleet_parts import busy_share, rejudged
from tools.bench.fleet_runs import Ground, Run, ask

SIZE, BASES = 2_000, 20
_TENTH = 10
_PAIR = 8
"""What one worker and two are compared on: this part of the field."""


def figures(size: int = 0, bases: int = BASES) -> Iterator[Figure]:
    """Yield what runs over a field cost: new code, known code, a new block, one worker and two, both databases."""
    size = size or int(os.environ.get("DAOSCAN_BENCH_DAOS", SIZE))
    kept = kept_field(size, bases)
    with tempfile.TemporaryDirectory(prefix="daoscan-bench-") as name, LocalChain(load=kept.state) as chain:
        ground = Ground(kept, chain, Path(name))
        yield Figure("fleet_daos", size, None)
        with ground.serving():
            known = ground.run(kept.daos[:bases], ground.sqlite("first"))
            yield from _code(ground, known, bases)
            yield from _growth(ground, kept)
            yield from databases(ground)
        chain.mine(2)
        with ground.serving():
            yield from _new_block(ground, kept)
        yield from _without_chain(ground)


def _code(ground: Ground, run: Run, bases: int) -> Iterator[Figure]:
    """Each distinct input of a compiler was compiled once: its facts were made once, and there are no others."""
    inputs = _expected(bases)
    times = {row.key: row.times for row in ask(ground.sqlite("first"), select(facts.c.key, facts.c.times))}
    yield Figure("fleet_code_inputs", len(inputs), None)
    yield Figure("fleet_compilations", sum(times.values()), len(inputs))
    yield Figure("fleet_code_inputs_not_compiled_once", sum(times.get(key) != 1 for key in inputs), 0)
    yield Figure("fleet_new_code_seconds", run.seconds, None)


def _expected(bases: int) -> set[str]:
    shop, found = Workshop(), set()
    for one in code_inputs(bases):
        verified = shop.contract(one, one.contract).verified
        if verified is None:
            raise RuntimeError("a contract of the field has no source")
        bundle = build_bundle(
            verified.standard_json, contract=verified.contract, compiler=verified.compiler, provider="sourcify"
        )
        wanted = Wanted(bundle.contract_name, bundle.contract_path)
        found.add(source_key(bundle.source_id, bundle.compiler, wanted))
    return found


def _growth(ground: Ground, kept: KeptField) -> Iterator[Figure]:
    """A tenth of the field, then all of it, each into a store that knows the code; then one worker and two."""
    with _recorded(ground, kept):
        few = ground.run(kept.daos[: kept.size // _TENTH], ground.with_facts_of("first", "few"), cache="few")
        every = ground.run(kept.daos, ground.with_facts_of("first", "all"))
        part = kept.daos[: max(2, kept.size // _PAIR)]
        one = ground.run(part, ground.with_facts_of("first", "one-worker"), workers=1)
        two = ground.run(part, ground.with_facts_of("first", "two-workers"), workers=2)
    made = ask(ground.sqlite("all"), select(func.sum(facts.c.times)))[0][0]
    before = ask(ground.sqlite("first"), select(func.sum(facts.c.times)))[0][0]
    yield Figure("fleet_compilations_of_known_code", int(made) - int(before), 0)
    yield Figure("fleet_tenth_seconds", few.seconds, None)
    yield Figure("fleet_all_seconds", every.seconds, None)
    yield Figure("fleet_time_all_to_tenth_ratio", every.seconds / few.seconds, 11.0)
    yield Figure("fleet_pace_all_to_tenth_ratio", every.each / few.each, 1.1)
    memory = every.memory(0.1, 0.15), every.memory(0.95, 1.0)
    yield Figure("fleet_worker_memory_bytes", memory[1], None)
    yield Figure("fleet_worker_memory_growth_ratio", memory[1] / max(1.0, memory[0]), 1.1)
    yield Figure("fleet_coordinator_cpu_share", every.coordinator_share, 0.05)
    yield Figure("fleet_scan_cpu_seconds_each", every.scan_cpu / every.daos, None)
    yield Figure("fleet_answers_cpu_seconds_each", every.answers_cpu / every.daos, None)
    yield Figure("fleet_node_cpu_seconds_each", every.node_cpu / every.daos, None)
    yield Figure("fleet_one_worker_to_two_shortfall_ratio", 1.7 * two.each / one.each, 1.0)
    yield Figure("fleet_64_workers_idle_share", 1.0 - busy_share(two.each * 2), 0.1)


@contextmanager
def _recorded(ground: Ground, kept: KeptField) -> Iterator[None]:
    """Ask the node what nobody asked it yet, once for each machine, so that no figure below depends on the node."""
    mark = kept.folder / "asked"
    if not mark.is_file():
        ground.run(kept.daos, ground.with_facts_of("first", "asked"))
        mark.touch()
    yield


def _new_block(ground: Ground, kept: KeptField) -> Iterator[Figure]:
    """A tenth of the field again, two blocks later: with what was read at the block before."""
    db = ground.sqlite("few")
    ground.run(kept.daos[: kept.size // _TENTH], db, cache="few")
    latest = ground.chain.block_number
    rows = ask(db, select(scans.c.cpu_seconds).where(scans.c.block_number == latest))
    yield Figure("fleet_warm_dao_cpu_seconds", statistics.median(float(row[0]) for row in rows), 0.3)


def _without_chain(ground: Ground) -> Iterator[Figure]:
    """10,000 stored snapshots, those of the field over and over, judged anew."""
    seconds, size = rejudged(ground.sqlite("all"), ground.folder)
    yield Figure("fleet_rejudge_snapshot_median_shortfall_ratio", 200_000 / max(1, size), 1.0)
    yield Figure("fleet_rejudge_10000_seconds", seconds, 300)


def main() -> int:
    """Measure a field of a chosen size."""
    parser = argparse.ArgumentParser(prog="tools.bench.fleet", description=__doc__)
    parser.add_argument("--size", type=int, default=SIZE, help="DAOs")
    parser.add_argument("--bases", type=int, default=BASES, help="code bases")
    options = parser.parse_args()
    held = True
    for one in figures(options.size, options.bases):
        print(one.line(), flush=True)
        held = held and one.holds
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
