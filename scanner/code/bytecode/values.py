"""Words of a machine that does not know everything: numbers, and terms that say how a value comes about."""

from __future__ import annotations

from collections.abc import Callable, Iterator

WORD = 2**256
_SIGN = 2**255
ADDRESS_MASK = 2**160 - 1
_MAX_DEPTH = 24


class Term:
    """A value that is not known, and how it comes about. Compared by identity: shared terms can be huge."""

    __slots__ = ("args", "depth", "name")

    def __init__(self, name: str, *args: Value) -> None:
        self.name = name
        self.depth: int = 1 + max((arg.depth for arg in args if isinstance(arg, Term)), default=0)
        self.args: tuple[Value, ...] = args if self.depth < _MAX_DEPTH else ()


Value = int | Term
Byte = int | tuple[Term, int]


def split(value: Value) -> list[Byte]:
    """Return a word as its 32 bytes."""
    if isinstance(value, Term):
        return [(value, index) for index in range(32)]
    return list(value.to_bytes(32, "big"))


def joined(data: list[Byte]) -> Value:
    """Return 32 bytes as a word: a number, the one term that they are, or a term that stands for the mixture."""
    numbers = [byte for byte in data if isinstance(byte, int)]
    if len(numbers) == 32:
        return int.from_bytes(bytes(numbers), "big")
    first = data[0]
    if isinstance(first, tuple):
        term = first[0]
        if all(isinstance(byte, tuple) and byte[0] is term and byte[1] == i for i, byte in enumerate(data)):
            return term
    return Term("bytes", *dict.fromkeys(byte[0] for byte in data if isinstance(byte, tuple)))


def _signed(value: int) -> int:
    return value - WORD if value >= _SIGN else value


def _divided(a: int, b: int) -> int:
    return 0 if b == 0 else abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def _extended(size: int, value: int) -> int:
    if size >= 31:
        return value
    bit = 8 * size + 7
    low = value & ((1 << (bit + 1)) - 1)
    return low - (1 << (bit + 1)) if low >> bit else low


TWO: dict[int, tuple[str, Callable[[int, int], int]]] = {
    0x01: ("add", lambda a, b: a + b),
    0x02: ("mul", lambda a, b: a * b),
    0x03: ("sub", lambda a, b: a - b),
    0x04: ("div", lambda a, b: a // b if b else 0),
    0x05: ("sdiv", lambda a, b: _divided(_signed(a), _signed(b))),
    0x06: ("mod", lambda a, b: a % b if b else 0),
    0x07: ("smod", lambda a, b: _signed(a) - _signed(b) * _divided(_signed(a), _signed(b)) if b else 0),
    0x0A: ("exp", lambda a, b: pow(a, b, WORD)),
    0x0B: ("signextend", _extended),
    0x10: ("lt", lambda a, b: int(a < b)),
    0x11: ("gt", lambda a, b: int(a > b)),
    0x12: ("slt", lambda a, b: int(_signed(a) < _signed(b))),
    0x13: ("sgt", lambda a, b: int(_signed(a) > _signed(b))),
    0x14: ("eq", lambda a, b: int(a == b)),
    0x16: ("and", lambda a, b: a & b),
    0x17: ("or", lambda a, b: a | b),
    0x18: ("xor", lambda a, b: a ^ b),
    0x1A: ("byte", lambda a, b: (b >> (8 * (31 - a))) & 0xFF if a < 32 else 0),
    0x1B: ("shl", lambda a, b: b << a if a < 256 else 0),
    0x1C: ("shr", lambda a, b: b >> a if a < 256 else 0),
    0x1D: ("sar", lambda a, b: _signed(b) >> min(a, 256)),
}


def two(opcode: int, a: Value, b: Value) -> Value:
    """Return the result of an instruction with two operands, without what masks and shifts do to an address."""
    name, compute = TWO[opcode]
    if isinstance(a, int) and isinstance(b, int):
        return compute(a, b) % WORD
    return _simpler(name, a, b) or Term(name, a, b)


def _simpler(name: str, a: Value, b: Value) -> Value | None:
    """Drop what masks and shifts do to an address that stands in a word of its own."""
    if name == "and":
        for mask, other in ((a, b), (b, a)):
            if mask in (ADDRESS_MASK, WORD - 1) and isinstance(other, Term):
                return other
    if name == "eq" and a is b:
        return 1
    if name in ("add", "or", "xor"):
        for zero, other in ((a, b), (b, a)):
            if isinstance(zero, int) and zero == 0:
                return other
    if name == "div" and isinstance(b, int) and b and not b & (b - 1):
        return _shifted(b.bit_length() - 1, a)
    if name == "shr" and isinstance(a, int):
        return _shifted(a, b)
    return None


def _shifted(bits: int, value: Value) -> Value | None:
    if bits == 0:
        return value
    if isinstance(value, Term) and value.name in ("shl", "mul") and len(value.args) == 2:
        by, inner = value.args if value.name == "shl" else (_power(value.args), next(iter(_terms(value)), 0))
        if by == bits and isinstance(inner, Term):
            return inner
    return Term("shr", bits, value)


def _power(args: tuple[Value, ...]) -> int:
    number = next((arg for arg in args if isinstance(arg, int)), 0)
    return number.bit_length() - 1


def _terms(term: Term) -> Iterator[Term]:
    return (arg for arg in term.args if isinstance(arg, Term))
