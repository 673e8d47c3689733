"""Reads of state at one block: by hash where the node takes one (EIP-1898), else by number, comparing the hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scanner.chain import wire
from scanner.chain.faults import Answer, Fault, Kind, Result
from scanner.chain.rpc import Request, Rpc
from scanner.model.errors import NodeError
from scanner.model.snapshot import PinnedBlock


class PinnedRpc:
    """Adds the block to each read of state, and notices when the chain is reorganised under the scan."""

    def __init__(self, rpc: Rpc, block: PinnedBlock, *, by_hash: bool = True) -> None:
        self.rpc = rpc
        self.block = block
        self._by_hash = by_hash
        self._takes_hash: dict[str, bool] = {}  # per method; a method that is not in it has not been tried

    def ask(self, requests: Sequence[Request]) -> list[Answer]:
        """Answer requests at the block. Raises NodeError when the node's block of that number is another one."""
        answers = self._send(requests)
        doubtful = self._learn(requests, answers)
        if doubtful:
            for method in {requests[index].method for index in doubtful}:
                self._takes_hash[method] = False
            again = self._send([requests[index] for index in doubtful])
            for index, answer in zip(doubtful, again, strict=True):
                answers[index] = answer
            self._unlearn([requests[index].method for index in doubtful], again)
        return answers

    def _send(self, requests: Sequence[Request]) -> list[Answer]:
        tagged = [self._tagged(request) for request in requests]
        by_number = any(request.state and not self._uses_hash(request.method) for request in requests)
        if not by_number:
            return self.rpc.ask(tagged)
        header = Request("eth_getBlockByNumber", (hex(self.block.number), False))
        *answers, check = self.rpc.ask([*tagged, header])
        self._compare(check)
        return answers

    def _uses_hash(self, method: str) -> bool:
        return self._by_hash and self._takes_hash.get(method, True)

    def _tagged(self, request: Request) -> Request:
        if not request.state:
            return request
        tag: Any = {"blockHash": self.block.hash} if self._uses_hash(request.method) else hex(self.block.number)
        return replace(request, params=(*request.params, tag))

    def _learn(self, requests: Sequence[Request], answers: Sequence[Answer]) -> list[int]:
        """Note which methods took the hash; return the reads of those that have not taken it even once."""
        failed: dict[str, list[int]] = {}
        for index, (request, answer) in enumerate(zip(requests, answers, strict=True)):
            if not request.state or not self._uses_hash(request.method):
                continue
            if isinstance(answer, Result) or answer.kind in (Kind.REVERTED, Kind.OUT_OF_GAS):
                self._takes_hash[request.method] = True
            elif answer.kind is not Kind.UNSUPPORTED:
                failed.setdefault(request.method, []).append(index)
        return sorted(index for method, all_of in failed.items() if method not in self._takes_hash for index in all_of)

    def _unlearn(self, methods: Sequence[str], answers: Sequence[Answer]) -> None:
        """A method that fails by number too says nothing about hashes: try the hash again next time."""
        worked = {method for method, answer in zip(methods, answers, strict=True) if not isinstance(answer, Fault)}
        for method in set(methods) - worked:
            del self._takes_hash[method]

    def _compare(self, answer: Answer) -> None:
        if not isinstance(answer, Result):
            raise NodeError(
                "the node could not confirm the pinned block",
                where=self.rpc.transport.endpoint.shown,
                hint="try again, or use a node that takes block hashes (EIP-1898)",
            )
        try:
            found = wire.header(answer.value)
        except wire.Malformed:
            found = None
        if found is None or found.hash != self.block.hash:
            raise NodeError(
                f"block {self.block.number} was replaced by another one during the scan",
                where=self.rpc.transport.endpoint.shown,
                hint="scan again, at an older block (--block) or at the finalized one",
            )
