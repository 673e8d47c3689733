"""Executes every open proposal on a local fork and says what it would change."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scanner.chain.abi import DecodeError
from scanner.chain.forkproxy import ForkProxy, Source
from scanner.chain.wire import Malformed
from scanner.discovery.discover import Analyse, Discovered, Found, Steps
from scanner.discovery.families.told import RawProposal
from scanner.model.blank import all_unknown
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.proposals import Proposal
from scanner.model.simulation import Simulation
from scanner.proposals.simulate.again import Rediscovery, Seen
from scanner.proposals.simulate.fork import Fork
from scanner.proposals.simulate.lifecycle import Plan
from scanner.proposals.simulate.process import AnvilProcess, ForkGone, ForkLimits
from scanner.proposals.simulate.program import NoAnvil, Program, find_anvil
from scanner.proposals.simulate.single import Bench, Done, Single

OPEN_STATES = ("Queued", "Succeeded", "Active", "Pending")
"""In the order in which they would be executed."""

MAX_SIMULATED = 50
_MAX_STARTS_IN_VAIN = 2


@dataclass(frozen=True)
class SimulateOptions:
    """Whether proposals are simulated, and with what. Offline, anvil is not fetched."""

    cache_dir: Path
    anvil: Path | None = None
    offline: bool = False
    limits: ForkLimits = field(default_factory=ForkLimits)


@dataclass(frozen=True)
class Subject:
    """What discovery and the reading of proposals found. `entry` are the addresses that the scan began with."""

    found: Found
    described: Discovered
    proposals: Collection[Proposal]
    raw: Sequence[RawProposal]
    entry: Sequence[str]
    steps: Steps


@dataclass(frozen=True)
class Means:
    """What the simulation works with: the scan's own chain client, its code analysis, its progress."""

    chain: Source
    analyse: Analyse
    progress: Callable[[str], None]


def simulate(subject: Subject, means: Means, options: SimulateOptions) -> Collection[Simulation]:
    """Return one simulation for each open proposal, in the order in which they would be executed.

    Each is executed alone on the pinned block's state, and once more after those before it that change what it reads.
    What cannot be simulated is there with its reason. Raises NodeError only when the scan's node is of no use any more.
    """
    plans, unclear = _open(subject)
    items = tuple(_all(plans, subject, means, options)) if plans else ()
    undecided = f"whether {unclear} of the proposals are still open is not known"
    reason = undecided if unclear else subject.proposals.reason
    complete = subject.proposals.complete and not unclear
    return Collection[Simulation](items=items, complete=complete, reason="" if complete else reason)


def _open(subject: Subject) -> tuple[list[Plan], int]:
    """Return the open proposals in the order of their execution, and of how many the state is not known."""
    raw = {(one.governor, str(one.id)): one for one in subject.raw}
    plans: list[tuple[tuple[int, int, int], Plan]] = []
    unclear = 0
    for index, proposal in enumerate(subject.proposals.items):
        if isinstance(proposal.state, Unknown):
            unclear += 1
            continue
        event = raw.get((proposal.governor, proposal.id))
        if proposal.state.value not in OPEN_STATES or event is None:
            continue
        due = proposal.eta.value if isinstance(proposal.eta, Known) and proposal.eta.value else proposal.vote_end
        order = OPEN_STATES.index(proposal.state.value), due, index
        plans.append((order, Plan(subject.found, event, proposal)))
    return [plan for _, plan in sorted(plans, key=lambda pair: pair[0])], unclear


def _all(plans: Sequence[Plan], subject: Subject, means: Means, options: SimulateOptions) -> list[Simulation]:
    try:
        program = find_anvil(options.anvil, options.cache_dir, offline=options.offline)
    except NoAnvil as error:
        return [not_done(plan, Unknown(reason=Reason.NO_FORK, detail=str(error))) for plan in plans]
    with ForkProxy(means.chain) as proxy:
        rediscovery = Rediscovery(subject.found, subject.entry, means.analyse, proxy.lock, subject.steps)
        session = _Session(program, proxy, options.limits, rediscovery, subject.described)
        try:
            return [session.simulate(plan, means.progress, len(plans)) for plan in plans]
        finally:
            session.close()


