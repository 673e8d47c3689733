"""Words of an EVM that does not know everything: numbers, and terms that say how a value comes about.

The operations on words are those of the Yellow Paper, appendix H.2, and of EIP-145.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

_BITS, WORD_SIZE = 256, 32
WORDS = 1 << _BITS
ADDRESS_MASK = (1 << 160) - 1
_SIGN = 1 << (_BITS - 1)
_MAX_DEPTH = 24

KNOWN, HOLE, TOLD = 0, 1, 2
"""How a byte is known: for certain, not at all, or by an answer that was read and may be another when it counts."""


_NONE: frozenset[Hashable] = frozenset()


class Assumed(int):
    """A number that is taken for granted and not known: how long an answer is. Comparing it decides nothing."""


class Term:
    """A value that is not known, and how it comes about. Compared by identity: shared terms can be huge.

    `parts` are the 32 bytes of a word that is put together; None for any other. `value` is what it is by answers that
    were read, and `by` names those; None and nothing without. `key` is the same for terms of which the same is known.
    """

    __slots__ = ("args", "by", "depth", "key", "name", "parts", "value")

    def __init__(self, name: str, *args: Value, value: int | None = None, by: frozenset[Hashable] = _NONE) -> None:
        depth = 0
        for arg in args:
            if isinstance(arg, Term):
                depth = max(depth, arg.depth)
                by = by | arg.by if arg.by else by
        self.name = name
        self.depth: int = depth + 1
        self.args: tuple[Value, ...] = args if depth + 1 < _MAX_DEPTH else ()
        self.parts: tuple[Byte, ...] | None = None
        self.value = value
        self.by: frozenset[Hashable] = by
        self.key: Hashable = None if value is None else (value, by)


Value = int | Term
Byte = int | tuple[Term, int]
"""A byte: a number, or one of a term's, counted from the high end."""


def number_of(word: Value) -> int | None:
    """Return what a word is, for certain or by answers that were read; None where only the run itself decides it."""
    return word.value if isinstance(word, Term) else int(word)


def key_of(word: Value) -> Hashable:
    """Return what is the same for words of which the same is known."""
    if type(word) is int:
        return word
    return (word.key,) if isinstance(word, Term) else ("assumed", int(word))


def byte_of(byte: Byte) -> tuple[int, int]:
    """Return what a byte is, zero where that is not known, and how it is known."""
    if isinstance(byte, int):
        return byte, KNOWN
    term, index = byte
    return (0, HOLE) if term.value is None else (term.value >> (8 * (31 - index)) & 0xFF, TOLD)


def split(word: Value) -> Sequence[Byte]:
    """Return a word as its 32 bytes."""
    if isinstance(word, int):
        return word.to_bytes(WORD_SIZE, "big")
    return word.parts or tuple((word, index) for index in range(WORD_SIZE))


def joined(parts: Sequence[Byte]) -> Value:
    """Return 32 bytes as a word: a number, the one term that they are, or a term that is put together of them."""
    first = parts[0]
    if isinstance(first, tuple) and first[1] == 0:
        term = first[0]
        if all(isinstance(byte, tuple) and byte[0] is term and byte[1] == at for at, byte in enumerate(parts)):
            return term
    numbers = [byte for byte in parts if isinstance(byte, int)]
    if len(numbers) == WORD_SIZE:
        return int.from_bytes(bytes(numbers), "big")
    known = [byte_of(byte) for byte in parts]
    data, how = bytes(one for one, _ in known), bytes(mark for _, mark in known)
    value = None if HOLE in how else int.from_bytes(data, "big")
    found = Term("bytes", *dict.fromkeys(byte[0] for byte in parts if isinstance(byte, tuple)), value=value)
    found.parts = tuple(parts)
    found.key = (data, how, found.by)
    return found


def _signed(word: int) -> int:
    return word - WORDS if word & _SIGN else word


