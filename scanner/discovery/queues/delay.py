"""The orders that wait in a Delay modifier of Zodiac: told by its logs, confirmed against the hashes that it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from eth_abi.abi import encode
from eth_abi.packed import encode_packed
from eth_utils.crypto import keccak

from scanner.chain.abi import DecodeError, decode
from scanner.discovery.account import Account, combine, transform
from scanner.discovery.executors.zodiac.delay import (
    DISABLED_MODULE,
    ENABLED_MODULE,
    DelayModifier,
    created_of,
    hash_of,
    number_of,
    waiting,
)
from scanner.discovery.families.interface import NOW, ProposalState, StateCall
from scanner.discovery.families.told import RawAction, RawProposal, Told, Vote, read_each
from scanner.discovery.queues.interface import NO_VOTE, Queue
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Known, Unknown
from scanner.model.values import ZERO_ADDRESS

_ORDER = ("address", "uint256", "bytes", "uint8")
_TIMES = (("cooldown", "txCooldown()"), ("expiration", "txExpiration()"))


class DelayQueue(Queue):
    """What stands between `txNonce()` and `queueNonce()`. What was done, or passed over, is no longer told."""

    name = "zodiac-delay"
    kind = DelayModifier()

    def proposals(self, account: Account) -> Told:
        logs, left_out = waiting(account)
        told = read_each(logs, lambda log: _read(account, log))
        if left_out:
            problem = ("a proposal (orders that wait)", f"{left_out} more wait than are looked at")
            return Told(told.proposals, (*told.problems, problem))
        return told

    def votes(self, account: Account) -> Iterable[Vote]:
        return ()

    def executions(self, account: Account) -> dict[int, LogEvidence]:
        return {}

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        created = StateCall("created", "txCreatedAt(uint256)", (proposal_id,), ("uint256",))
        return (created, *(StateCall(key, name, (), ("uint256",)) for key, name in _TIMES))

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        times = {name: answers[name] for name in ("created", "cooldown")}
        due = combine(times, lambda created, cooldown: created + cooldown, "txCreatedAt + txCooldown")
        whole = {"due": due, "expiration": answers["expiration"], "now": answers[NOW]}
        state = combine(whole, _state, "whether txExpiration is over")
        return ProposalState(state, NO_VOTE, NO_VOTE, NO_VOTE, due, NO_VOTE)


def _state(due: int, expiration: int, now: int) -> str:
    return "Expired" if expiration and due + expiration < now else "Queued"


def _read(account: Account, log: LogEvidence) -> RawProposal:
    """Read one TransactionAdded log; raises DecodeError and ValueError."""
    to, value, data, operation = decode(_ORDER, log.data)
    number = number_of(log)
    if number is None or len(log.topics) < 3:
        raise ValueError("the log names no place in the queue")
    action = RawAction(str(to).lower(), int(value), "", str(data), delegate=bool(operation))
    made = account.ask(created_of(number))
    at = int(made.value) if isinstance(made, Known) else 0
    bound = _bound(account, number, action)
    return RawProposal(log.address, number, _module(account, log), (action,), at, at, "", log, bound=bound)


def _bound(account: Account, number: int, action: RawAction) -> Known[bool] | Unknown:
    """Whether the hash that the module keeps under this number is that of the order in the log.

    Published versions hash the packed order; the plain encoding binds it just as well.
    """
    row = (action.target, action.value, bytes.fromhex(action.calldata[2:]), int(bool(action.delegate)))
    packed, plain = encode_packed(_ORDER, row), encode(_ORDER, row)
    hashes = {"0x" + keccak(one).hex() for one in (packed, plain)}
    kept = account.ask(hash_of(number))
    return transform(kept, lambda found: str(found) in hashes, "hash of the order against txHash of its number")


def _module(account: Account, log: LogEvidence) -> str:
    """Return who gave the order: the only module that was enabled by then; zero where there were several."""
    if isinstance(account.logs, Unknown):
        return ZERO_ADDRESS
    enabled: set[str] = set()
    for one in account.logs.value:
        if (one.block_number, one.log_index) > (log.block_number, log.log_index):
            break
        for module in _named(one, ENABLED_MODULE):
            enabled.add(module)
        for module in _named(one, DISABLED_MODULE):
            enabled.discard(module)
    return enabled.pop() if len(enabled) == 1 else ZERO_ADDRESS


def _named(log: LogEvidence, topic: str) -> Iterator[str]:
    if log.topics[:1] != (topic,):
        return
    try:
        (module,) = decode(("address",), log.topics[1] if len(log.topics) > 1 else log.data)
    except DecodeError:
        return
    yield str(module).lower()
