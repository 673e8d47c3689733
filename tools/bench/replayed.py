"""Recorded proposals and their mutants on the local chain, scanned, and what the rules said."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fixtures.build import Workshop
from fixtures.localchain import LocalChain
from fixtures.recipes import own
from fixtures.replay import (
    CHAIN_ID,
    CORE_TIMELOCK,
    COUNCIL,
    HOLDINGS,
    TOKEN,
    TREASURY_TIMELOCK,
    WALLET,
    Recorded,
    Replay,
)
from fixtures.sourcify_server import SourcifyServer
from scanner.cli.options import default_cache_dir
from scanner.code.interface import CodeOptions
from scanner.content import rules_dir
from scanner.discovery.world import CrawlLimits
from scanner.judge.engine import judge
from scanner.judge.rules import load_rulebook
from scanner.model.outcome import Outcome, Severity
from scanner.model.snapshot import Snapshot
from scanner.pipeline import ScanOptions, collect
from scanner.sources.collect import SourceOptions
from tools.bench.decoding import decode_recorded
from tools.bench.mutants import PER_PROPOSAL, Kind, Mutant, Setting, kind_of, mutants
from tools.bench.wrapped import (
    BRIDGES,
    DISPERSE,
    MORTAL_CODE,
    MULTISEND,
    PROPOSER_ROLE,
    PROXY,
    UNREAD_CODE,
)

_TIMELOCKS = {"core": CORE_TIMELOCK}
"""Groups of recorded proposals whose governor has another timelock than the treasury's."""

_SPELLS = own("replay/ReplaySpell.sol")
_PER_BLOCK = 20
_HIGH = (Severity.HIGH, Severity.CRITICAL)


@dataclass
class Judged:
    """What the proposal rules said, by proposal id."""

    snapshot: Snapshot
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)

    def raised(self, proposal: int) -> set[str]:
        """Return the rules that found something high or critical in a proposal."""
        return {one.rule_id for one in self.outcomes.get(str(proposal), ()) if one.severity in _HIGH}


@dataclass
class Result:
    """The recorded proposals, the mutants, and what was said of each."""

    recorded: dict[int, Recorded]
    benign: Judged
    mutants: dict[int, Mutant]
    hostile: Judged


def run(recorded: Sequence[Recorded], *, held_out: bool) -> Result:
    """Propose everything, scan twice: the recorded ones by themselves, then with the mutants on further governors.

    Without `held_out` the mutants of that half are not even made.
    """
    with (
        tempfile.TemporaryDirectory(prefix="daoscan-bench-") as name,
        LocalChain() as chain,
        SourcifyServer() as server,
    ):
        replay = Replay(chain, server, Workshop()).prepare()
        groups = sorted({one.governor for one in recorded})
        for suffix in ("", *(f" {turn}" for turn in range(PER_PROPOSAL))):
            for group in groups:
                replay.add_governor(f"{group}{suffix}", _TIMELOCKS.get(group, TREASURY_TIMELOCK))
        replay.close()
        _equip(replay, recorded)
        made = _propose(replay, ((one.governor, one) for one in recorded))
        benign = judged(_scan(replay, Path(name), groups), made)
        chosen = [one for one in _mutants(replay, recorded) if held_out or not one.held_out]
        by_name = {id(one.proposal): one for one in chosen}
        turns = ((f"{one.proposal.governor} {one.turn}", one.proposal) for one in chosen)
        hostile_made = _propose(replay, turns)
        hostile = judged(_scan(replay, Path(name), [f"{group} 0" for group in groups]), hostile_made)
        found = {number: by_name[id(proposal)] for number, proposal in hostile_made.items()}
        return Result(made, benign, found, hostile)


