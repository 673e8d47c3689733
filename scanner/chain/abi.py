"""The contract ABI: signatures, selectors, topics, encoding and decoding (Solidity ABI specification 0.8).

Values go in and come out as the model holds them: addresses and bytes are lower-case hex with 0x, integers are exact,
arrays and tuples are tuples. What comes off a chain is hostile: decoding either returns whole values or raises
DecodeError, in time and memory proportional to the data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from eth_abi import codec, decoding
from eth_abi.encoding import encode_uint_256
from eth_abi.exceptions import DecodingError, EncodingError, InsufficientDataBytes, ParseError
from eth_abi.grammar import ABIType, BasicType, TupleType, parse
from eth_abi.registry import registry
from eth_utils.crypto import keccak

MAX_TYPE_LENGTH = 10_000
_SIGNATURE = re.compile(r"([A-Za-z_$][A-Za-z0-9_$]*)?(\(.*\))\Z", re.DOTALL)
_TOO_DEEP = re.compile(r"(?:\[[0-9]*\]){9}|\({17}")
_READS_PER_WORD = 24
_SPARE_READS = 4_096


class DecodeError(ValueError):
    """Data that is not an encoding of the types, or types that do not exist."""


# ----------------------------------------------------------------------------------------------- signatures


def selector(signature: str) -> str:
    """Return the 4-byte selector of a canonical signature such as `transfer(address,uint256)`."""
    return topic(signature)[:10]


def topic(signature: str) -> str:
    """Return the Keccak-256 of a canonical event signature: the first topic of its logs. Also right for role names."""
    return _kept_hash(signature) if len(signature) <= _LONGEST_KEPT else _hash(signature)


def _hash(signature: str) -> str:
    return "0x" + keccak(text=signature).hex()


_LONGEST_KEPT = 256
_kept_hash = lru_cache(maxsize=4_096)(_hash)


def function_signature(abi_entry: Mapping[str, Any]) -> str:
    """Return the canonical signature of a function, event or error of a JSON ABI, tuples written out.

    Raises DecodeError for an entry that has no usable name or inputs: an ABI comes from a stranger.
    """
    name = abi_entry.get("name", "")
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]*", name):
        raise DecodeError("the ABI entry has no name")
    return f"{name}({','.join(input_types(abi_entry))})"


def input_types(abi_entry: Mapping[str, Any], *, of: str = "inputs") -> tuple[str, ...]:
    """Return the canonical types of an entry's inputs (or of its `outputs`). Raises DecodeError."""
    try:
        return tuple(_canonical_type(item, depth=0) for item in abi_entry.get(of, ()))
    except (TypeError, AttributeError) as error:
        raise DecodeError(f"the ABI entry's {of} are malformed") from error


def event_topic(abi_entry: Mapping[str, Any]) -> str:
    """Return the first topic of the logs of an event of a JSON ABI. Raises DecodeError."""
    return topic(function_signature(abi_entry))


def _canonical_type(item: Mapping[str, Any], *, depth: int) -> str:
    if depth > 16:
        raise DecodeError("the ABI entry nests too deep")
    name = item.get("type")
    if not isinstance(name, str):
        raise DecodeError("the ABI entry has an input without a type")
    if not name.startswith("tuple"):
        return name
    inner = ",".join(_canonical_type(part, depth=depth + 1) for part in item.get("components", ()))
    return f"({inner}){name.removeprefix('tuple')}"


def signature_types(signature: str) -> tuple[str, ...]:
    """Return the argument types of `name(type,…)`. Raises DecodeError for what is no signature."""
    found = _SIGNATURE.match(signature)
    if found is None:
        raise DecodeError(f"not a signature: {signature[:80]!r}")
    if found.group(2) == "()":
        return ()
    parsed = _parse(found.group(2))
    if not isinstance(parsed, TupleType) or parsed.is_array:
        raise DecodeError(f"not a signature: {signature[:80]!r}")
    return tuple(_name(component) for component in parsed.components)


def _name(kind: ABIType) -> str:
    return str(kind.to_type_str())  # type: ignore[no-untyped-call]


@lru_cache(maxsize=4096)
def _parse(type_name: str) -> ABIType:
    if len(type_name) > MAX_TYPE_LENGTH or _TOO_DEEP.search(type_name):
        raise DecodeError("the type is too long or nests too deep")
    try:
        parsed: ABIType = parse(type_name)
        parsed.validate()  # type: ignore[no-untyped-call]
    except (ParseError, ValueError, TypeError, RecursionError) as error:
        raise DecodeError(f"not an ABI type: {type_name[:80]!r}") from error
    return parsed


# ------------------------------------------------------------------------------------------------- encoding


def encode_call(signature: str, args: Sequence[Any] = ()) -> str:
    """Return selector and encoded arguments in hex. Bytes and addresses may be given as hex.

    Raises DecodeError when the arguments do not fit the signature.
    """
    return selector(signature) + encode(signature_types(signature), args).removeprefix("0x")


