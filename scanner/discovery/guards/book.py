"""Answers to what guards read: taken from what the crawl asked already, else noted down and read together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eth_utils.crypto import keccak

from scanner.chain.abi import DecodeError, encode, event_topic, selector, signature_types
from scanner.chain.interface import CallRead, LogRead, Read, StorageRead
from scanner.discovery.account import Account, nonzero
from scanner.discovery.control.roles import HAS_ROLE, role_question
from scanner.discovery.world import World
from scanner.model.evidence import Evidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

MAX_READS = 2_000
"""Reads of guards' state in one scan; what is beyond is not read, and its guards stay unresolved."""

MAX_TOLD = 40
"""Addresses of which a contract's events tell, that are asked about."""

_MOVEMENTS = frozenset(
    {"Transfer", "Approval", "ApprovalForAll", "TransferSingle", "TransferBatch", "DelegateChanged"}
    | {"DelegateVotesChanged", "VoteCast", "VoteCastWithParams", "Deposit", "Withdrawal", "Withdraw", "Swap", "Sync"}
)
"""Events that come by the million and tell of no office."""

MAX_CANDIDATES = 16
"""Addresses about which a list is asked that nobody can enumerate."""

_LEFT_OUT = Unknown(reason=Reason.LIMIT, detail="too many guards: this one's state was not read")

Word = Known[str] | Unknown


class Book:
    """What was read of guards' state. A question whose answer is not there yet is noted in `wanted`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.wanted: dict[Read, None] = {}
        self._answers: dict[Read, Word] = {}
        self._related: dict[str, tuple[str, ...]] = {}

    def read(self) -> bool:
        """Read all that is wanted, in one level; returns whether there was anything."""
        wanted = list(self.wanted)
        self.wanted.clear()
        if not wanted:
            return False
        room = max(0, MAX_READS - len(self._answers))
        answers = self.world.chain.read(wanted[:room]) if room else ()
        self._answers.update(zip(wanted[:room], answers, strict=True))
        self._answers.update(dict.fromkeys(wanted[room:], _LEFT_OUT))
        return True

    def view(self, account: str, signature: str, arguments: Sequence[Any] = ()) -> Word | None:
        """Return what a view answers, as hex; None where it was not asked yet."""
        known = self._asked_before(account, signature, arguments)
        if known is not None:
            return known
        try:
            data = selector(signature) + encode(signature_types(signature), arguments).removeprefix("0x")
        except DecodeError as error:
            return Unknown(reason=Reason.UNDECODABLE, detail=str(error))
        return self._ask(CallRead(account, data, signature))

    def slot(self, account: str, slot: int) -> Word | None:
        """Return a word of storage; None where it was not asked yet."""
        return self._ask(StorageRead(account, f"0x{slot:064x}"))

    def told(self, account: Account) -> tuple[str, ...] | None:
        """Return the addresses of which a contract's own events tell, movements of units left out; None where the
        events were not read yet."""
        topics = _telling(account, self.world)
        if not topics:
            return ()
        answer: Any = self._ask(LogRead(account.address, (topics,)))
        if answer is None or isinstance(answer, Unknown):
            return None if answer is None else ()
        found: dict[str, None] = {}
        for log in answer.value:
            words = [*log.topics[1:], *(f"0x{log.data[at : at + 64]}" for at in range(2, len(log.data) - 63, 64))]
            for word in words:
                if 2**80 < int(word, 16) < 2**160:
                    found["0x" + word[-40:]] = None
        return tuple(sorted(found))[:MAX_TOLD]

    def _ask(self, read: Read) -> Word | None:
        found = self._answers.get(read)
        if found is None:
            self.wanted[read] = None
        return found

    def _asked_before(self, address: str, signature: str, arguments: Sequence[Any]) -> Word | None:
        account = self.world.get(address)
        if account is None:
            return None
        key = signature
        if signature == HAS_ROLE and len(arguments) == 2:
            key = role_question(str(arguments[0]), str(arguments[1]))
        elif arguments:
            return None
        return account.calls[key][1] if key in account.calls else None

    # ------------------------------------------------------------------------------------------- candidates

    def candidates(self, account: Account, *besides: str) -> tuple[str, ...]:
        """Return addresses that may be on a list that cannot be enumerated: those that the DAO's facts tie to it."""
        found: dict[str, None] = {account.address: None}
        for place in (account.address, *besides):
            found.update(dict.fromkeys(self._tied(place)))
        kept = [address for address in found if address != ZERO_ADDRESS]
        return tuple(kept[:MAX_CANDIDATES])

    def _tied(self, place: str) -> tuple[str, ...]:
        """Return the addresses that facts of `place` lead to, and the accounts that lead to it."""
        if not self._related:
            self._related = _relations(self.world)
        return self._related.get(place, ())


def _telling(account: Account, world: World) -> tuple[str, ...]:
    """Return the first topics of a contract's events that name an address and are no movements of units."""
    implementation = nonzero(account.proxy.implementation) if account.proxy else None
    behind = world.get(implementation) if implementation else None
    found = set()
    for one in (account, behind):
        for entry in one.verified.abi if one and one.verified else ():
            inputs = [str(part.get("type")) for part in entry.get("inputs") or ()]
            if entry.get("type") != "event" or "address" not in inputs or entry.get("anonymous"):
                continue
            if entry.get("name") not in _MOVEMENTS:
                try:
                    found.add(event_topic(entry))
                except DecodeError:
                    continue
    return tuple(sorted(found))


def _relations(world: World) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for address in sorted(world.accounts):
        for why in world.accounts[address].why:
            place = why.rsplit(" ", 1)[-1]
            if place in world.accounts and not why.startswith("target of"):
                found.setdefault(place, {})[address] = None
                found.setdefault(address, {})[place] = None
    return {place: tuple(others) for place, others in found.items()}


def mapping_slot(slot: int, key: str) -> int:
    """Return where Solidity keeps a mapping's value for an address."""
    word = bytes.fromhex(key.removeprefix("0x").rjust(64, "0"))
    return int.from_bytes(keccak(word + slot.to_bytes(32, "big")), "big")


def as_address(answer: Word, offset: int = 0) -> Known[str] | Unknown:
    """Return the address in a word, `offset` bytes from its low end."""
    if isinstance(answer, Unknown):
        return answer
    if len(answer.value) < 66:
        return Unknown(reason=Reason.REVERTED, detail="nothing was returned", evidence=answer.evidence)
    end = 66 - 2 * offset
    return Known(value="0x" + answer.value[end - 40 : end], evidence=answer.evidence)


def is_set(answer: Word) -> bool | None:
    """Return whether the first word is something else than zero; None for no answer."""
    if isinstance(answer, Unknown) or len(answer.value) < 66:
        return None
    return int(answer.value[2:66], 16) != 0


def evidence_of(answer: Word | None) -> tuple[Evidence, ...]:
    return answer.evidence if answer is not None else ()
