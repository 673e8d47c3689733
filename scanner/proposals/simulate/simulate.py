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

_DUE = OPEN_STATES[:2]
"""They have passed: that they are executed is to be expected."""

MAX_SIMULATED = 50
_MAX_STARTS_IN_VAIN = 2


@dataclass(frozen=True)
class SimulateOptions:
    """Whether proposals are simulated, and with what. Offline, anvil is not fetched.

    `only` is the id of the one proposal of the scan's entry that is wanted, empty for its draft; None for all.
    """

    cache_dir: Path
    anvil: Path | None = None
    offline: bool = False
    limits: ForkLimits = field(default_factory=ForkLimits)
    only: str | None = None


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
    What cannot be simulated is there with its reason. Where one alone is wanted, those that are queued before it are
    executed for what they change, and nothing is said of them. Raises NodeError only when the scan's node is of no use
    any more.
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
            if options.only is not None:
                return _one(session, plans, means.progress, wanted=(subject.entry[0], options.only))
            return [session.simulate(plan, means.progress, len(plans)) for plan in plans]
        finally:
            session.close()


def _one(
    session: _Session, plans: Sequence[Plan], progress: Callable[[str], None], *, wanted: tuple[str, str]
) -> list[Simulation]:
    """Simulate one proposal, after those that are queued before it."""
    at = next((index for index, plan in enumerate(plans) if _is(plan, wanted)), None)
    why = Unknown(reason=Reason.NOT_READ, detail="another proposal alone was asked for")
    if at is None:
        return [not_done(plan, why) for plan in plans]
    before = [plan for plan in plans[:at] if _state(plan) == OPEN_STATES[0]]
    for plan in before:
        session.prepare(plan, progress)
    result = session.simulate(plans[at], progress, len(before) + 1)
    return [result if index == at else not_done(plan, why) for index, plan in enumerate(plans)]


def _is(plan: Plan, wanted: tuple[str, str]) -> bool:
    governor, number = wanted
    proposal = plan.proposal
    return proposal.governor == governor and (proposal.id == number if number else proposal.draft)


def _state(plan: Plan) -> str:
    return plan.proposal.state.value if isinstance(plan.proposal.state, Known) else ""


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
    unsure: list[str] = field(default_factory=list)
    in_vain: int = 0
    count: int = 0
    last: Unknown | None = None
    whole_block: bool = True
    until: float = math.inf

    def __post_init__(self) -> None:
        self.until = time.monotonic() + self.limits.total_seconds

    def simulate(self, plan: Plan, progress: Callable[[str], None], total: int) -> Simulation:
        """Simulate one proposal; a fork that ends on the way makes it unknown, and the next one gets another fork."""
        # What waits in a module is simulated as its calls: without them there is nothing to execute.
        refused = (plan.raw.unread if plan.proposal.order else None) or self._refused()
        if refused is not None:
            self._keep(plan, None, sure=False)
            return not_done(plan, refused)
        progress(f"simulating proposal {self.count} of {total}")
        faults = len(self.proxy.faults)
        try:
            bench = self._bench()
            result, kept = Single(bench, plan, self.done, tuple(self.unsure)).run()
        except ForkGone as error:
            why = self._why(error, faults)
            self.close()
            self._keep(plan, None, sure=False)
            return not_done(plan, why)
        except (DecodeError, Malformed) as error:
            self.close()
            self._keep(plan, None, sure=False)
            return not_done(
                plan, Unknown(reason=Reason.UNDECODABLE, detail=f"what the fork says cannot be read: {error}")
            )
        self.before = bench.before
        self._keep(plan, kept, isinstance(result.succeeds, Known))
        return result

    def prepare(self, plan: Plan, progress: Callable[[str], None]) -> None:
        """Execute a proposal for what it changes, which counts for those after it."""
        if self._refused() is not None:
            self._keep(plan, None, sure=False)
            return
        progress(f"executing proposal {plan.proposal.id[:20]}, which is queued before")
        faults = len(self.proxy.faults)
        kept, sure = None, False
        try:
            kept, sure = Single(self._bench(), plan, self.done).effect()
        except ForkGone as error:
            self._why(error, faults)
            self.close()
        except (DecodeError, Malformed):
            self.close()
        self._keep(plan, kept, sure)

    def _keep(self, plan: Plan, kept: Done | None, sure: bool) -> None:
        if kept is not None:
            self.done.append(kept)
        elif not sure and _state(plan) in _DUE:
            self.unsure.append(plan.proposal.id)

    def _refused(self) -> Unknown | None:
        """Count one more; return why it is one too many."""
        self.count += 1
        if self.count > MAX_SIMULATED:
            return Unknown(reason=Reason.LIMIT, detail=f"more than {MAX_SIMULATED} open proposals")
        if time.monotonic() > self.until:
            return Unknown(reason=Reason.LIMIT, detail=f"simulations may take {self.limits.total_seconds:g} s in all")
        return self.last if self.in_vain >= _MAX_STARTS_IN_VAIN else None

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
