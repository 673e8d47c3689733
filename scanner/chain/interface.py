"""What can be asked of a node, all at one pinned block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.model.observation import Known, Unknown
from scanner.model.snapshot import PinnedBlock


@dataclass(frozen=True)
class CallRead:
    """`eth_call`; answers Known[str] (returned bytes in hex) or Unknown(reverted, no-code …).

    `sender` is who calls; empty for nobody in particular.
    """

    address: str
    data: str
    signature: str = ""
    sender: str = ""


@dataclass(frozen=True)
class StorageRead:
    """One 32-byte slot (hex, padded); answers Known[str] with its proof as evidence where the node gives one."""

    address: str
    slot: str


@dataclass(frozen=True)
class CodeRead:
    """Runtime code; answers Known[str], "0x" for an account without code."""

    address: str


@dataclass(frozen=True)
class AccountRead:
    """Balance and nonce; answers Known[AccountEvidence]."""

    address: str


@dataclass(frozen=True)
class LogRead:
    """All logs of `address` (of any address where it is empty) whose topics match, up to the pinned block.

    Answers Known[tuple[LogEvidence, ...]] in chain order, whose evidence is one LogSetEvidence.
    """

    address: str
    topics: tuple[tuple[str, ...], ...] = ()
    from_block: int = 0


class Fold(ABC):
    """Adds logs up, in chain order. `name` tells what it makes of them, and in which version: it stands in caches."""

    name: str

    @abstractmethod
    def start(self) -> dict[str, Any]:
        """Return the sum of no logs: values that JSON holds."""

    @abstractmethod
    def add(self, state: dict[str, Any], logs: Iterable[tuple[Sequence[str], str]]) -> None:
        """Add logs, each as its topics and data in lower-case hex."""


@dataclass(frozen=True)
class FoldRead:
    """The logs of `address` whose topics match, up to the pinned block, added up as they come.

    Answers Known[dict], what `fold` made of them; its evidence is the LogSetEvidence of all of them, in parts where
    earlier scans read some. `width` is in how many blocks a few thousand are to be expected; 0: in all of them.
    """

    address: str
    topics: tuple[tuple[str, ...], ...]
    fold: Fold
    width: int = 0
    from_block: int = 0


@dataclass(frozen=True)
class BlockRead:
    """A header; answers Known[BlockEvidence]."""

    number: int


Read = CallRead | StorageRead | CodeRead | AccountRead | LogRead | FoldRead | BlockRead


@dataclass
class Trips:
    """What was asked so far."""

    requests: int = 0
    reads: int = 0
    cached: int = 0


class Chain(ABC):
    """A chain at one pinned block."""

    block: PinnedBlock
    trips: Trips

    @property
    def chain_id(self) -> int:
        return self.block.chain_id

    @abstractmethod
    def read(self, reads: Sequence[Read]) -> tuple[Known[Any] | Unknown, ...]:
        """Answer one level of reads, in order, in as few round trips as the node allows.

        A read that fails alone becomes Unknown. Raises NodeError only when the node is of no use any more.
        """
