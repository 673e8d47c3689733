"""From raw JSON to checked values. A node's answer is a stranger's: wrong types, lengths and signs are refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner.model.evidence import LogEvidence
from scanner.model.snapshot import PinnedBlock

_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*\Z")
_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}\Z")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")
_MAX_TOPICS = 4


class Malformed(ValueError):
    """An answer that is not what the method returns."""


@dataclass(frozen=True)
class Header:
    """What is used of a block header."""

    number: int
    hash: str
    timestamp: int
    state_root: str

    def pinned(self, chain_id: int) -> PinnedBlock:
        """Return it as the pinned block of a chain."""
        return PinnedBlock(
            chain_id=chain_id,
            number=self.number,
            hash=self.hash,
            timestamp=self.timestamp,
            state_root=self.state_root,
        )


def quantity(value: Any) -> int:
    """Return a hex quantity as an integer."""
    if not isinstance(value, str) or not _QUANTITY.match(value):
        raise Malformed("not a quantity")
    return int(value, 16)


def data(value: Any) -> str:
    """Return hex data in lower case."""
    if not isinstance(value, str) or not _DATA.match(value):
        raise Malformed("not hex data")
    return value.lower()


def word32(value: Any) -> str:
    """Return exactly 32 bytes in lower-case hex."""
    found = data(value)
    if len(found) != 66:
        raise Malformed("not 32 bytes")
    return found


def padded(value: Any) -> str:
    """Return a number or short data as a 32-byte word: nodes differ in how they write storage."""
    if not isinstance(value, str) or not (_QUANTITY.match(value) or value == "0x"):
        raise Malformed("not a storage value")
    return "0x" + value[2:].lower().rjust(64, "0")


def address(value: Any) -> str:
    """Return an address in lower case."""
    if not isinstance(value, str) or not _ADDRESS.match(value):
        raise Malformed("not an address")
    return value.lower()


def header(value: Any) -> Header:
    """Read a block as `eth_getBlockByNumber` returns it."""
    fields = _object(value)
    return Header(
        number=quantity(fields.get("number")),
        hash=word32(fields.get("hash")),
        timestamp=quantity(fields.get("timestamp")),
        state_root=word32(fields.get("stateRoot")),
    )


def log(value: Any, *, chain_id: int) -> LogEvidence:
    """Read one log as `eth_getLogs` returns it."""
    fields = _object(value)
    topics = fields.get("topics")
    if not isinstance(topics, list) or len(topics) > _MAX_TOPICS:
        raise Malformed("not a list of topics")
    if fields.get("removed"):
        raise Malformed("a log that a reorganisation removed")
    return LogEvidence(
        chain_id=chain_id,
        block_number=quantity(fields.get("blockNumber")),
        block_hash=word32(fields.get("blockHash")),
        address=address(fields.get("address")),
        transaction_hash=word32(fields.get("transactionHash")),
        log_index=quantity(fields.get("logIndex")),
        topics=tuple(word32(topic) for topic in topics),
        data=data(fields.get("data")),
    )


def text_list(value: Any) -> tuple[str, ...]:
    """Read a list of hex data, such as the nodes of a proof."""
    if not isinstance(value, list) or len(value) > 128:
        raise Malformed("not a list of hex data")
    return tuple(data(item) for item in value)


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Malformed("nothing there" if value is None else "not an object")
    return value
