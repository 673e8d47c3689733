"""One proposal on the fork: brought to its execution, executed, and looked at from all sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scanner.discovery.discover import Discovered
from scanner.model.blank import unknown_facts
from scanner.model.evidence import ForkStep, SimulationEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.simulation import Simulation, SimulationPath
from scanner.proposals.simulate import balances as money
from scanner.proposals.simulate import shown
from scanner.proposals.simulate.again import Rediscovery, Seen
from scanner.proposals.simulate.changes import Comparison, control_changes, parameter_changes, right_changes
from scanner.proposals.simulate.diff import StateDiff
from scanner.proposals.simulate.fork import Executed, Fork, Moment, Tx, effects_digest
from scanner.proposals.simulate.lifecycle import NotReached, Plan, Run, by_vote, direct
from scanner.proposals.simulate.names import Names
from scanner.proposals.simulate.slots import slot_changes
from scanner.proposals.simulate.trace import missing_features, reason_of


@dataclass
class Bench:
    """A fork with what is needed around it. `before` is the DAO on the untouched fork, once somebody has looked."""

    fork: Fork
    rediscovery: Rediscovery
    described: Discovered
    program: str
    whole_block_gas: bool
    before: Seen | None = None


@dataclass(frozen=True)
class Done:
    """What is kept of a proposal that was executed, for those that come after it."""

    proposal: str
    diff: StateDiff


@dataclass(frozen=True)
class _Reached:
    """An execution that counts: by which path, what is to be said about that, and how it looks now and later."""

    run: Run
    path: SimulationPath
    note: str
    steps: tuple[ForkStep, ...]
    succeeds: Known[bool] | Unknown
    same_now: Known[bool] | Unknown


class Single:
    """Simulates one proposal. `earlier` are those before it that were executed, `unsure` those that are due before it
    and of which nobody knows what they change."""

    def __init__(self, bench: Bench, plan: Plan, earlier: Sequence[Done], unsure: Sequence[str] = ()) -> None:
        self.bench, self.plan, self.earlier, self.unsure = bench, plan, earlier, unsure
        self.fork = bench.fork
        self.found = plan.found

    def run(self) -> tuple[Simulation, Done | None]:
        """Return the simulation, and what later proposals need of it where it succeeds. Raises ForkGone."""
        self.fork.reset()
        start = self.fork.now()
        reached = self._reach(start)
        if isinstance(reached, Unknown):
            return self._unknown(reached, {}, ()), None
        executed = reached.run.executed
        facts: dict[str, Any] = {
            "path": Known(value=reached.path.value, evidence=()),
            "executed_at": Known(value=reached.run.at.time, evidence=()),
            "path_note": reached.note,
        }
        proof = (self._evidence(reached),)
        lacking = missing_features(executed.trace, self.found.world.chain.chain_id)
        if lacking:
            detail = f"the execution calls {', '.join(lacking[:3])}, which a local fork does not have"
            return self._unknown(Unknown(reason=Reason.NOT_SUPPORTED, detail=detail), facts, proof), None
        facts |= {
            "gas_used": Known(value=executed.trace.gas_used, evidence=()),
            "succeeds": reached.succeeds,
            "same_now": reached.same_now,
        }
        if not executed.trace.succeeded:
            return self._reverted(executed, facts, proof), None
        facts["revert_reason"] = Known(value="", evidence=())
        facts |= self._looked_at(reached)
        return self._made(facts, proof), Done(self.plan.proposal.id, executed.diff)

    def effect(self) -> tuple[Done | None, bool]:
        """Return what later proposals need of this one, and whether that is sure: one that fails changes nothing.

        The execution alone, as for a whole simulation; nothing is looked at beside it. Raises ForkGone.
        """
        self.fork.reset()
        reached = self._reach(self.fork.now())
        if isinstance(reached, Unknown):
            return None, False
        if missing_features(reached.run.executed.trace, self.found.world.chain.chain_id):
            return None, False
        if not reached.run.executed.trace.succeeded:
            return None, isinstance(reached.succeeds, Known)
        return Done(self.plan.proposal.id, reached.run.executed.diff), True

    # -------------------------------------------------------------------------------------------- reaching

    def _reach(self, start: Moment) -> _Reached | Unknown:
        """Bring the proposal to its execution, through the governor where that goes. The fork stands right after it."""
        now = self._now(start)
        self.fork.reset()
        try:
            voted = by_vote(self.fork, self.plan, start)
        except NotReached as error:
            return self._directly(start, f"not by the vote: {error}")
        steps = tuple(self.fork.steps)
        if voted.executed.trace.succeeded:
            same = self._same(now, voted)
            done = Known(value=True, evidence=())
            return _Reached(voted, SimulationPath.VOTE, voted.note, steps, done, same)
        if isinstance(now, Run) and now.executed.trace.succeeded:
            # Later it fails, now it does not: something depends on time, such as a price that nobody renews on a fork.
            why = reason_of(voted.executed.trace)
            later = f"after the vote {why}; at the pinned block its calls succeed: something in them depends on time"
            again = self._now(start)
            assert isinstance(again, Run)
            missing = Unknown(reason=Reason.UNRESOLVED, detail=later)
            return _Reached(again, SimulationPath.EXECUTOR, later, tuple(self.fork.steps), missing, missing)
        return self._failed(voted, now, steps)

    def _failed(self, voted: Run, now: Run | Unknown, steps: tuple[ForkStep, ...]) -> _Reached:
        fails: Known[bool] | Unknown = Known(value=False, evidence=(), derivation="after the vote, and now")
        if isinstance(now, Unknown):
            fails = Unknown(
                reason=now.reason, detail=f"after the vote it fails; whether now is not known: {now.detail}"
            )
        elif self._short_of_gas(voted):
            limit = f"it needs more than the {self.fork.gas} gas that a simulation gives"
            fails = Unknown(reason=Reason.LIMIT, detail=limit)
        same = Known(value=True, evidence=(), derivation="it fails then and now")
        return _Reached(voted, SimulationPath.VOTE, voted.note, steps, fails, same)

    def _short_of_gas(self, run: Run) -> bool:
        out = any("out of gas" in frame.error.lower() for frame in run.executed.trace.frames)
        return out and not self.bench.whole_block_gas

    def _directly(self, start: Moment, note: str) -> _Reached | Unknown:
        now = self._now(start)
        if isinstance(now, Unknown):
            return Unknown(reason=now.reason, detail=f"{note}; {now.detail}")
        worked = now.executed.trace.succeeded
        succeeds: Known[bool] | Unknown = Known(value=worked, evidence=(), derivation="its calls, by the executor")
        if not worked and self._short_of_gas(now):
            limit = f"it needs more than the {self.fork.gas} gas that a simulation gives"
            succeeds = Unknown(reason=Reason.LIMIT, detail=limit)
        same = Known(value=True, evidence=(), derivation="it was executed at the pinned block")
        return _Reached(now, SimulationPath.EXECUTOR, note, tuple(self.fork.steps), succeeds, same)

    def _now(self, start: Moment) -> Run | Unknown:
        """Let the executor make the calls at the pinned block."""
        if any(isinstance(one.delegatecall, Known) and one.delegatecall.value for one in self._own_actions()):
            detail = "its executor runs the targets' code as its own, which cannot be done from outside"
            return Unknown(reason=Reason.NOT_SUPPORTED, detail=detail)
        self.fork.reset()
        run = direct(self.fork, self.plan, start)
        refuses = self.fork.steps[-1].target if self.fork.steps else ""
        if not run.executed.trace.succeeded and refuses == self.plan.proposal.governor != self.plan.executor:
            # OpenZeppelin's onlyGovernance wants to know of the call beforehand (GovernorTimelockControl).
            detail = "its calls to the governor itself cannot be made but by the governor's own execution"
            return Unknown(reason=Reason.NOT_SUPPORTED, detail=detail)
        return run

    def _own_actions(self) -> Sequence[Any]:
        return [action for action in self.plan.proposal.actions if not action.inside]

    def _same(self, now: Run | Unknown, voted: Run) -> Known[bool] | Unknown:
        if isinstance(now, Unknown):
            return now
        if voted.paid_along:
            return Unknown(reason=Reason.NOT_SUPPORTED, detail="by the vote, whoever executes it pays what it sends")
        same = now.executed.trace.succeeded and self._mark(now.executed) == self._mark(voted.executed)
        what = "events and balances, those of governor and executor left out"
        return Known(value=same, evidence=(), derivation=what)

    def _mark(self, executed: Executed) -> tuple[Any, Any]:
        own = {self.plan.proposal.governor, self.plan.executor}
        logs = Counter((log.address, log.topics, log.data) for log in executed.trace.logs if log.address not in own)
        moved = {
            address: change.balance[1] - change.balance[0]
            for address, change in executed.diff.accounts.items()
            if change.balance is not None
        }
        return logs, moved

    # -------------------------------------------------------------------------------------------- looking

    def _looked_at(self, reached: _Reached) -> dict[str, Any]:
        """Return what the execution changed. The fork stands right after it."""
        executed, at = reached.run.executed, reached.run.at
        held = money.read_balances(self.fork, self.found, executed, at)
        new = frozenset(
            frame.target for frame in executed.trace.frames if frame.kind.startswith("CREATE") and frame.target
        )
        touched = sorted({account for _, account in held.after} | set(executed.diff.accounts))
        bare = frozenset(address for address, code in zip(touched, self._codes(touched), strict=True) if code == "0x")
        names = Names(self.found, self.bench.described, self.plan.proposal, created=new, bare=bare)
        facts: dict[str, Any] = {
            "balances": money.balance_changes(held, names),
            "treasury_outflow_bps": money.treasury_outflow(held, self.found.parts.treasuries),
            "storage": slot_changes(self.found, executed, names),
            "events": shown.events(self.found, executed, names),
            "created": shown.created(executed, names),
            "delegatecalls": shown.delegatecalls(self.found, executed, names),
        }
        contracts = {one.address: one for one in self.bench.described.contracts.items}
        facts["replaceable"] = shown.replaceable(self.found, executed, names, contracts)
        facts |= self._after_others(reached)
        facts |= self._compared(executed)
        return facts

    def _codes(self, addresses: Sequence[str]) -> list[str]:
        answers = self.fork.ask([("eth_getCode", [address, "latest"]) for address in addresses])
        return [str(getattr(answer, "value", "?")) for answer in answers]

    def _after_others(self, reached: _Reached) -> dict[str, Any]:
        """Run it once more after the earlier proposals that write what it reads or writes."""
        nothing: Known[bool] | Unknown = Known(
            value=True, evidence=(), derivation="no proposal before it changes what it reads"
        )
        if self.unsure:
            detail = f"what proposal {self.unsure[0]} changes, which is due before it, is not known"
            nothing = Unknown(reason=Reason.UNRESOLVED, detail=detail)
        if not self.earlier:
            return {"after": (), "same_after": nothing}
        executed = reached.run.executed
        mine = self._reads(reached) | executed.diff.written
        before = [one for one in self.earlier if one.diff.written & mine]
        if not before:
            return {"after": (), "same_after": nothing}
        self.fork.reset()
        start = self.fork.now()
        for one in before:
            self.fork.apply(one.diff)
        after = tuple(one.proposal for one in before)
        try:
            later = self._same_path(reached, start)
        except NotReached as error:
            return {"after": after, "same_after": Unknown(reason=Reason.UNRESOLVED, detail=f"after them: {error}")}
        same = later.executed.trace.succeeded and self._mark(later.executed) == self._mark(executed)
        if same and self.unsure:
            return {"after": after, "same_after": nothing}
        said = "" if later.executed.trace.succeeded else f"after them {reason_of(later.executed.trace)}"
        return {"after": after, "same_after": Known(value=same, evidence=(), derivation=said)}

    def _same_path(self, reached: _Reached, start: Moment) -> Run:
        if reached.path is SimulationPath.VOTE:
            return by_vote(self.fork, self.plan, start)
        return direct(self.fork, self.plan, start)

    def _reads(self, reached: _Reached) -> frozenset[tuple[str, str]]:
        count = reached.run.calls
        self.fork.apply(reached.run.executed.diff.inverse())
        found: frozenset[tuple[str, str]] = frozenset()
        for step in reached.steps[len(reached.steps) - count :]:
            tx = Tx(step.sender, step.target, step.data, step.value_wei)
            found |= self.fork.reads_of(tx, Moment(step.block_number, step.timestamp))
        self.fork.apply(reached.run.executed.diff)
        return found

    def _compared(self, executed: Executed) -> dict[str, Any]:
        """Discover the DAO again, as it would stand had the execution happened at the pinned block."""
        self.fork.reset()
        if self.bench.before is None:
            self.bench.before = self.bench.rediscovery.look(self.fork, ())
        self.fork.apply(executed.diff)
        seen = Comparison(self.bench.before, self.bench.rediscovery.look(self.fork, executed.trace.logs))
        return {
            "controls": control_changes(seen),
            "rights": right_changes(seen),
            "parameters": parameter_changes(seen),
        }

    # --------------------------------------------------------------------------------------------- making

    def _evidence(self, reached: _Reached) -> SimulationEvidence:
        at = self.found.world.at
        return SimulationEvidence(
            chain_id=at.chain_id,
            block_number=at.block_number,
            block_hash=at.block_hash,
            program=self.bench.program,
            steps=reached.steps,
            gas=self.fork.gas,
            execution_calls=reached.run.calls,
            effects=effects_digest(reached.run.executed),
        )

    def _reverted(self, executed: Executed, facts: dict[str, Any], proof: tuple[SimulationEvidence, ...]) -> Simulation:
        why = reason_of(executed.trace)
        facts["revert_reason"] = Known(value=why, evidence=())
        missing = Unknown(reason=Reason.REVERTED, detail=f"what it would change when it does not fail: {why}")
        return self._unknown(missing, facts, proof)

    def _unknown(self, why: Unknown, facts: dict[str, Any], proof: tuple[SimulationEvidence, ...]) -> Simulation:
        rest = unknown_facts(Simulation, why.reason, why.detail)
        return self._made({"path_note": "", "after": (), **rest, **facts}, proof)

    def _made(self, facts: dict[str, Any], proof: tuple[SimulationEvidence, ...]) -> Simulation:
        proposal = self.plan.proposal
        return Simulation(governor=proposal.governor, proposal=proposal.id, **facts, evidence=proof)
