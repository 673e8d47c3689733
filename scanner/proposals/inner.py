"""The words in which wrappers tell what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from scanner.model.evidence import Evidence


@dataclass(frozen=True)
class Place:
    """Where a wrapper is called: `chain` in words, `own` the account as which it runs (the caller's in a delegatecall).

    `own` and `caller` are empty where they are not known.
    """

    target: str
    own: str
    caller: str
    chain: str


@dataclass(frozen=True)
class Inner:
    """A call that a wrapper makes. `delegatecall` is None where the wrapper's code decides.

    `raw`: why its bytes are perhaps no call, said where they cannot be read as one. `again`: the data with other bytes
    where it is not known before it runs; empty where all of it is. `unread`: what it does, where that is no call that
    could be read at all; target and data say nothing then. `told`: the answers by which the target is known,
    where no code names it; they may be others when the call is made.
    """

    target: str
    value: int
    data: str
    chain: str
    caller: str
    signature: str = ""
    delegatecall: bool | None = False
    raw: str = ""
    again: str = ""
    unread: str = ""
    told: tuple[Evidence, ...] = ()


Opener = Callable[[Place, tuple[Any, ...]], Iterator[Inner]]
"""Yields what a wrapper's arguments hold; raises DecodeError where the rest cannot be read."""
