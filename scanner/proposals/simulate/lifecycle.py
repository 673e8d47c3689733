"""Bringing a proposal to its execution: through its governor and timelock, as votes and time would, or directly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from eth_utils.crypto import keccak

from scanner.chain.abi import DecodeError, decode, encode_call, selector
from scanner.chain.faults import Answer, Fault
from scanner.discovery.account import Account, nonzero
from scanner.discovery.asking import has_selector
from scanner.discovery.clock import seconds_per_block
from scanner.discovery.discover import Found
from scanner.discovery.families.interface import state_name
from scanner.discovery.families.told import RawProposal
from scanner.discovery.world import running_code
from scanner.model.observation import Known, Unknown
from scanner.model.proposals import Proposal
from scanner.proposals.collect import executor_of
from scanner.proposals.simulate.fork import SENDER, Executed, Fork, Moment, Tx

MAX_VOTERS = 60
_MAX_STAGES = 8
_MARGIN = Fraction(5, 4)
_LISTS = "(address[],uint256[],bytes[],bytes32)"


class NotReached(Exception):
    """The governor could not be brought to execute; the text says why."""


@dataclass(frozen=True)
class Plan:
    """One proposal with what is needed to move it."""

    found: Found
    raw: RawProposal
    proposal: Proposal

    @property
    def governor(self) -> Account:
        return self.found.world.accounts[self.raw.governor]

    @property
    def executor(self) -> str:
        return self.raw.executor or executor_of(self.found, self.raw.governor)


@dataclass(frozen=True)
class Run:
    """How an execution went: when, and with what helped along."""

    executed: Executed
    at: Moment
    note: str = ""
    paid_along: bool = False
    calls: int = 1


def direct(fork: Fork, plan: Plan, at: Moment) -> Run:
    """Let the executor make the proposal's calls, one after the other; where one fails, all are undone."""
    done: Executed | None = None
    for action in plan.raw.actions:
        tx = Tx(plan.executor, action.target, action.calldata, action.value)
        if action.value:
            held = fork.balance_of(plan.executor)
            if held < action.value:
                short = f"the executor holds {held} wei and would have to send {action.value}"
                return Run(failed(short, done), at, calls=len(fork.steps))
        one = fork.execute(tx, at)
        if done is not None:
            both = done.trace.then(one.trace)
            one = Executed(both, done.diff.then(one.diff) if one.trace.succeeded else one.diff)
        done = one
        if not one.trace.succeeded:
            break
    if done is None:
        return Run(Executed.nothing(), at, "it makes no calls", calls=0)
    return Run(done, at, calls=len(fork.steps))


def failed(why: str, done: Executed | None) -> Executed:
    """Return an execution that fails before its next call is made."""
    base = done or Executed.nothing()
    return replace(base, trace=replace(base.trace, succeeded=False, error=why, output="0x"))


def by_vote(fork: Fork, plan: Plan, start: Moment) -> Run:
    """Vote, queue, wait and execute through the governor. Raises NotReached where it cannot be brought that far."""
    if plan.proposal.draft:
        raise NotReached("a draft is not on chain, so that nobody can vote on it")
    steps = _Steps(fork, plan, start)
    for _ in range(_MAX_STAGES):
        state = steps.state()
        if state == "Pending":
            steps.travel(plan.raw.vote_start + 1)
        elif state == "Active":
            steps.vote()
            steps.travel(steps.deadline() + 1)
        elif state == "Succeeded":
            if not steps.queue():
                return steps.execute()
        elif state == "Queued":
            steps.wait()
            return steps.execute()
        else:
            raise NotReached(f"the governor says {state}{f' ({steps.note})' if steps.note else ''}")
    raise NotReached("the governor does not come to an end")


