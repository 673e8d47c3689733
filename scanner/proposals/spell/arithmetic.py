"""The EVM's operations on words (Yellow Paper, appendix H.2), for words of which some are not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scanner.proposals.spell.memory import Assumed, Word, word_of

_BITS, _SIZE = 256, 32
WORDS = 1 << _BITS
_SIGN = 1 << (_BITS - 1)


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


def _sar(shift: int, word: int) -> int:
    return _signed(word) >> min(shift, _BITS)


_ONE: Mapping[str, Callable[[int], int]] = {
    "ISZERO": lambda a: int(a == 0),
    "NOT": lambda a: WORDS - 1 - a,
}
_TWO: Mapping[str, Callable[[int, int], int]] = {
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
    "SAR": _sar,
}
_THREE: Mapping[str, Callable[[int, int, int], int]] = {
    "ADDMOD": lambda a, b, n: (a + b) % n if n else 0,
    "MULMOD": lambda a, b, n: a * b % n if n else 0,
}
_COMPARED = frozenset({"ISZERO", "LT", "GT", "SLT", "SGT", "EQ"})
_BY_BYTES = frozenset({"AND", "OR", "SHL", "SHR"})

OPERANDS: Mapping[str, int] = {**dict.fromkeys(_ONE, 1), **dict.fromkeys(_TWO, 2), **dict.fromkeys(_THREE, 3)}
"""Operations on words, with how many they take."""


def compute(name: str, operands: list[Word]) -> Word:
    """Return the word that an operation makes; None where it depends on one that is not known, or on an assumption."""
    known = [word for word in operands if isinstance(word, int)]
    if len(known) < len(operands):
        return _by_bytes(name, operands) if name in _BY_BYTES else None
    if name in _COMPARED and any(type(word) is Assumed for word in known):
        return None
    if name in _ONE:
        return _ONE[name](known[0])
    if name in _TWO:
        return _TWO[name](known[0], known[1]) % WORDS
    return _THREE[name](known[0], known[1], known[2]) % WORDS


def _by_bytes(name: str, operands: list[Word]) -> Word:
    """Masks and shifts by whole bytes keep what is known of a word: so are selectors and short values packed."""
    if name in ("AND", "OR"):
        pairs = zip(_spread(operands[0]), _spread(operands[1]), strict=True)
        return _joined([(_and if name == "AND" else _or)(one, other) for one, other in pairs])
    shift = operands[0]
    if not isinstance(shift, int) or shift % 8:
        return None
    by = min(shift // 8, _SIZE)
    parts = _spread(operands[1])
    zeros: list[int | None] = [0] * by
    return _joined(parts[by:] + zeros if name == "SHL" else zeros + parts[: _SIZE - by])


def _spread(word: Word) -> list[int | None]:
    """Return the bytes of a word, None for those that are not known."""
    if isinstance(word, int):
        return list(int(word).to_bytes(_SIZE, "big"))
    if word is None:
        return [None] * _SIZE
    return [None if hole else byte for byte, hole in zip(word.data, word.mask, strict=True)]


def _and(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return 0 if 0 in (one, other) else None
    return one & other


def _or(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one | other


def _joined(parts: list[int | None]) -> Word:
    return word_of(bytes(part or 0 for part in parts), bytes(part is None for part in parts))
