"""Verified source: one interface, one file per provider."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.model.kinds import Verification
from scanner.model.observation import Reason
from scanner.model.snapshot import SourceBundle


@dataclass(frozen=True)
class VerifiedSource:
    """Source that a provider holds for an address, and how well it is tied to the deployed code."""

    bundle: SourceBundle
    abi: tuple[Mapping[str, Any], ...]
    verification: Verification
    detail: str = ""


@dataclass(frozen=True)
class NoSource:
    """Why there is none: NOT_VERIFIED, OTHER_BYTECODE, EXPLORER_DOWN or NO_SOURCE_PROVIDER.

    Also LIMIT or UNDECODABLE, when a provider holds something that is too large or malformed to be used, and NO_CODE
    for an account without code.
    """

    reason: Reason
    detail: str


SourceAnswer = VerifiedSource | NoSource


@dataclass(frozen=True)
class Deployed:
    """What is deployed: the address and its runtime code at the pinned block, in hex."""

    chain_id: int
    address: str
    runtime_code: str


class SourceProvider(ABC):
    """One place that may hold verified source. `name` goes into reports; `place` tells servers of one kind apart."""

    name: str
    place: str

    @property
    @abstractmethod
    def requests(self) -> int:
        """HTTP requests made so far."""

    @abstractmethod
    def fetch(self, deployed: Deployed) -> SourceAnswer:
        """Look one contract up. Never raises for a provider that is down or answers garbage: that is a NoSource."""

    def close(self) -> None:  # noqa: B027 - not every implementation has something to close
        """Let go of connections."""


class Sources(ABC):
    """All providers in the order the user gave them."""

    @property
    @abstractmethod
    def requests(self) -> int:
        """Explorer requests made so far."""

    @abstractmethod
    def fetch_all(self, wanted: Sequence[Deployed]) -> dict[str, SourceAnswer]:
        """Look contracts up concurrently, by address. The first provider with source wins; a provider that was down
        is never reported as "not verified"."""

    def close(self) -> None:  # noqa: B027 - not every implementation has something to close
        """Let go of connections; look-ups under way end as "explorer down"."""