def encode(types: Sequence[str], args: Sequence[Any]) -> str:
    """Return the encoded arguments in hex. Raises DecodeError when they do not fit the types."""
    if len(types) != len(args):
        raise DecodeError(f"{len(types)} arguments expected, {len(args)} given")
    try:
        plain = [_for_encoder(_parse(name), value) for name, value in zip(types, args, strict=True)]
        return "0x" + _ENCODER.encode(list(types), plain).hex()
    except (EncodingError, OverflowError, TypeError, ValueError, AttributeError) as error:
        raise DecodeError(f"the arguments do not fit ({','.join(types)[:80]})") from error


def _for_encoder(kind: ABIType, value: Any) -> Any:
    """Turn hex into bytes wherever the type is bytes: the encoder takes bytes only."""
    if kind.is_array:
        return [_for_encoder(kind.item_type, item) for item in value]
    if isinstance(kind, TupleType):
        return tuple(_for_encoder(part, item) for part, item in zip(kind.components, value, strict=True))
    if isinstance(kind, BasicType) and kind.base in ("bytes", "function") and isinstance(value, str):
        return to_bytes(value)
    return value


def to_bytes(data: str) -> bytes:
    """Return the bytes of 0x-prefixed hex. Raises DecodeError for anything else."""
    if isinstance(data, str) and data[:2] in ("0x", "0X"):
        try:
            raw = bytes.fromhex(data[2:])
        except ValueError:
            raise DecodeError("not hex data") from None
        if 2 * len(raw) + 2 == len(data):  # fromhex skips white space
            return raw
    raise DecodeError("not hex data")


# ------------------------------------------------------------------------------------------------- decoding


def decode(types: Sequence[str], data: str) -> tuple[Any, ...]:
    """Return the values that `data` (hex) encodes: bytes and addresses as lower-case hex, arrays as tuples.

    As Solidity's own decoder, it takes missing padding after bytes and anything behind the last value. Text that is
    not UTF-8 comes with replacement characters. Raises DecodeError for data that is cut short, has dirty upper bits,
    points outside itself, or uses overlapping pointers to grow out of proportion.
    """
    raw = to_bytes(data)
    parsed = [_parse(name) for name in types]
    try:
        values = _DECODER.decode([_name(kind) for kind in parsed], raw)
    except (DecodingError, OverflowError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise DecodeError(f"the data is no encoding of ({','.join(types)[:80]}): {type(error).__name__}") from error
    return tuple(_plain(value) for value in values)


def decode_call_input(types: Sequence[str], data: str) -> tuple[Any, ...]:
    """Return the arguments in calldata: `decode` behind the 4-byte selector. Raises DecodeError."""
    if len(data) < 10:
        raise DecodeError("the calldata has no selector")
    return decode(types, "0x" + data[10:])


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, (list, tuple)):
        return tuple(_plain(item) for item in value)
    return value


class _BoundedStream(decoding.ContextFramesBytesIO):
    """A stream that counts reads, so that pointers which overlap cannot make a short input into a long list."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)  # type: ignore[no-untyped-call]
        self._left = _SPARE_READS + len(data) // 32 * _READS_PER_WORD
        self._bytes_left = 65_536 + 8 * len(data)

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self._left -= 1
        self._bytes_left -= len(found)
        if self._left < 0 or self._bytes_left < 0:
            raise DecodeError("the data refers to itself too often")
        return found


class _WholeBytes(decoding.BaseDecoder):
    """`bytes`, complete or not at all, whatever the padding."""

    is_dynamic = True

    def decode(self, stream: decoding.ContextFramesBytesIO) -> Any:
        length = decoding.decode_uint_256(stream)
        # Never ask for more than there is: the length is a stranger's number.
        found = stream.read(min(length, len(stream.getbuffer())))
        if len(found) < length:
            raise InsufficientDataBytes("bytes are cut short")
        return found


class _TolerantText(_WholeBytes):
    """`string`, with replacement characters where it is not UTF-8."""

    def decode(self, stream: decoding.ContextFramesBytesIO) -> Any:
        return super().decode(stream).decode("utf-8", errors="replace")


class _Decoder(codec.ABIDecoder):
    stream_class = _BoundedStream


def _tolerant_decoder() -> _Decoder:
    own = registry.copy()  # type: ignore[no-untyped-call]
    for name, decoder in (("string", _TolerantText()), ("bytes", _WholeBytes())):  # type: ignore[no-untyped-call]
        own.unregister_decoder(name)
        own.register_decoder(name, decoder)
    return _Decoder(own)


_DECODER = _tolerant_decoder()
_ENCODER = codec.ABIEncoder(registry)


def word(value: int) -> str:
    """Return `value` as a 32-byte word in hex, as storage slots and topics are written."""
    return "0x" + encode_uint_256(value).hex()


def address_topic(address: str) -> str:
    """Return `address` as an indexed argument stands in a topic."""
    return "0x" + "00" * 12 + address.removeprefix("0x").lower()
