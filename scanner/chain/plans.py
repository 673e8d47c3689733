"""How each sort of read is asked for, step by step.

A plan is a generator: it yields the requests of one step and is sent their answers; what it returns is a payload, or a
fault, for each of its reads. All plans of a level advance together, so that each step of all of them is one batch.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, cast

from scanner.chain import wire
from scanner.chain.faults import Answer, Fault, Kind, Result
from scanner.chain.interface import AccountRead, BlockRead, CallRead, CodeRead, Read, StorageRead
from scanner.chain.payload import Payload
from scanner.chain.proofs import BadProof, check_slot, storage_root
from scanner.chain.rpc import Request
from scanner.model.snapshot import PinnedBlock

Outcome = Payload | Fault
Plan = Generator[list[Request], list[Answer], dict[Read, Outcome]]


def run(plans: Sequence[Plan], ask: Callable[[list[Request]], list[Answer]]) -> dict[Read, Outcome]:
    """Run plans side by side until all have returned."""
    done: dict[Read, Outcome] = {}
    waiting: list[tuple[Plan, list[Request]]] = []
    for plan in plans:
        _advance(plan, None, waiting, done)
    while waiting:
        step, waiting = waiting, []
        answers = ask([request for _, wanted in step for request in wanted])
        first = 0
        for plan, wanted in step:
            _advance(plan, answers[first : first + len(wanted)], waiting, done)
            first += len(wanted)
    return done


def _advance(
    plan: Plan, answers: list[Answer] | None, waiting: list[tuple[Plan, list[Request]]], done: dict[Read, Outcome]
) -> None:
    try:
        waiting.append((plan, next(plan) if answers is None else plan.send(answers)))
    except StopIteration as stop:
        done.update(cast("dict[Read, Outcome]", stop.value))


def checked(answer: Answer, read_value: Callable[[Any], Payload]) -> Outcome:
    """Return the payload of an answer; one that is malformed is the node's fault."""
    if isinstance(answer, Fault):
        return answer
    try:
        return read_value(answer.value)
    except ValueError as error:
        return Fault(Kind.GARBAGE, f"the node's answer is malformed: {error}")


# ---------------------------------------------------------------------------------------------------- calls


def call_request(read: CallRead) -> Request:
    """Return the `eth_call` of a read."""
    sender = {"from": read.sender} if read.sender else {}
    return Request("eth_call", ({**sender, "to": read.address, "data": read.data},), state=True)


MAX_ANSWER_BYTES = 100_000
"""A contract can answer every question with megabytes; nothing that is asked here has an answer this long."""


def call_outcome(answer: Answer) -> Outcome:
    """Return a call's payload: a revert is an answer. One that is too long to be any answer is not kept."""
    said = answer.data if isinstance(answer, Fault) else answer.value
    if isinstance(said, str) and len(said) > 2 + 2 * MAX_ANSWER_BYTES:
        return Fault(Kind.LIMIT, f"an answer of {len(said) // 2 - 1} bytes, more than the {MAX_ANSWER_BYTES} kept")
    if isinstance(answer, Fault) and answer.kind is Kind.REVERTED:
        return {"result": answer.data, "reverted": True}
    return checked(answer, lambda value: {"result": wire.data(value), "reverted": False})


def calls(reads: Sequence[CallRead]) -> Plan:
    """Ask each call by itself."""
    answers = yield [call_request(read) for read in reads]
    return {read: call_outcome(answer) for read, answer in zip(reads, answers, strict=True)}


# --------------------------------------------------------------------------------------- code and accounts


def code(read: CodeRead) -> Plan:
    """Ask for runtime code."""
    (answer,) = yield [Request("eth_getCode", (read.address,), state=True)]
    return {read: checked(answer, lambda value: {"code": wire.data(value)})}


def account(read: AccountRead) -> Plan:
    """Ask for balance and nonce."""
    methods = ("eth_getBalance", "eth_getTransactionCount")
    answers = yield [Request(method, (read.address,), state=True) for method in methods]
    for answer in answers:
        if isinstance(answer, Fault):
            return {read: answer}
    both = Result([answer.value for answer in answers if isinstance(answer, Result)])
    return {read: checked(both, _balance_and_nonce)}


def _balance_and_nonce(values: list[Any]) -> Payload:
    return {"balance": str(wire.quantity(values[0])), "nonce": wire.quantity(values[1])}


def block(read: BlockRead) -> Plan:
    """Ask for a header."""
    (answer,) = yield [Request("eth_getBlockByNumber", (hex(read.number), False))]
    return {read: checked(answer, lambda value: _header(read, value))}


def _header(read: BlockRead, value: Any) -> Payload:
    found = wire.header(value)
    if found.number != read.number:
        raise wire.Malformed("it is another block")
    return {"hash": found.hash, "timestamp": found.timestamp}


# -------------------------------------------------------------------------------------------------- storage


def storage(reads: Sequence[StorageRead], pinned: PinnedBlock, *, prove: bool = True) -> Plan:
    """Ask for slots of one address: with proofs in one request (EIP-1186), or one by one where there are none."""
    address, slots = reads[0].address, [read.slot for read in reads]
    if prove:
        (answer,) = yield [Request("eth_getProof", (address, slots), state=True)]
        if isinstance(answer, Result):
            return _proven(reads, answer.value, pinned)
    answers = yield [Request("eth_getStorageAt", (address, slot), state=True) for slot in slots]
    return {read: checked(answer, _unproven) for read, answer in zip(reads, answers, strict=True)}


def _unproven(value: Any) -> Payload:
    return {"value": wire.word32(wire.padded(value)), "account_proof": [], "storage_proof": []}


def _proven(reads: Sequence[StorageRead], value: Any, pinned: PinnedBlock) -> dict[Read, Outcome]:
    """Check an answer to `eth_getProof` against the block's state root."""
    try:
        account_proof = wire.text_list(value["accountProof"])
        root = storage_root(state_root=pinned.state_root, address=reads[0].address, account_proof=account_proof)
        slots = {wire.padded(entry["key"]): entry for entry in value["storageProof"]}
    except (ValueError, KeyError, TypeError) as error:
        return dict.fromkeys(reads, _bad_proof(error))
    return {read: _proven_slot(read, slots.get(read.slot), root, account_proof) for read in reads}


def _proven_slot(read: StorageRead, entry: Any, root: bytes, account_proof: tuple[str, ...]) -> Outcome:
    try:
        value = wire.word32(wire.padded(entry["value"]))
        proof = wire.text_list(entry["proof"])
        check_slot(root=root, slot=read.slot, value=value, storage_proof=proof)
    except (ValueError, KeyError, TypeError) as error:
        return _bad_proof(error)
    return {"value": value, "account_proof": list(account_proof), "storage_proof": list(proof)}


def _bad_proof(error: Exception) -> Fault:
    why = str(error) if isinstance(error, BadProof) else "the proof is malformed"
    return Fault(Kind.GARBAGE, f"the storage proof does not verify against the block's state root: {why}")
