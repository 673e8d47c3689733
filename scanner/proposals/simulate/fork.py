"""A fork as the simulation uses it: executions with any block number and time, changes laid over it, and reads.

An execution is a traced call (debug_traceCall) whose changes are then written to the fork, and no mined transaction:
so block number and time can be any, without mining the thousands of blocks between a vote's opening and its end.
"""

from __future__ import annotations

import hashlib
import http.client
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from scanner.chain import wire
from scanner.chain.faults import Answer, Fault, Kind, Result, classify
from scanner.model.evidence import ForkStep
from scanner.proposals.simulate.diff import StateDiff, read_diff
from scanner.proposals.simulate.process import ForkGone, ForkLimits
from scanner.proposals.simulate.trace import TooMuch, Trace, read_trace

_BATCH = 500
SENDER = "0x" + "5111" * 10
"""Who queues and executes on a fork: nobody in particular. What becomes of this account is no effect."""

_NOTHING = "0x" + "00" * 20
_PROBE = "0x" + "da0" + "0" * 37
_PROBE_CODE = "0x43600052426020526040600" + "0f3"
"""NUMBER and TIMESTAMP as contracts see them, which on Arbitrum's chains is another number than the block's."""


@dataclass(frozen=True)
class Moment:
    """A block number and a time, in seconds since 1970, as contracts see them."""

    number: int
    time: int


@dataclass(frozen=True)
class Tx:
    """A call from an account that the fork lets anyone be."""

    sender: str
    target: str
    data: str = "0x"
    value: int = 0


@dataclass(frozen=True)
class Executed:
    """One execution: its trace, and what it changed (nothing where it failed)."""

    trace: Trace
    diff: StateDiff

    @staticmethod
    def nothing() -> Executed:
        """Return an execution of no calls."""
        return Executed(Trace(True, "0x", "", 0, (), ()), StateDiff())


