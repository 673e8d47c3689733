"""What a node says when it does not answer, sorted into the few kinds that call for different reactions.

Nodes agree on neither codes nor words. The words below only save round trips and name reasons: whatever is not
recognised is first taken for a limit (asked again in smaller pieces) and only then given up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from scanner.model.observation import Reason


class Kind(Enum):
    """The kinds of fault, by what to do about them."""

    REVERTED = auto()  # an answer: the call reverts
    OUT_OF_GAS = auto()  # final: the node's gas limit for calls
    PRUNED = auto()  # no state, or no logs, at that block; or a plan's limit, said in these words
    UNSUPPORTED = auto()  # final: no such method
    RATE = auto()  # wait, then ask for less
    LIMIT = auto()  # ask for less
    TIMEOUT = auto()  # ask for less
    GARBAGE = auto()  # ask again, then for less
    OTHER = auto()  # may be any of the above


@dataclass(frozen=True)
class Result:
    """What the node answered; `value` is raw JSON and has not been checked."""

    value: Any


@dataclass(frozen=True)
class Fault:
    """Why the node did not answer. `message` is the node's, redacted; `data` is the revert data of a reverted call."""

    kind: Kind
    message: str
    data: str = "0x"

    @property
    def signature(self) -> str:
        """The fault without its numbers: two items with the same one failed for the same reason."""
        return f"{self.kind.name} {re.sub(r'0x[0-9a-fA-F]+|[0-9]+', '#', self.message)}"


Answer = Result | Fault

FINAL = frozenset({Kind.REVERTED, Kind.OUT_OF_GAS, Kind.UNSUPPORTED})
"""Faults that asking again, or for less, does not change."""

_MAX_DEPTH = 3
_REVERT_CODES = frozenset({3, -32015})
_REVERT_WORDS = re.compile(
    r"\brevert|vm execution error|evm error|invalid ?(fe)?opcode|opcode 0x|bad (jump|instruction)|invalid jump"
    r"|stack (under|over)flow|stack limit reached|write protection|bad jump|execution error",
    re.IGNORECASE,
)
_GAS_WORDS = re.compile(
    r"out ?of ?gas|gas (uint64 overflow|required exceeds)|exceeds.{0,20}gas|gas limit", re.IGNORECASE
)
_PRUNED_WORDS = re.compile(
    r"missing trie node|header not found|header for hash not found|unknown block|block not found|pruned|proof window"
    r"|histor(y|ical) (state|data|logs?|block|header)?.{0,20}(not|un)\s?available|no historical|not an? archiv|archiv"
    r"|state .{0,120}(not|un)\s?available|state (not found|is missing)|resource not found|blockoutofrange"
    r"|(block|receipts?|logs?) .{0,60}(not|un)\s?available|old data|cannot find state|could not find block",
    re.IGNORECASE,
)
_UNSUPPORTED_WORDS = re.compile(
    r"(unknown|unsupported|no such|invalid) (rpc )?method"
    r"|method .{0,60}(not (found|supported|available|implemented|whitelisted|allowed)|unavailable|disabled|not exist)",
    re.IGNORECASE,
)
_RATE_WORDS = re.compile(
    r"rate.?limit|too many requests|requests? per|per second|compute units|throughput|quota|credits|slow down"
    r"|back ?off",
    re.IGNORECASE,
)
_LIMIT_WORDS = re.compile(
    r"limit|exceed|too (many|large|big|wide|long|heavy)|maximum|more than|range|capacity|size|narrow", re.IGNORECASE
)
_TIMEOUT_WORDS = re.compile(r"time[d ]?-?\s?out|deadline|cancell?ed|aborted", re.IGNORECASE)


def classify(method: str, code: int | None, message: str, data: Any = None) -> Fault:
    """Sort a JSON-RPC error. `method` may be empty when the error is about a whole batch."""
    if method == "eth_call":
        # First: a contract chooses the words of its revert, and they must not pass for the node's.
        if code in _REVERT_CODES or message.lower().startswith("execution reverted"):
            return Fault(Kind.REVERTED, message, revert_data(data, message))
        if _GAS_WORDS.search(message):
            return Fault(Kind.OUT_OF_GAS, message)
        if _REVERT_WORDS.search(message) or _REVERT_WORDS.search(str(data)[:200]):
            return Fault(Kind.REVERTED, message, revert_data(data, message))
    if code == -32601 or _UNSUPPORTED_WORDS.search(message):
        return Fault(Kind.UNSUPPORTED, message)
    if code == 429 or _RATE_WORDS.search(message):
        return Fault(Kind.RATE, message)
    if method and (code == 4444 or _PRUNED_WORDS.search(message)):
        return Fault(Kind.PRUNED, message)
    if _TIMEOUT_WORDS.search(message):
        return Fault(Kind.TIMEOUT, message)
    if code in (413, -32005) or _LIMIT_WORDS.search(message):
        return Fault(Kind.LIMIT, message)
    return Fault(Kind.OTHER, message)


def revert_data(data: Any, message: str = "", *, depth: int = 0) -> str:
    """Return the revert data, wherever a node puts it: plain hex, "Reverted 0x…", or inside an object."""
    if isinstance(data, dict):
        names = ("data", "result", "output", "originalError") if depth < _MAX_DEPTH else ()
        found_inside = (revert_data(data[name], depth=depth + 1) for name in names if name in data)
        return next((inner for inner in found_inside if inner != "0x"), "0x")
    for text in (data, message):
        found = re.search(r"0x((?:[0-9a-fA-F]{2})+)\s*\Z", text) if isinstance(text, str) else None
        if found:
            return "0x" + found.group(1).lower()
    return "0x"


_REASONS = {
    Kind.REVERTED: Reason.REVERTED,
    Kind.OUT_OF_GAS: Reason.LIMIT,
    Kind.PRUNED: Reason.STATE_PRUNED,
    Kind.UNSUPPORTED: Reason.NOT_SUPPORTED,
    Kind.RATE: Reason.LIMIT,
    Kind.LIMIT: Reason.LIMIT,
    Kind.TIMEOUT: Reason.LIMIT,
    Kind.GARBAGE: Reason.NODE_ERROR,
    Kind.OTHER: Reason.NODE_ERROR,
}


def reason_of(fault: Fault, *, logs: bool = False) -> Reason:
    """Return the reason of the Unknown that a fault becomes."""
    if logs and fault.kind is Kind.PRUNED:
        return Reason.NO_LOGS
    return _REASONS[fault.kind]
