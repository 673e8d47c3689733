"""Scalar types that survive JSON: exact integers, addresses, hex strings."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints

MAX_SAFE_INTEGER = 2**53 - 1
_DECIMAL = re.compile(r"-?[0-9]{1,200}\Z")  # sums and products of uint256 values, which have 78 digits

ZERO_ADDRESS = "0x" + "00" * 20


def _read_integer(value: Any) -> Any:
    """Accept a JSON number or a decimal string; everything else is left for pydantic to refuse."""
    if isinstance(value, str) and _DECIMAL.match(value):
        return int(value)
    return value


def json_integer(value: int) -> int | str:
    """Return `value` as JSON can hold it: integers beyond 2^53 - 1 as decimal strings."""
    return value if abs(value) <= MAX_SAFE_INTEGER else str(value)


Int = Annotated[
    int,
    BeforeValidator(_read_integer),
    PlainSerializer(json_integer, return_type=int | str, when_used="json"),
]
"""An exact integer of any size. In JSON a number up to 2^53 - 1, a decimal string beyond."""

Address = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{40}$")]
"""A 20-byte address in lower-case hex. Checksums (EIP-55) are a matter of display."""

HexBytes = Annotated[str, StringConstraints(pattern=r"^0x([0-9a-f]{2})*$")]
"""Bytes in lower-case hex with 0x."""


class Model(BaseModel):
    """The base of every noun: strict, frozen, nothing undeclared."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


M = TypeVar("M", bound=Model)


def changed(item: M, **update: Any) -> M:
    """Return `item` with some fields replaced, validated anew: `model_copy` would keep whatever it is given."""
    fields = {name: getattr(item, name) for name in type(item).model_fields}
    return type(item)(**{**fields, **update})
