"""What an execution did, call by call, as callTracer tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.chain import wire
from scanner.chain.abi import DecodeError, decode

STANDARD_PRECOMPILES = frozenset({*range(1, 0x12), 0x100})
"""Ethereum's own up to Prague and Osaka, and P256VERIFY (EIP-7951): these a fork has."""

_LOW = 0x10000
_PANICS = {
    0x01: "an assertion failed",
    0x11: "arithmetic overflow",
    0x12: "division by zero",
    0x21: "a value outside its enumeration",
    0x22: "badly encoded storage",
    0x31: "pop on an empty array",
    0x32: "an index out of bounds",
    0x41: "too much memory",
    0x51: "a call to an uninitialised function",
}
MAX_FRAMES = 200_000


@dataclass(frozen=True)
class Frame:
    """One call. `reverted`: it, or a call around it, was undone."""

    kind: str
    sender: str
    target: str
    value: int
    input: str
    error: str
    reverted: bool
    depth: int


@dataclass(frozen=True)
class Log:
    """One log that stands."""

    address: str
    topics: tuple[str, ...]
    data: str


@dataclass(frozen=True)
class Trace:
    """A whole call: its frames in the order in which they begin, the logs in the order in which they were written."""

    succeeded: bool
    output: str
    error: str
    gas_used: int
    frames: tuple[Frame, ...]
    logs: tuple[Log, ...]

    def then(self, later: Trace) -> Trace:
        """Return two calls one after the other as one; the later one says how it ended."""
        return Trace(
            later.succeeded,
            later.output,
            later.error,
            self.gas_used + later.gas_used,
            self.frames + later.frames,
            self.logs + later.logs,
        )


class TooMuch(Exception):
    """The call made more calls than are looked at."""


def read_trace(answer: Any) -> Trace:
    """Read callTracer's answer (withLog). Raises Malformed, or TooMuch for more than 200,000 frames."""
    if not isinstance(answer, Mapping):
        raise wire.Malformed("no trace")
    frames: list[Frame] = []
    logs: list[tuple[int, Log]] = []
    stack: list[tuple[Mapping[str, Any], int, bool]] = [(answer, 0, False)]
    while stack:
        row, depth, undone = stack.pop()
        frame = _frame(row, depth, undone)
        frames.append(frame)
        if len(frames) > MAX_FRAMES:
            raise TooMuch
        if not frame.reverted:
            logs += _logs(row)
        calls = row.get("calls") or []
        stack += [(call, depth + 1, frame.reverted) for call in reversed(calls)]
    output = answer.get("output") or "0x"
    return Trace(
        succeeded=not frames[0].error,
        output=wire.data(output),
        error=frames[0].error,
        gas_used=wire.quantity(answer.get("gasUsed", "0x0")),
        frames=tuple(frames),
        logs=tuple(log for _, log in sorted(logs, key=lambda pair: pair[0])),
    )


def _frame(row: Mapping[str, Any], depth: int, undone: bool) -> Frame:
    error = str(row.get("error") or "")[:200]
    return Frame(
        kind=str(row.get("type", ""))[:20],
        sender=wire.address(row.get("from")),
        target=wire.address(row["to"]) if row.get("to") else "",
        value=wire.quantity(row.get("value") or "0x0"),
        input=wire.data(row.get("input") or "0x"),
        error=error,
        reverted=undone or bool(error),
        depth=depth,
    )


def _logs(row: Mapping[str, Any]) -> Iterator[tuple[int, Log]]:
    for item in row.get("logs") or ():
        topics = tuple(wire.word32(topic) for topic in item.get("topics") or ())
        log = Log(wire.address(item.get("address")), topics, wire.data(item.get("data") or "0x"))
        yield wire.quantity(item.get("index", "0x0")), log


def missing_features(trace: Trace, chain_id: int) -> tuple[str, ...]:
    """Return in words which of the chain's own machinery the execution called that a fork does not have.

    Chains keep it at low addresses: Arbitrum's precompiles from 0x64, zkSync's system contracts from 0x8001, BNB's,
    Avalanche's, Celo's, Moonbeam's, Sei's. A call to one of those on a fork does nothing, and says so to nobody.
    """
    if chain_id in _OTHER_MACHINES:
        return (f"chain {chain_id} runs another machine than the EVM ({_OTHER_MACHINES[chain_id]})",)
    found: dict[str, None] = {}
    for frame in trace.frames:
        if frame.target and frame.kind != "CREATE" and int(frame.target, 16) < _LOW:
            number = int(frame.target, 16)
            if number and number not in STANDARD_PRECOMPILES and frame.input != "0x":
                found[_name(number, chain_id)] = None
    return tuple(found)


_OTHER_MACHINES = {324: "EraVM", 300: "EraVM", 388: "EraVM", 2741: "EraVM", 232: "EraVM", 50104: "EraVM"}
_ARBITRUM = {
    0x64: "ArbSys",
    0x65: "ArbInfo",
    0x66: "ArbAddressTable",
    0x67: "ArbBLS",
    0x68: "ArbFunctionTable",
    0x69: "ArbosTest",
    0x6B: "ArbOwnerPublic",
    0x6C: "ArbGasInfo",
    0x6D: "ArbAggregator",
    0x6E: "ArbRetryableTx",
    0x6F: "ArbStatistics",
    0x70: "ArbOwner",
    0x71: "ArbWasm",
    0x72: "ArbWasmCache",
    0xC8: "NodeInterface",
}


def _name(number: int, chain_id: int) -> str:
    # Any chain may be an Arbitrum Orbit chain: the names are a help, the address is what counts.
    named = _ARBITRUM.get(number, "")
    return f"{named} ({number:#x})" if named else f"the precompile {number:#x}"


def reason_of(trace: Trace) -> str:
    """Return in words why a call failed; empty for one that did not."""
    if trace.succeeded:
        return ""
    data = trace.output
    if data.startswith("0x08c379a0"):
        try:
            (text,) = decode(("string",), "0x" + data[10:])
            return f"it reverts: {' '.join(str(text).split())[:200]}" if text else "it reverts without a reason"
        except DecodeError:
            return "it reverts with a reason that cannot be decoded"
    if data.startswith("0x4e487b71") and len(data) == 74:
        code = int(data[10:], 16)
        return f"it panics: {_PANICS.get(code, f'code {code:#x}')}"
    if len(data) >= 10:
        return f"it reverts with the custom error {data[:10]}"
    return "it reverts without a reason" if trace.error == "execution reverted" else trace.error