def _sdiv(a: int, b: int) -> int:
    if b == 0:
        return 0
    one, other = _signed(a), _signed(b)
    sign = -1 if (one < 0) != (other < 0) else 1
    return sign * (abs(one) // abs(other))


def _smod(a: int, b: int) -> int:
    if b == 0:
        return 0
    one = _signed(a)
    return (-1 if one < 0 else 1) * (abs(one) % abs(_signed(b)))


def _signextend(size: int, word: int) -> int:
    if size >= 31:
        return word
    bit = 8 * size + 7
    low = word & ((1 << (bit + 1)) - 1)
    return low - (1 << (bit + 1)) if word >> bit & 1 else low


ONE: Mapping[str, Callable[[int], int]] = {
    "ISZERO": lambda a: int(a == 0),
    "NOT": lambda a: WORDS - 1 - a,
}
TWO: Mapping[str, Callable[[int, int], int]] = {
    "ADD": lambda a, b: a + b,
    "MUL": lambda a, b: a * b,
    "SUB": lambda a, b: a - b,
    "DIV": lambda a, b: a // b if b else 0,
    "SDIV": _sdiv,
    "MOD": lambda a, b: a % b if b else 0,
    "SMOD": _smod,
    "EXP": lambda a, b: pow(a, b, WORDS),
    "SIGNEXTEND": _signextend,
    "LT": lambda a, b: int(a < b),
    "GT": lambda a, b: int(a > b),
    "SLT": lambda a, b: int(_signed(a) < _signed(b)),
    "SGT": lambda a, b: int(_signed(a) > _signed(b)),
    "EQ": lambda a, b: int(a == b),
    "AND": lambda a, b: a & b,
    "OR": lambda a, b: a | b,
    "XOR": lambda a, b: a ^ b,
    "BYTE": lambda a, b: b >> (8 * (31 - a)) & 0xFF if a < 32 else 0,
    "SHL": lambda a, b: b << a if a < _BITS else 0,
    "SHR": lambda a, b: b >> a if a < _BITS else 0,
    "SAR": lambda a, b: _signed(b) >> min(a, _BITS),
}
THREE: Mapping[str, Callable[[int, int, int], int]] = {
    "ADDMOD": lambda a, b, n: (a + b) % n if n else 0,
    "MULMOD": lambda a, b, n: a * b % n if n else 0,
}
_COMPARED = frozenset({"ISZERO", "LT", "GT", "SLT", "SGT", "EQ"})

OPERANDS: Mapping[str, int] = {**dict.fromkeys(ONE, 1), **dict.fromkeys(TWO, 2), **dict.fromkeys(THREE, 3)}
"""Operations on words, with how many they take."""


def compute(name: str, operands: Sequence[Value]) -> Value:
    """Return the word that an operation makes; a term where it depends on what is not known, or on an assumption."""
    known = [word for word in operands if isinstance(word, int)]
    if len(known) == len(operands):
        assumed = name in _COMPARED and any(type(word) is Assumed for word in known)
        return Term(name.lower()) if assumed else _exact(name, known)
    if len(operands) == 2:
        name, one, other = _shift(name, *operands)
        found = _by_bytes(name, one, other)
        return _term(name, (one, other)) if found is None else found
    return _term(name, operands)


def _exact(name: str, known: Sequence[int]) -> int:
    if name in ONE:
        return ONE[name](known[0])
    if name in TWO:
        return TWO[name](known[0], known[1]) % WORDS
    return THREE[name](known[0], known[1], known[2]) % WORDS


def _term(name: str, operands: Sequence[Value]) -> Term:
    told = [number for number in map(number_of, operands) if number is not None]
    return Term(name.lower(), *operands, value=_exact(name, told) if len(told) == len(operands) else None)


def _shift(name: str, one: Value, other: Value) -> tuple[str, Value, Value]:
    """Return an operation as a shift where it is one: compilers before EIP-145 multiply and divide by powers of two."""
    if name == "DIV" and isinstance(other, int) and _is_power(other):
        return "SHR", other.bit_length() - 1, one
    if name == "MUL":
        for factor, word in ((one, other), (other, one)):
            if isinstance(factor, int) and _is_power(factor):
                return "SHL", factor.bit_length() - 1, word
    return name, one, other


def _is_power(number: int) -> bool:
    return number > 0 and not number & (number - 1)


def _by_bytes(name: str, one: Value, other: Value) -> Value | None:
    """Masks and shifts by whole bytes keep what is known of a word: so are selectors and short values packed."""
    if name in ("AND", "OR", "XOR"):
        return _masked(name, one, other)
    if name in ("SHL", "SHR", "BYTE"):
        return _shifted(name, one, other)
    if name == "EQ" and isinstance(one, Term) and isinstance(other, Term):
        return 1 if one is other or (one.parts is not None and one.parts == other.parts) else None
    if name in ("ADD", "SUB") and isinstance(other, int) and other == 0:
        return one
    return other if name == "ADD" and isinstance(one, int) and one == 0 else None


def _masked(name: str, one: Value, other: Value) -> Value:
    whole: Term | None = None
    found: list[Byte] = []
    leaves, takes = (0xFF, 0) if name == "AND" else (0, 0xFF if name == "OR" else -1)
    for at, (a, b) in enumerate(zip(split(one), split(other), strict=True)):
        if isinstance(a, int) and isinstance(b, int):
            found.append(TWO[name](a, b))
        elif a == takes or b == takes:
            found.append(takes)
        elif a == leaves or b == leaves:
            found.append(b if a == leaves else a)
        else:
            whole = whole or _term(name, (one, other))
            found.append((whole, at))
    return joined(found)


def _shifted(name: str, by: Value, word: Value) -> Value | None:
    if not isinstance(by, int):
        return None
    if name == "BYTE":
        return joined((*bytes(31), split(word)[by])) if by < WORD_SIZE else 0
    if by % 8:
        return None
    zeros = bytes(min(by // 8, WORD_SIZE))
    parts = split(word)
    if name == "SHL":
        return joined((*parts[len(zeros) :], *zeros))
    return joined((*zeros, *parts[: WORD_SIZE - len(zeros)]))
