"""JSON-RPC 2.0 in batches that shrink when a node cannot take them.

Nodes limit batches by count, bytes, computing time or plan, and say so in as many ways as there are nodes: HTTP 413 or
400, a single error with id null, an error per item, a time-out, half a response. So no wording is relied upon: a batch
that is refused is cut in half, and an item that failed inside a batch for no clear reason is asked once alone, which
tells a limit of the batch from a fault of the item.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scanner.chain.faults import FINAL, Answer, Fault, Kind, Result, classify
from scanner.chain.transport import Transport
from scanner.model.errors import NodeError

FIRST_BATCH = 500
"""Most nodes take so many requests at once."""

LARGEST_BATCH = 4_000
"""Full batches that are answered double up to this, until one is refused: a wide level is then one or two of them."""

MAX_BODY_BYTES = 1_000_000
_CALM_BATCHES = 8


@dataclass(frozen=True)
class Request:
    """One JSON-RPC call. `state`: the pinned block is appended to its parameters.

    `divisible`: whoever asks will ask for smaller pieces, so an error that may be a limit is handed back at once.
    """

    method: str
    params: tuple[Any, ...] = ()
    state: bool = False
    divisible: bool = False


@dataclass(frozen=True)
class _Refusal:
    """A whole batch was refused. `broken`: nothing of JSON-RPC came back."""

    fault: Fault
    broken: bool = False


class Rpc:
    """Asks one node. Every call inside a batch is counted in `trips.reads`."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self._next_id = 1
        self._size = FIRST_BATCH
        self._calm = 0
        self._refusals = 0

    def ask(self, requests: Sequence[Request]) -> list[Answer]:
        """Answer `requests`, in order. Raises NodeError when the node is of no use, UsageError for a refused key."""
        answers: dict[int, Answer] = {}
        queue = deque([list(range(len(requests)))] if requests else [])
        while queue:
            part = queue.popleft()
            part, rest = self._cut(requests, part)
            if rest:
                queue.appendleft(rest)
            outcome = self._post([requests[index] for index in part])
            if isinstance(outcome, _Refusal):
                queue.extendleft(reversed(self._refused(part, outcome, answers)))
                continue
            self._calm_down(len(part))
            unclear = self._sort(part, requests, outcome, answers)
            again = self._settle(unclear, requests, answers) if unclear else []
            if again:
                self._shrink(len(part))
                queue.appendleft(again)
        return [answers[index] for index in range(len(requests))]

    def alive(self) -> bool:
        """Whether the node answers the smallest question there is."""
        outcome = self._post([Request("eth_chainId")])
        return not isinstance(outcome, _Refusal) and isinstance(outcome[0], Result)

    def _useless(self, fault: Fault) -> NodeError:
        return NodeError(
            "the node does not answer as an Ethereum JSON-RPC node should",
            where=self.transport.endpoint.shown,
            hint=f"it said: {fault.message}; check --rpc-url, or try later",
        )

    # ------------------------------------------------------------------------------------ cutting to size

    def _cut(self, requests: Sequence[Request], indexes: list[int]) -> tuple[list[int], list[int]]:
        """Return what makes one batch, within the size that the node takes and a bound on bytes, and what is left."""
        room = MAX_BODY_BYTES
        for count, index in enumerate(indexes):
            room -= 200 + sum(len(str(part)) for part in requests[index].params)
            if count and (count >= self._size or room < 0):
                return indexes[:count], indexes[count:]
        return indexes, []

    def _shrink(self, refused: int) -> None:
        self._size = max(1, min(self._size, refused) // 2)
        self._calm = 0
        self._refusals += 1

    def _calm_down(self, answered: int) -> None:
        """Let batches grow: at once while nothing was refused, else after a while, for one read may have been heavy."""
        self._calm += 1
        if not self._refusals:
            if answered >= self._size:
                self._size = min(LARGEST_BATCH, self._size * 2)
        elif self._calm >= _CALM_BATCHES and self._size < FIRST_BATCH:
            self._size, self._calm = min(FIRST_BATCH, self._size * 2), 0

    def _refused(self, part: list[int], refusal: _Refusal, answers: dict[int, Answer]) -> list[list[int]]:
        """Cut a refused batch in half, or give a single read up."""
        if refusal.broken and not self.alive():
            raise self._useless(refusal.fault)
        if len(part) == 1:
            answers[part[0]] = refusal.fault
            return []
        self._shrink(len(part))
        middle = len(part) // 2
        return [part[:middle], part[middle:]]

    # ------------------------------------------------------------------------------ errors inside a batch

    def _sort(
        self, part: list[int], requests: Sequence[Request], outcome: list[Answer], answers: dict[int, Answer]
    ) -> dict[int, Fault]:
        """Take what is settled into `answers` and return the faults that may be the batch's rather than the item's."""
        unclear: dict[int, Fault] = {}
        for index, answer in zip(part, outcome, strict=True):
            if isinstance(answer, Result) or answer.kind in FINAL:
                answers[index] = answer
            elif answer.kind is Kind.RATE or (len(part) > 1 and not requests[index].divisible):
                unclear[index] = answer
            else:
                answers[index] = answer
        return unclear

    def _settle(self, unclear: dict[int, Fault], requests: Sequence[Request], answers: dict[int, Answer]) -> list[int]:
        """Ask one of each sort of failed items alone; return those that are worth asking again in smaller batches."""
        sorts: dict[tuple[str, str], list[int]] = defaultdict(list)
        for index, fault in unclear.items():
            sorts[requests[index].method, fault.signature].append(index)
        again: list[int] = []
        for (_, signature), members in sorts.items():
            answer = self._alone(requests[members[0]], patient=unclear[members[0]].kind is Kind.RATE)
            answers[members[0]] = answer
            if isinstance(answer, Fault) and answer.signature == signature:
                answers.update({index: unclear[index] for index in members[1:]})
            else:
                again += members[1:]
        return sorted(again)

    def _alone(self, request: Request, *, patient: bool) -> Answer:
        patience = self.transport.patience
        answer: Answer = Fault(Kind.OTHER, "not asked")
        for attempt in range(patience.attempts if patient else 1):
            if patient:
                patience.sleep(min(patience.longest_wait_seconds, patience.first_wait_seconds * 2**attempt))
            outcome = self._post([request])
            if isinstance(outcome, _Refusal) and outcome.broken and not self.alive():
                raise self._useless(outcome.fault)
            answer = outcome.fault if isinstance(outcome, _Refusal) else outcome[0]
            if isinstance(answer, Result) or answer.kind is not Kind.RATE:
                break
        return answer

    # ------------------------------------------------------------------------------------------ the wire

    def _post(self, requests: list[Request]) -> list[Answer] | _Refusal:
        first = self._next_id
        self._next_id += len(requests)
        self.transport.trips.reads += len(requests)
        calls = [
            {"jsonrpc": "2.0", "id": first + index, "method": request.method, "params": list(request.params)}
            for index, request in enumerate(requests)
        ]
        # A single call goes as a plain object: some nodes take no batches at all.
        body = json.dumps(calls if len(calls) > 1 else calls[0], separators=(",", ":")).encode()
        for _ in range(2):
            reply = self.transport.post(body, divisible=len(calls) > 1)
            if isinstance(reply, Fault):
                return _Refusal(reply, broken=reply.kind is not Kind.LIMIT)
            outcome = self._parse(reply.body, reply.status, first, requests)
            if not (isinstance(outcome, _Refusal) and outcome.fault.kind is Kind.GARBAGE):
                break
        return outcome

    def _parse(self, body: bytes, status: int, first: int, requests: list[Request]) -> list[Answer] | _Refusal:
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            if status >= 400:
                return _Refusal(Fault(Kind.OTHER, f"HTTP {status}"), broken=True)
            shown = self.transport.endpoint.redact(body[:60].decode("utf-8", errors="replace"))
            return _Refusal(Fault(Kind.GARBAGE, f"not JSON: {shown}" if shown else "an empty response"), broken=True)
        if isinstance(found, dict):
            found = [found]
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            return _Refusal(Fault(Kind.GARBAGE, "JSON, but no JSON-RPC response"), broken=True)
        if len(found) == 1 and found[0].get("error") and (found[0].get("id") is None or len(requests) > 1):
            method = requests[0].method if len(requests) == 1 else ""
            return _Refusal(self._fault(method, found[0]["error"]))
        by_id: dict[Any, dict[str, Any]] = {}
        for item in found:
            by_id.setdefault(item.get("id") if isinstance(item.get("id"), int) else None, item)
        if not any(first + index in by_id for index in range(len(requests))):
            return _Refusal(Fault(Kind.GARBAGE, "the response is to another request"), broken=True)
        return [self._item(by_id.get(first + index), request.method) for index, request in enumerate(requests)]

    def _item(self, item: dict[str, Any] | None, method: str) -> Answer:
        if item is None:
            return Fault(Kind.GARBAGE, "the node left the answer out of its response")
        if item.get("error") is not None:
            return self._fault(method, item["error"])
        if "result" not in item:
            return Fault(Kind.GARBAGE, "the node answered neither result nor error")
        return Result(item["result"])

    def _fault(self, method: str, error: Any) -> Fault:
        error = error if isinstance(error, dict) else {"message": error}
        code, message = error.get("code"), error.get("message")
        number = code if isinstance(code, int) else None
        redacted = self.transport.endpoint.redact(message if isinstance(message, str) else "no reason given")
        shown = redacted if number is None else f"{redacted} (code {number})"
        fault = classify(method, number, redacted, error.get("data"))
        return Fault(fault.kind, shown, fault.data)
