"""Ten thousand proposals decoded and judged, on one core."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from pathlib import Path

from fixtures.catalogue import deploy_all
from fixtures.localchain import LocalChain
from fixtures.replay import Recorded
from fixtures.sourcify_server import SourcifyServer
from scanner.chain.abi import encode
from scanner.chain.node import ChainOptions, open_chain
from scanner.content import rules_dir
from scanner.discovery.discover import Found, Steps, explore
from scanner.discovery.families.interface import ProposalState
from scanner.discovery.families.told import PROPOSAL_TYPES
from scanner.discovery.world import CrawlLimits
from scanner.judge.engine import judge
from scanner.judge.rules import load_rulebook
from scanner.model.evidence import BlockEvidence, LogEvidence
from scanner.model.observation import Known
from scanner.model.snapshot import Snapshot
from scanner.pipeline import ScanOptions, collect
from scanner.proposals.build import build_proposals
from scanner.proposals.collect import ProposalData, executor_of, read_proposals
from scanner.proposals.nested import open_calls
from scanner.sources.collect import SourceOptions, open_sources

COUNT = 10_000
_STATE = Known(value="Active", evidence=())
_NUMBER = Known(value=1, evidence=())


def seconds(recorded: Sequence[Recorded], folder: Path, *, count: int = COUNT) -> float:
    """Return how long it takes to read `count` proposals out of their logs, decode and judge them; reads left out.

    The recorded ones are repeated, each time with another end of the text; without any the fixture's are.
    """
    with LocalChain() as chain, SourcifyServer() as server:
        (dao,) = deploy_all(chain, server, only=("contested",))
        sources = SourceOptions(sourcify_url=server.url)
        snapshot = collect(ScanOptions(chain.url, dao.governor, folder, sources=sources, use_cache=False), _silent)
        node = open_chain(chain.url, ChainOptions())
        given = open_sources(sources)
        try:
            steps = Steps(CrawlLimits(), _silent)
            found = explore(node, given, (dao.governor,), analyse=lambda jobs: {}, steps=steps)
            logs = _logs(found, dao.governor, recorded, count)
            return _measured(found, dao.governor, logs, snapshot)
        finally:
            node.close()
            given.close()


def _silent(line: str) -> None:
    """Say nothing: the time of a scan is no part of the figure."""


def _logs(found: Found, governor: str, recorded: Sequence[Recorded], count: int) -> list[LogEvidence]:
    made = read_proposals(found, governor)
    rows = [
        (one.proposer, one.targets, one.values, ("",) * len(one.targets), one.calldatas, one.description)
        for one in recorded
    ] or [
        (
            one.proposer,
            tuple(action.target for action in one.actions),
            tuple(action.value for action in one.actions),
            ("",) * len(one.actions),
            tuple(action.calldata for action in one.actions),
            one.description,
        )
        for one in made
    ]
    log = made[0].log
    logs: list[LogEvidence] = []
    for number in range(count):
        proposer, targets, values, signatures, datas, text = rows[number % len(rows)]
        row = (number + 1, proposer, targets, values, signatures, datas, 10, 20, f"{text}\n\nNumber {number} of many.")
        logs.append(log.model_copy(update={"data": encode(PROPOSAL_TYPES, row), "log_index": number}))
    return logs


def _measured(found: Found, governor: str, logs: list[LogEvidence], snapshot: Snapshot) -> float:
    rulebook = load_rulebook([rules_dir() / "proposals"])
    account = found.world.accounts[governor]
    account.logs = Known(value=tuple(logs), evidence=())
    block = BlockEvidence(chain_id=1, block_number=1, block_hash="0x" + "00" * 32, timestamp=1)
    gc.collect()
    started = time.process_time()
    raw = read_proposals(found, governor)
    executor = executor_of(found, governor)
    calls = {(one.governor, one.id): open_calls(found.world, one.actions, executor).calls for one in raw}
    state = ProposalState(_STATE, _NUMBER, _NUMBER, _NUMBER, _NUMBER, _NUMBER)
    states = {(one.governor, one.id): state for one in raw}
    times = {one.log.block_number: Known(value=block, evidence=()) for one in raw}
    data = ProposalData(raw, calls, states, {}, {}, times)
    proposals = build_proposals(found, data)
    outcomes = judge(snapshot.model_copy(update={"proposals": proposals}), rulebook)
    decided = len(outcomes)
    took = time.process_time() - started
    if len(proposals.items) != len(logs) or decided < len(logs):
        raise RuntimeError(f"{len(proposals.items)} proposals and {decided} outcomes of {len(logs)} logs")
    return took
