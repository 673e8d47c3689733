"""Where a contract hands a call that names none of its functions: the question that makes it a proxy or not.

A library that delegatecalls to itself, or a contract that uses linked libraries, hands on no such call.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from eth_utils.crypto import keccak

from scanner.code.bytecode.opcodes import MAX_CODE_BYTES
from scanner.code.bytecode.tracing import address_in, traced
from scanner.code.evm.words import Value

_UNHEARD = ("f00dfeed", "5ca1ab1e")
"""Two selectors that name no function: what differs between them goes by the selector."""

_ARGUMENTS = bytes(128)
_DELEGATING = (0xF2, 0xF4)
IMPLEMENTATION_SELECTOR = int.from_bytes(keccak(b"implementation()")[:4], "big")


@dataclass(frozen=True)
class Target:
    """Where the address comes from whose code is run.

    `kind` is constant (`value` is the address), slot (`value` is the slot, the address `shift` bits above its low end),
    answer (the answer of a call with selector `value` to `asked`), selector (it goes by the selector) or unknown.
    """

    kind: str
    value: int = 0
    shift: int = 0
    asked: Target | None = None
    offset: int = -1

    @property
    def address(self) -> str:
        return f"0x{self.value:040x}"

    @property
    def slot(self) -> str:
        return f"0x{self.value:064x}"


@dataclass(frozen=True)
class Forwarding:
    """Every target that an unknown selector can lead to. `complete`: no path was given up."""

    targets: tuple[Target, ...]
    complete: bool

    @property
    def target(self) -> Target | None:
        """The one target; None where there is none; kind `unknown` where there are several."""
        if len(self.targets) > 1:
            return Target("unknown", offset=self.targets[0].offset)
        return self.targets[0] if self.targets else None


@lru_cache(maxsize=512)
def forwarding(runtime_code: str) -> Forwarding:
    """Return where `runtime_code` (0x-hex) hands a call with a selector that it does not know. Raises nothing."""
    code = bytes.fromhex(runtime_code[2:])
    if not any(opcode in code for opcode in _DELEGATING):
        return Forwarding((), complete=True)
    if len(code) > MAX_CODE_BYTES:
        return Forwarding((), complete=False)
    first, second = (_targets(code, bytes.fromhex(selector)) for selector in _UNHEARD)
    complete = first.complete and second.complete
    if [_identity(one) for one in first.targets] == [_identity(one) for one in second.targets]:
        return Forwarding(first.targets, complete)
    return Forwarding((Target("selector", offset=first.targets[0].offset if first.targets else -1),), complete)


@lru_cache(maxsize=4096)
def routed(runtime_code: str, selector: str) -> Target | None:
    """Return where a call with this selector (0x-hex) is handed to; None where it is not handed on, or to several."""
    found = _targets(bytes.fromhex(runtime_code[2:]), bytes.fromhex(selector[2:]), quick=True)
    return found.targets[0] if len(found.targets) == 1 else None


def _identity(target: Target) -> tuple[str, int, int]:
    return target.kind, target.value, target.shift


def _targets(code: bytes, selector: bytes, *, quick: bool = False) -> Forwarding:
    """`quick`: with little patience, where many selectors are asked about."""
    steps, ways, turns = (4_000, 8, 400) if quick else (40_000, 64, 2_000)
    run = traced(code, selector + _ARGUMENTS, steps=steps, ways=ways, turns=turns)
    found: dict[tuple[str, int, int], Target] = {}
    for made in run.handed:
        target = _described(made.to, made.at)
        found.setdefault(_identity(target), target)
    return Forwarding(tuple(found[key] for key in sorted(found)), run.complete)


def _described(value: Value, offset: int) -> Target:
    found = address_in(value)
    if isinstance(found, int):
        return Target("constant", found, offset=offset)
    if found is None:
        return Target("unknown", offset=offset)
    term, shift = found
    if term.name == "sload" and term.args and isinstance(term.args[0], int):
        return Target("slot", term.args[0], shift, offset=offset)
    if term.name == "returned" and len(term.args) == 3 and isinstance(term.args[1], int):
        return Target("answer", term.args[1], shift, _described(term.args[0], offset), offset)
    return Target("unknown", offset=offset)