def _equip(replay: Replay, recorded: Sequence[Recorded]) -> None:
    """Put code where recorded proposals call, also inside other calls, and a past where they pay."""
    called, paid = _ends(recorded)
    for address in sorted(called | {MULTISEND, DISPERSE, PROXY, *BRIDGES}):
        replay.action(address)
    replay.safe(COUNCIL)
    replay.put(UNREAD_CODE, replay.part("ReplayAction"), verified=False)
    replay.put(MORTAL_CODE, replay.part("ReplayMortal"))
    for address in sorted(paid - called) + sorted({one.proposer for one in recorded}):
        replay.used(address)


def _ends(recorded: Sequence[Recorded]) -> tuple[set[str], set[str]]:
    called: set[str] = set()
    paid: set[str] = set()
    for one in recorded:
        for call in decode_recorded(one):
            if call.chain:
                continue
            if call.calldata != "0x":
                called.add(call.target)
            else:
                paid.add(call.target)
            if call.gains:
                paid.add(call.gains)
    return called, paid


def _mutants(replay: Replay, recorded: Sequence[Recorded]) -> tuple[Mutant, ...]:
    settings = {
        index: [_setting(replay, one, turn, kind_of(index, turn)) for turn in range(PER_PROPOSAL)]
        for index, one in enumerate(recorded)
    }
    return mutants(recorded, settings)


def _setting(replay: Replay, one: Recorded, turn: int, kind: Kind) -> Setting:
    name = f"{one.governor} {one.number} {turn}"
    stranger, vault, fresh, spell, emptier = (
        _address(f"{what} {name}") for what in ("stranger", "vault", "fresh", "spell", "emptier")
    )
    replay.used(stranger)
    replay.put(vault, replay.part("ReplayVault"), (one.proposer,))
    if "spell" in kind.name:
        shop = replay.workshop
        grants, pays = (shop.contract(_SPELLS, name) for name in ("ReplayRoleSpell", "ReplaySweepSpell"))
        replay.put(spell, grants, (TREASURY_TIMELOCK, PROPOSER_ROLE, stranger))
        replay.put(emptier, pays, (WALLET, TOKEN, stranger, HOLDINGS["wallet"]))
    governor = replay.governors[f"{one.governor} {turn}"].address
    return Setting(governor, stranger, vault, fresh, spell, emptier, one)


def _address(name: str) -> str:
    return "0x" + hashlib.sha256(name.encode()).hexdigest()[:40]


def _propose(replay: Replay, rows: Iterable[tuple[str, Recorded]]) -> dict[int, Recorded]:
    waiting: dict[str, list[Recorded]] = {}
    for governor, one in rows:
        waiting.setdefault(governor, []).append(one)
    made: dict[int, Recorded] = {}
    for governor, proposals in sorted(waiting.items()):
        for start in range(0, len(proposals), _PER_BLOCK):
            made.update(replay.propose(replay.governors[governor], proposals[start : start + _PER_BLOCK]))
    replay.chain.mine()
    return made


def _scan(replay: Replay, folder: Path, governors: Sequence[str]) -> Snapshot:
    cache = default_cache_dir()
    entry, *others = (replay.governors[name].address for name in governors)
    options = ScanOptions(
        rpc_url=replay.chain.url,
        entry=entry,
        also=tuple(others),
        cache_dir=folder,
        chain_id=CHAIN_ID,
        sources=SourceOptions(sourcify_url=replay.sourcify.url),
        code=CodeOptions(cache_dir=cache),
        limits=CrawlLimits(max_targets=2_000),
        use_cache=False,
    )
    return collect(options, lambda line: None)


def judged(snapshot: Snapshot, made: Iterable[int]) -> Judged:
    """Judge by the rules about proposals. RuntimeError where one of those that were made is not among the judged."""
    rulebook = load_rulebook([rules_dir() / "proposals"])
    said = Judged(snapshot)
    for outcome in judge(snapshot, rulebook):
        if outcome.rule_id.startswith("PRO-") and outcome.subject.kind == "proposal":
            number = outcome.subject.id.rpartition(":")[2]
            said.outcomes.setdefault(number, []).append(outcome)
    missing = [number for number in made if str(number) not in said.outcomes]
    if missing:
        raise RuntimeError(f"{len(missing)} proposals were not judged")
    return said
