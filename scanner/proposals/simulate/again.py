"""Discovery once more, on a fork: the same code reads the same things, before an execution and after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from scanner.chain import plans, wire
from scanner.chain.faults import Answer, Fault, Result
from scanner.chain.interface import AccountRead, CallRead, Chain, CodeRead, LogRead, Read, StorageRead
from scanner.chain.payload import at, canonical, observe, unknown
from scanner.chain.plans import Outcome, checked
from scanner.code.interface import CodeJob, CodeResult
from scanner.discovery.discover import Analyse, Discovered, Found, Steps, describe, explore
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Known, Unknown
from scanner.proposals.simulate.fork import Fork
from scanner.proposals.simulate.trace import Log
from scanner.sources.interface import Deployed, SourceAnswer, Sources

_HASH = "0x" + "00" * 32
_FIRST_INDEX = 10_000_000


@dataclass(frozen=True)
class Seen:
    """What discovery found on a fork."""

    found: Found
    described: Discovered


class ForkChain(Chain):
    """The pinned block as it would be after an execution: calls run on the fork, other reads take what it changed.

    Its observations carry evidence of the pinned block, which is not where they come from: they are compared, and only
    the differences are kept, under the evidence of the simulation.
    """

    def __init__(self, base: Chain, fork: Fork, logs: Sequence[Log], lock: AbstractContextManager[Any]) -> None:
        self.block = base.block
        self.trips = base.trips
        self._base = base
        self._fork = fork
        self._lock = lock
        self._changed = {log.address for log in logs}
        self._logs = tuple(
            LogEvidence(
                **at(base.block),
                address=log.address,
                transaction_hash=_HASH,
                log_index=_FIRST_INDEX + index,
                topics=log.topics,
                data=log.data,
            )
            for index, log in enumerate(logs)
        )

    def read(self, reads: Sequence[Read]) -> tuple[Known[Any] | Unknown, ...]:
        wanted = [canonical(read) for read in reads]
        here = [read for read in dict.fromkeys(wanted) if isinstance(read, _ON_FORK)]
        elsewhere = [read for read in dict.fromkeys(wanted) if not isinstance(read, _ON_FORK)]
        done: dict[Read, Known[Any] | Unknown] = {}
        if elsewhere:
            with self._lock:
                answers = self._base.read(elsewhere)
            done.update({read: self._with_logs(read, answer) for read, answer in zip(elsewhere, answers, strict=True)})
        requests = [request for read in here for request in _requests(read)]
        told = iter(self._fork.ask(requests))
        for read in here:
            outcome = _outcome(read, [next(told) for _ in _requests(read)])
            done[read] = unknown(read, outcome) if isinstance(outcome, Fault) else observe(read, outcome, self.block)
        return tuple(done[read] for read in wanted)

    def _with_logs(self, read: Read, answer: Known[Any] | Unknown) -> Known[Any] | Unknown:
        if not isinstance(read, LogRead) or isinstance(answer, Unknown):
            return answer
        more = tuple(log for log in self._logs if _fits(log, read))
        return Known(value=(*answer.value, *more), evidence=answer.evidence) if more else answer


_ON_FORK = (CallRead, CodeRead, AccountRead, StorageRead)


def _requests(read: Read) -> list[tuple[str, list[Any]]]:
    if isinstance(read, CallRead):
        sender = {"from": read.sender} if read.sender else {}
        return [("eth_call", [{**sender, "to": read.address, "data": read.data}, "latest"])]
    if isinstance(read, CodeRead):
        return [("eth_getCode", [read.address, "latest"])]
    if isinstance(read, StorageRead):
        return [("eth_getStorageAt", [read.address, read.slot, "latest"])]
    assert isinstance(read, AccountRead)
    return [(method, [read.address, "latest"]) for method in ("eth_getBalance", "eth_getTransactionCount")]


def _outcome(read: Read, answers: list[Answer]) -> Outcome:
    if isinstance(read, CallRead):
        return plans.call_outcome(answers[0])
    for answer in answers:
        if isinstance(answer, Fault):
            return answer
    values = [answer.value for answer in answers if isinstance(answer, Result)]
    if isinstance(read, CodeRead):
        return checked(answers[0], lambda value: {"code": wire.data(value)})
    if isinstance(read, StorageRead):
        return checked(
            answers[0],
            lambda value: {"value": wire.padded(value), "account_proof": [], "storage_proof": []},
        )
    return checked(
        Result(values), lambda pair: {"balance": str(wire.quantity(pair[0])), "nonce": wire.quantity(pair[1])}
    )


def _fits(log: LogEvidence, read: LogRead) -> bool:
    """Whether a log answers a filter, as `eth_getLogs` has it."""
    if read.address and log.address != read.address:
        return False
    if len(log.topics) < len(read.topics):
        return False
    return all(not choices or topic in choices for topic, choices in zip(log.topics, read.topics, strict=False))


class KnownSources(Sources):
    """Sources of the first crawl, and the providers for contracts that it did not meet."""

    def __init__(self, found: Found) -> None:
        self._found = found

    @property
    def requests(self) -> int:
        return self._found.world.sources.requests

    def fetch_all(self, wanted: Sequence[Deployed]) -> dict[str, SourceAnswer]:
        answers: dict[str, SourceAnswer] = {}
        fresh: list[Deployed] = []
        for one in wanted:
            account = self._found.world.get(one.address)
            same = account is not None and isinstance(account.code, Known) and account.code.value == one.runtime_code
            if account is not None and same and account.source is not None:
                answers[one.address] = account.source
            else:
                fresh.append(one)
        if fresh:
            answers |= self._found.world.sources.fetch_all(fresh)
        return answers


@dataclass
class Rediscovery:
    """Runs discovery on a fork; what it was told of code and sources before is not asked for again."""

    found: Found
    entry: Sequence[str]
    analyse: Analyse
    lock: AbstractContextManager[Any]
    steps: Steps

    def look(self, fork: Fork, logs: Sequence[Log]) -> Seen:
        """Return the DAO as it stands on the fork. `logs` were written since the pinned block. Raises ForkGone."""
        chain = ForkChain(self.found.world.chain, fork, logs, self.lock)
        steps = replace(self.steps, progress=lambda text: None)
        found = explore(chain, KnownSources(self.found), self.entry, analyse=self._analyse, steps=steps)
        described = describe(found, entry=self.entry[0], last_proposals={})
        return Seen(found, described)

    def _analyse(self, jobs: Sequence[CodeJob]) -> Mapping[str, CodeResult]:
        results: dict[str, CodeResult] = {}
        fresh: list[CodeJob] = []
        for job in jobs:
            account = self.found.world.get(job.address)
            same = account is not None and isinstance(account.code, Known) and account.code.value == job.runtime_code
            if same and job.address in self.found.results:
                results[job.address] = self.found.results[job.address]
            else:
                fresh.append(job)
        if fresh:
            results |= self.analyse(fresh)
        return results
