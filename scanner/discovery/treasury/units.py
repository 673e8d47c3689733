"""Multi-token balances (ERC-1155) of treasuries: logs say which ids were ever sent, the token says what is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanner.chain.abi import DecodeError, address_topic, decode, encode_call, topic
from scanner.chain.interface import CallRead, LogRead
from scanner.discovery.world import World
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Known, Reason, Unknown

TRANSFER_SINGLE = topic("TransferSingle(address,address,address,uint256,uint256)")
TRANSFER_BATCH = topic("TransferBatch(address,address,address,uint256[],uint256[])")
"""ERC-1155; operator, sender and receiver are indexed."""

BALANCE_OF_ID = "balanceOf(address,uint256)"
MAX_UNITS = 200
"""Anyone may send a treasury worthless ids; beyond this many, no more are asked for."""

_NAMED_GAPS = 20

Logs = Known[tuple[LogEvidence, ...]] | Unknown


@dataclass(frozen=True, order=True)
class Unit:
    """One id of a multi-token, and the treasury it was sent to."""

    token: str
    holder: str
    number: int


@dataclass(frozen=True)
class Units:
    """What was ever sent to treasuries, the earliest first; `reason` says why there may be more, else it is empty."""

    items: tuple[Unit, ...] = ()
    reason: str = ""

    @property
    def reads(self) -> list[CallRead]:
        """What the tokens are asked, one read for each item."""
        return [
            CallRead(one.token, encode_call(BALANCE_OF_ID, (one.holder, one.number)), BALANCE_OF_ID)
            for one in self.items
        ]


def unit_reads(treasuries: Iterable[str]) -> list[LogRead]:
    """Return what has to be read to tell which ids were sent to `treasuries`; nothing where there are none."""
    receivers = tuple(sorted(address_topic(one) for one in treasuries))
    return [LogRead("", (tuple(sorted((TRANSFER_SINGLE, TRANSFER_BATCH))), (), (), receivers))] if receivers else []


def units_told(world: World, answers: Sequence[Logs]) -> Units:
    """Return what the answers to `unit_reads` tell; a log that does not follow the standard is a gap of its token."""
    found: dict[Unit, None] = {}
    garbled: dict[str, None] = {}
    for answer in answers:
        if isinstance(answer, Unknown):
            return Units(reason=f"{answer.reason.value}: transfers of ERC-1155 tokens to it could not be read")
        for log in answer.value:
            holder = "0x" + log.topics[3][-40:]
            try:
                found.update(dict.fromkeys(Unit(log.address, holder, number) for number in _ids(log)))
            except DecodeError:
                garbled[log.address] = None
    for token in list(garbled)[:_NAMED_GAPS]:
        world.gap(token, "ids sent to a treasury", Reason.UNDECODABLE, "its log is not that of an ERC-1155 token")
    if len(garbled) > _NAMED_GAPS:
        rest = f"{len(garbled) - _NAMED_GAPS} further tokens"
        world.gap(rest, "ids sent to a treasury", Reason.UNDECODABLE, "their logs are not those of ERC-1155 tokens")
    items = tuple(found)
    left_out = len(items) - MAX_UNITS
    return Units(
        items[:MAX_UNITS],
        f"{Reason.LIMIT.value}: {left_out} more ids of ERC-1155 tokens were sent to it than are asked for"
        if left_out > 0
        else "",
    )


def _ids(log: LogEvidence) -> tuple[int, ...]:
    """Return the ids that a log moves, each once. Raises DecodeError."""
    if log.topics[0] == TRANSFER_SINGLE:
        number, _ = decode(("uint256", "uint256"), log.data)
        return (number,)
    numbers, amounts = decode(("uint256[]", "uint256[]"), log.data)
    if len(numbers) != len(amounts):
        raise DecodeError("as many ids as amounts are expected")
    return tuple(dict.fromkeys(numbers))
