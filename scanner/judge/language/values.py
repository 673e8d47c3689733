"""Values of the condition language: plain Python values, unknowns that carry their reasons, and lower bounds."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, TypeAlias

MAX_BITS = 4096
MAX_REASONS = 12


class LimitExceeded(Exception):
    """A condition needed more steps or larger numbers than a rule may use."""


class Why(NamedTuple):
    """One reason why something is unknown. `on_chain`: a complete scan would have had it."""

    what: str
    text: str
    on_chain: bool

    def __str__(self) -> str:
        return f"{self.what}: {self.text}" if self.what else self.text


class Unk:
    """Unknown, with the reasons that made it so."""

    __slots__ = ("why",)

    def __init__(self, why: tuple[Why, ...]) -> None:
        self.why = why


class Range:
    """A count that is only known to lie between `low` and `high` (None: no upper bound)."""

    __slots__ = ("high", "low", "why")

    def __init__(self, low: int, high: int | None, why: tuple[Why, ...]) -> None:
        self.low = low
        self.high = high
        self.why = why


Number: TypeAlias = int | Fraction
Scalar: TypeAlias = bool | int | Fraction | str | tuple[str, ...]
Value: TypeAlias = Scalar | Unk | Range
Truth: TypeAlias = bool | Unk

DIVISION_BY_ZERO = Unk((Why("", "division by zero", True),))


def merged(left: Unk | Range, right: Unk | Range) -> Unk:
    """Return an unknown that carries the reasons of both, each once; of very many, the on-chain ones first."""
    if left.why == right.why:
        return left if isinstance(left, Unk) else Unk(left.why)
    together = dict.fromkeys(left.why + right.why)
    if len(together) <= MAX_REASONS:
        return Unk(tuple(together))
    ordered = sorted(together, key=lambda one: not one.on_chain)
    return Unk(tuple(ordered[:MAX_REASONS]))


def either(left: Value, right: Value) -> Unk:
    """Return an unknown with the reasons of those of the two that are not exactly known."""
    if isinstance(left, (Unk, Range)):
        if isinstance(right, (Unk, Range)):
            return merged(left, right)
        return left if isinstance(left, Unk) else Unk(left.why)
    assert isinstance(right, (Unk, Range))
    return right if isinstance(right, Unk) else Unk(right.why)


def negate(value: Truth) -> Truth:
    return value if isinstance(value, Unk) else not value


def both(left: Truth, right: Truth) -> Truth:
    """Three-valued `and`: false wins over unknown, whatever the order."""
    if left is False or right is False:
        return False
    if isinstance(left, Unk):
        return merged(left, right) if isinstance(right, Unk) else left
    return right


def one_of(left: Truth, right: Truth) -> Truth:
    """Three-valued `or`: true wins over unknown, whatever the order."""
    if left is True or right is True:
        return True
    if isinstance(left, Unk):
        return merged(left, right) if isinstance(right, Unk) else left
    return right


def bounded(value: Number) -> Number:
    """Return `value`; LimitExceeded when it is larger than a rule may use."""
    if isinstance(value, int):
        size = value.bit_length()
    else:
        size = max(value.numerator.bit_length(), value.denominator.bit_length())
    if size > MAX_BITS:
        raise LimitExceeded(f"a number of more than {MAX_BITS} bits")
    return value


def shown(value: object) -> str:
    """Return `value` as a reader sees it; long text is cut, hostile text otherwise stays as it is."""
    if isinstance(value, Unk):
        return "unknown"
    if isinstance(value, Range):
        return f"at least {value.low}" if value.high is None else f"between {value.low} and {value.high}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return _ratio(value)
    if isinstance(value, tuple):
        return cut(", ".join(cut(str(item)) for item in value), _MANY) if value else "none"
    return cut(str(value))


_MANY = 2_000
"""A list of texts is as long as several."""


def cut(text: str, length: int = 300) -> str:
    """Return `text` cut to `length` characters, an ellipsis in place of the rest."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _ratio(value: Fraction) -> str:
    """A ratio with two decimals, rounded towards zero; exact integers without any."""
    if value.denominator == 1:
        return str(value.numerator)
    hundredths = abs(value.numerator) * 100 // value.denominator
    sign = "-" if value < 0 else ""
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"