def not_done(plan: Plan, why: Unknown) -> Simulation:
    """Return the simulation of a proposal that could not be simulated."""
    return all_unknown(
        Simulation,
        why.reason,
        why.detail,
        governor=plan.proposal.governor,
        proposal=plan.proposal.id,
        path_note="",
        after=(),
        evidence=(),
    )


@dataclass
class _Session:
    """One proxy, and a fork on it that is started anew when it ended."""

    program: Program
    proxy: ForkProxy
    limits: ForkLimits
    rediscovery: Rediscovery
    described: Discovered
    process: AnvilProcess | None = None
    fork: Fork | None = None
    before: Seen | None = None
    done: list[Done] = field(default_factory=list)
    in_vain: int = 0
    count: int = 0
    last: Unknown | None = None
    whole_block: bool = True
    until: float = math.inf

    def __post_init__(self) -> None:
        self.until = time.monotonic() + self.limits.total_seconds

    def simulate(self, plan: Plan, progress: Callable[[str], None], total: int) -> Simulation:
        """Simulate one proposal; a fork that ends on the way makes it unknown, and the next one gets another fork."""
        self.count += 1
        if self.count > MAX_SIMULATED:
            return not_done(plan, Unknown(reason=Reason.LIMIT, detail=f"more than {MAX_SIMULATED} open proposals"))
        if time.monotonic() > self.until:
            late = f"simulations may take {self.limits.total_seconds:g} s in all"
            return not_done(plan, Unknown(reason=Reason.LIMIT, detail=late))
        if self.in_vain >= _MAX_STARTS_IN_VAIN and self.last is not None:
            return not_done(plan, self.last)
        progress(f"simulating proposal {self.count} of {total}")
        faults = len(self.proxy.faults)
        try:
            bench = self._bench()
            result, kept = Single(bench, plan, self.done).run()
        except ForkGone as error:
            why = self._why(error, faults)
            self.close()
            return not_done(plan, why)
        except (DecodeError, Malformed) as error:
            self.close()
            return not_done(
                plan, Unknown(reason=Reason.UNDECODABLE, detail=f"what the fork says cannot be read: {error}")
            )
        self.before = bench.before
        if kept is not None:
            self.done.append(kept)
        return result

    def _bench(self) -> Bench:
        if self.process is None or self.fork is None:
            self.in_vain += 1
            self.process = AnvilProcess(self.program, self.proxy.url, self.limits).__enter__()
            block = self.proxy.header(self.proxy.block_number) or {}
            limit = int(str(block.get("gasLimit", "0x0")), 16) or self.limits.gas
            self.fork = Fork(self.process.url, self.limits, gas=min(limit, self.limits.gas))
            self.in_vain = 0
            self.whole_block = limit <= self.limits.gas
        self.process.renew()
        return Bench(
            fork=self.fork,
            rediscovery=self.rediscovery,
            described=self.described,
            program=self.program.said,
            whole_block_gas=self.whole_block,
            before=self.before,
        )

    def _why(self, error: ForkGone, faults: int) -> Unknown:
        """Say why a fork ended: the node did not answer it, it went past a limit, or neither is known."""
        reason = self.process.reason if self.process is not None else ""
        new = self.proxy.faults[faults:]
        if new:
            detail = f"the node did not answer what the fork asked: {new[0].detail}"
            self.last = Unknown(reason=new[0].reason, detail=detail)
        elif reason or error.limit:
            self.last = Unknown(reason=Reason.LIMIT, detail=reason or str(error))
        else:
            self.last = Unknown(reason=Reason.NO_FORK, detail=str(error))
        return self.last

    def close(self) -> None:
        """End the fork."""
        fork, self.fork = self.fork, None
        process, self.process = self.process, None
        if fork is not None:
            fork.close()
        if process is not None:
            process.stop()
