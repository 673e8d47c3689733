"""Doing a simulation again from its evidence, on another node: the same effects, or others."""

from __future__ import annotations

from pathlib import Path

from scanner.chain.forkproxy import ForkProxy
from scanner.chain.node import ChainOptions, open_chain
from scanner.chain.recheck import Recheck, Verdict
from scanner.model.errors import DaoscanError
from scanner.model.evidence import ForkStep, SimulationEvidence
from scanner.proposals.simulate.diff import StateDiff
from scanner.proposals.simulate.fork import Executed, Fork, Moment, Tx, effects_digest
from scanner.proposals.simulate.process import AnvilProcess, ForkGone, ForkLimits
from scanner.proposals.simulate.program import NoAnvil, find_anvil


def replay(evidence: SimulationEvidence, rpc_url: str, cache_dir: Path) -> Recheck:
    """Return whether the steps of a simulation have the same effects on a fork of another node.

    Unavailable where there is no anvil on this machine (none is fetched), or where the node cannot be forked.
    """
    try:
        program = find_anvil(None, cache_dir, offline=True)
        chain = open_chain(rpc_url, ChainOptions(block=evidence.block_number, expected_chain_id=evidence.chain_id))
    except (NoAnvil, DaoscanError) as error:
        return Recheck(evidence, Verdict.UNAVAILABLE, f"it was not executed again: {error}")
    limits = ForkLimits()
    try:
        with ForkProxy(chain) as proxy, AnvilProcess(program, proxy.url, limits) as process:
            fork = Fork(process.url, limits, gas=evidence.gas)
            try:
                found = effects_digest(_executed(fork, evidence))
            finally:
                fork.close()
    except ForkGone as error:
        return Recheck(evidence, Verdict.UNAVAILABLE, f"it could not be executed again: {error}")
    finally:
        chain.close()
    if found == evidence.effects:
        return Recheck(evidence, Verdict.MATCH)
    return Recheck(evidence, Verdict.MISMATCH, f"executed again, its effects have the digest {found}")


def _executed(fork: Fork, evidence: SimulationEvidence) -> Executed:
    """Do every step; return the last calls, which are the execution, as one."""
    done = [fork.execute(_call(step), _moment(step)) for step in evidence.steps if not _fund(fork, step)]
    own = done[len(done) - evidence.execution_calls :]
    whole = own[0] if own else Executed.nothing()
    for later in own[1:]:
        diff = whole.diff.then(later.diff) if later.trace.succeeded else StateDiff()
        whole = Executed(whole.trace.then(later.trace), diff)
    return whole


def _fund(fork: Fork, step: ForkStep) -> bool:
    if step.step != "set-balance":
        return False
    fork.fund(step.sender, step.value_wei, _moment(step))
    return True


def _call(step: ForkStep) -> Tx:
    return Tx(step.sender, step.target, step.data, step.value_wei)


def _moment(step: ForkStep) -> Moment:
    return Moment(step.block_number, step.timestamp)