class _Steps:
    """The moves of one proposal on one governor."""

    def __init__(self, fork: Fork, plan: Plan, start: Moment) -> None:
        self.fork, self.plan, self.at = fork, plan, start
        self.note = ""
        self._code = running_code(plan.found.world, plan.governor)
        mode = plan.found.parts.makers[plan.raw.governor].clock(plan.governor)
        if not isinstance(mode, Known):
            raise NotReached("the governor's clock is not known")
        self._by_time = mode.value == "timestamp"
        rate = seconds_per_block(plan.found.world, plan.governor)
        self._rate = rate.value if isinstance(rate, Known) and rate.value > 0 else Fraction(12)
        self._queued = False

    # ------------------------------------------------------------------------------------------------ asking

    def _view(self, signature: str, output: str = "uint256") -> int | None:
        data = encode_call(signature, (self.plan.raw.id,))
        return _number(self.fork.call(self.plan.raw.governor, data, self.at), output)

    def _knows(self, signature: str) -> bool:
        return has_selector(self._code, selector(signature))

    def state(self) -> str:
        found = self._view("state(uint256)", "uint8")
        if found is None:
            raise NotReached("the governor does not answer state(uint256)")
        return state_name(found)

    def deadline(self) -> int:
        return max(self.plan.raw.vote_end, self._view("proposalDeadline(uint256)") or 0)

    # ------------------------------------------------------------------------------------------------ moving

    def travel(self, clock: int) -> None:
        """Go to a reading of the governor's own clock, never back."""
        if self._by_time:
            seconds = max(0, clock - self.at.time)
            self.at = Moment(self.at.number + max(1, int(seconds / self._rate)), self.at.time + seconds)
        else:
            blocks = max(0, clock - self.at.number)
            self.at = Moment(self.at.number + blocks, self.at.time + max(blocks, int(blocks * self._rate)))
        if self.at.time >= 1 << 64 or self.at.number >= 1 << 64:
            raise NotReached("the vote ends after the end of time")

    def vote(self) -> None:
        """Let the largest delegates vote for it, until that should be enough."""
        plan, fork = self.plan, self.fork
        voters = _voters(plan)
        as_bool = not self._knows("castVote(uint256,uint8)") and self._knows("castVote(uint256,bool)")
        signature = "castVote(uint256,bool)" if as_bool else "castVote(uint256,uint8)"
        data = encode_call(signature, (plan.raw.id, True if as_bool else 1))
        needed, cast, count = self._needed(), 0, 0
        for voter, weight in voters:
            if fork.execute(Tx(voter, plan.raw.governor, data), self.at).trace.succeeded:
                cast, count = cast + weight, count + 1
            if needed is not None and cast >= needed:
                break
        self.note = f"{count} largest delegates were made to vote for it" if count else "nobody could be made to vote"

    def _needed(self) -> int | None:
        """Return the weight that is still missing, with a margin; None where no quorum can be read."""
        start, governor = self.plan.raw.vote_start, self.plan.raw.governor
        quorum: int | None = None
        for data in (encode_call("quorum(uint256)", (start,)), encode_call("quorumVotes()")):
            quorum = quorum if quorum is not None else _number(self.fork.call(governor, data, self.at))
        if quorum is None:
            return None
        proposal = self.plan.proposal
        votes_for, against = (_or_zero(count) for count in (proposal.for_votes, proposal.against_votes))
        return int((max(quorum, against) + 1) * _MARGIN) - votes_for

    def queue(self) -> bool:
        """Queue what has passed; False where there is nothing to queue it in."""
        if (
            self._queued
            or nonzero(self.plan.found.parts.makers[self.plan.raw.governor].timelock(self.plan.governor)) is None
        ):
            return False
        self._queued = True
        done = self._send("queue")
        return done is not None and done.trace.succeeded

    def wait(self) -> None:
        """Go to the time from which the queued proposal can be executed."""
        eta = self._view("proposalEta(uint256)") or self._struct_eta()
        if not eta:
            eta = self.at.time + self._least_delay()
        seconds = max(0, eta - self.at.time) + 1
        self.at = Moment(self.at.number + max(1, int(seconds / self._rate)), self.at.time + seconds)

    def _struct_eta(self) -> int:
        answer = self.fork.call(self.plan.raw.governor, encode_call("proposals(uint256)", (self.plan.raw.id,)), self.at)
        if isinstance(answer, Fault):
            return 0
        try:
            found = int(decode(("uint256", "address", "uint256"), str(answer.value))[2])
        except DecodeError:
            return 0
        return found if found < 1 << 48 else 0

    def _least_delay(self) -> int:
        timelock = self.plan.found.world.get(self.plan.executor)
        for getter in ("getMinDelay()", "delay()"):
            answer = timelock.ask(getter) if timelock else None
            if isinstance(answer, Known):
                return int(answer.value)
        return 0

    def execute(self) -> Run:
        done = self._send("execute")
        if done is None:
            raise NotReached("the governor has no function execute that is known here")
        paid = bool(self.fork.steps) and self.fork.steps[-1].value_wei > 0
        if paid and done.trace.succeeded:
            self.note += "; whoever executes it sends the value along"
        return Run(replace(done, diff=done.diff.without(SENDER)), self.at, self.note, paid)

    def _send(self, what: str) -> Executed | None:
        """Queue or execute, in whichever form the governor has; try again where it wants value or its proposer."""
        data = self._form(what)
        if data is None:
            return None
        value = sum(action.value for action in self.plan.raw.actions) if what == "execute" else 0
        first: Executed | None = None
        for sender, wei in dict.fromkeys(((SENDER, 0), (self.plan.raw.proposer, 0), (SENDER, value))):
            if wei:
                self.fork.fund(sender, wei, self.at)
            done = self.fork.execute(Tx(sender, self.plan.raw.governor, data, wei), self.at)
            if done.trace.succeeded:
                return done
            first = first or done
        return first

    def _form(self, what: str) -> str | None:
        plan = self.plan
        if self._knows(f"{what}(uint256)"):
            return encode_call(f"{what}(uint256)", (plan.raw.id,))
        if self._knows(f"{what}{_LISTS}"):
            actions = plan.raw.actions
            lists = (
                [action.target for action in actions],
                [action.value for action in actions],
                [action.calldata for action in actions],
                "0x" + keccak(text=plan.raw.description).hex(),
            )
            return encode_call(f"{what}{_LISTS}", lists)
        return None


def _number(answer: Answer, output: str = "uint256") -> int | None:
    if isinstance(answer, Fault):
        return None
    try:
        return int(decode((output,), str(answer.value))[0])
    except DecodeError:
        return None


def _or_zero(count: Known[int] | Unknown) -> int:
    return count.value if isinstance(count, Known) else 0


def _voters(plan: Plan) -> Sequence[tuple[str, int]]:
    token = nonzero(plan.found.parts.vote_tokens[plan.raw.governor])
    power = plan.found.powers.get(token) if token else None
    if power is None or not isinstance(power.delegates, Known):
        raise NotReached("who could vote is not known: the token's delegations could not be read")
    ranked = sorted(power.delegates.value.items(), key=lambda pair: (-pair[1], pair[0]))
    return [pair for pair in ranked if pair[1] > 0][:MAX_VOTERS]