class Fork:
    """A client of one running fork. Every method raises ForkGone when the fork is gone or refuses what forks can do."""

    def __init__(self, url: str, limits: ForkLimits, *, gas: int) -> None:
        parts = urlsplit(url)
        self._limits = limits
        self._connection = http.client.HTTPConnection(
            parts.hostname or "127.0.0.1", parts.port, timeout=limits.seconds + 10
        )
        self.gas = gas
        self.steps: list[ForkStep] = []
        self._base = str(self._ask("evm_snapshot"))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    # ------------------------------------------------------------------------------------------- executing

    def now(self) -> Moment:
        """Return the pinned block's number and time as contracts see them."""
        overrides = {_PROBE: {"code": _PROBE_CODE}}
        answer = wire.data(self._ask("eth_call", {"to": _PROBE}, "latest", overrides))
        if len(answer) != 130:
            raise ForkGone("the fork does not run code that is laid over it")
        return Moment(int(answer[2:66], 16), int(answer[66:], 16))

    def execute(self, tx: Tx, at: Moment) -> Executed:
        """Execute a call at a moment and keep what it changes."""
        done = self.look(tx, at)
        self.steps.append(
            ForkStep(
                step="call",
                sender=tx.sender,
                target=tx.target,
                value_wei=tx.value,
                data=tx.data,
                block_number=at.number,
                timestamp=at.time,
                succeeded=done.trace.succeeded,
            )
        )
        if done.trace.succeeded:
            self.apply(done.diff)
        return done

    def look(self, tx: Tx, at: Moment) -> Executed:
        """Return what a call at a moment would do; nothing of it is kept."""
        try:
            trace = read_trace(self._traced(tx, at, "callTracer", {"withLog": True}))
            if not trace.succeeded:
                return Executed(trace, StateDiff())
            diff = read_diff(self._traced(tx, at, "prestateTracer", {"diffMode": True}))
        except TooMuch as error:
            raise ForkGone("the execution makes more calls than are looked at", limit=True) from error
        except (wire.Malformed, RecursionError, AttributeError, KeyError) as error:
            raise ForkGone("the fork's trace cannot be read") from error
        return Executed(trace, _without_sender(diff, tx))

    def reads_of(self, tx: Tx, at: Moment) -> frozenset[tuple[str, str]]:
        """Return the slots that a call at a moment reads or writes."""
        answer = self._traced(tx, at, "prestateTracer", {})
        try:
            return frozenset(
                (wire.address(address), wire.padded(slot))
                for address, state in answer.items()
                for slot in state.get("storage") or ()
            )
        except (wire.Malformed, AttributeError) as error:
            raise ForkGone("the fork's trace cannot be read") from error

    def _traced(self, tx: Tx, at: Moment, tracer: str, config: dict[str, Any]) -> Any:
        call = {
            "from": tx.sender,
            "to": tx.target,
            "data": tx.data,
            "value": hex(tx.value),
            "gas": hex(self.gas),
            "gasPrice": "0x0",
        }
        overrides = {"number": hex(at.number), "time": hex(at.time)}
        options = {"tracer": tracer, "tracerConfig": config, "blockOverrides": overrides}
        return self._ask("debug_traceCall", call, "latest", options)

    def fund(self, address: str, wei: int, at: Moment) -> None:
        """Give an account at least this much, so that it can send it along."""
        if self.balance_of(address) >= wei:
            return
        self._ask("anvil_setBalance", address, hex(wei))
        self.steps.append(
            ForkStep(
                step="set-balance",
                sender=address,
                target=address,
                value_wei=wei,
                data="0x",
                block_number=at.number,
                timestamp=at.time,
                succeeded=True,
            )
        )

    def apply(self, diff: StateDiff) -> None:
        """Lay changes over the fork."""
        for answer in self.ask(list(diff.requests())):
            if isinstance(answer, Fault):
                raise ForkGone(f"the fork does not take changes of state: {answer.message}")

    def reset(self) -> None:
        """Take the fork back to the pinned block's state."""
        if self._ask("evm_revert", self._base) is not True:
            raise ForkGone("the fork cannot be taken back to the pinned block")
        self._base = str(self._ask("evm_snapshot"))
        self.steps = []

    # --------------------------------------------------------------------------------------------- reading

    def call(self, target: str, data: str, at: Moment, *, sender: str = _NOTHING) -> Answer:
        """Return what a view returns at a moment."""
        call = {"from": sender, "to": target, "data": data}
        overrides = {"number": hex(at.number), "time": hex(at.time)}
        return self.ask([("eth_call", [call, "latest", {}, overrides])])[0]

    def balance_of(self, address: str) -> int:
        """Return what an account has of the chain's own currency, in wei."""
        return wire.quantity(self._ask("eth_getBalance", address, "latest"))

    def ask(self, requests: Sequence[tuple[str, list[Any]]]) -> list[Answer]:
        """Answer calls in order, in batches."""
        answers: list[Answer] = []
        for first in range(0, len(requests), _BATCH):
            part = requests[first : first + _BATCH]
            body = [
                {"jsonrpc": "2.0", "id": index, "method": method, "params": params}
                for index, (method, params) in enumerate(part)
            ]
            found = self._post(json.dumps(body).encode())
            if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
                raise ForkGone("the fork does not answer as it should")
            by_id = {item.get("id"): item for item in found}
            answers += [_answer(by_id.get(index), method) for index, (method, _) in enumerate(part)]
        return answers

    def _ask(self, method: str, *params: Any) -> Any:
        (answer,) = self.ask([(method, list(params))])
        if isinstance(answer, Fault):
            raise ForkGone(f"the fork refuses {method}: {answer.message[:200]}")
        return answer.value

    def _post(self, body: bytes) -> Any:
        try:
            self._connection.request("POST", "/", body, {"Content-Type": "application/json"})
            answer = self._connection.getresponse()
            said = answer.read(self._limits.answer_bytes + 1)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise ForkGone("the fork ended before it answered") from error
        if len(said) > self._limits.answer_bytes:
            self._connection.close()
            raise ForkGone(f"a trace of more than {self._limits.answer_bytes >> 20} MB", limit=True)
        try:
            return json.loads(said)
        except (ValueError, RecursionError) as error:
            raise ForkGone("the fork does not answer as it should") from error


def _without_sender(diff: StateDiff, tx: Tx) -> StateDiff:
    """Leave out the nonce that the call itself costs: only a contract's own creations count."""
    own = diff.accounts.get(tx.sender)
    if own is not None and own.balance is None and own.code is None and not own.slots:
        return diff.without(tx.sender)
    return diff


def _answer(item: dict[str, Any] | None, method: str) -> Answer:
    if item is None:
        return Fault(Kind.GARBAGE, "no answer")
    error = item.get("error")
    if error is not None:
        error = error if isinstance(error, dict) else {}
        code = error.get("code")
        number = code if isinstance(code, int) else None
        return classify(method, number, str(error.get("message", "no reason given"))[:300], error.get("data"))
    return Result(item.get("result"))


def effects_digest(executed: Executed) -> str:
    """Return the SHA-256 of an execution's changes and logs, as canonical JSON."""
    accounts = {
        address: {
            "balance": [str(value) for value in change.balance] if change.balance else None,
            "code": list(change.code) if change.code else None,
            "slots": {slot: list(values) for slot, values in sorted(change.slots.items())},
        }
        for address, change in sorted(executed.diff.accounts.items())
        if address != SENDER
    }
    logs = [[log.address, list(log.topics), log.data] for log in executed.trace.logs]
    text = json.dumps({"accounts": accounts, "logs": logs}, sort_keys=True, separators=(",", ":"))
    return "0x" + hashlib.sha256(text.encode()).hexdigest()
