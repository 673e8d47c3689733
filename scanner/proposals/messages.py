"""Messages to other chains: who receives them there, and what they hold as far as their bytes tell.

Chains' own bridges carry a call. The others carry bytes, and what those are is agreed between sender and receiver: rows
of calls in the forms that governance bridges use are read as such, a call as a call, and the rest is called raw.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scanner.chain import numbers
from scanner.chain.abi import DecodeError, decode, encode, encode_call
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals import bridges
from scanner.proposals.inner import Inner, Opener, Place

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")
_WORD = 64
_PADDING = "0" * 24
_TRANSFER = "transfer(address,uint256)"

_CALLS = ("address[]", "uint256[]", "bytes[]")
_SIGNED = ("address[]", "uint256[]", "string[]", "bytes[]")
_SIGNED_KIND = (*_SIGNED, "uint8")
_ROWS = ("(address,uint256,bytes)[]",)
_FOR_RECEIVER = (*_CALLS, "address", "uint16")
_VERSIONED = ("bytes32", *_FOR_RECEIVER)


def _read(types: tuple[str, ...], payload: str) -> tuple[Any, ...] | None:
    """Return the values if `payload` is what these types encode to and nothing else."""
    try:
        values = decode(types, payload)
        return values if encode(types, values) == payload else None
    except (DecodeError, ValueError):
        return None


def _rows(payload: str) -> list[tuple[str, int, str, str]] | None:
    """Return target, value, signature and data of each call that a payload lists; None where it is no such list.

    The forms: three arrays (OpenZeppelin's), four with signatures (receivers of Compound's bridges; LayerZero's
    omnichain governance adds the kind of proposal), rows of a tuple.
    """
    if (values := _read(_CALLS, payload)) is not None:
        arrays = (values[0], values[1], [""] * len(values[0]), values[2])
    elif (values := _read(_SIGNED, payload) or _read(_SIGNED_KIND, payload)) is not None:
        arrays = (values[0], values[1], values[2], values[3])
    elif (values := _read(_ROWS, payload)) is not None:
        return [(row[0], int(row[1]), "", row[2]) for row in values[0]]
    else:
        return None
    if len({len(one) for one in arrays}) != 1:
        return None
    return [(to, int(value), name, data) for to, value, name, data in zip(*arrays, strict=True)]


def _delivered(receiver: str, payload: str, chain: str, *, value: int = 0) -> Iterator[Inner]:
    """What a receiver gets: the calls that the payload lists, else the payload as one call."""
    rows = _rows(payload)
    if not rows:
        raw = f"{len(payload) // 2 - 1} bytes for {receiver} on {chain}: what they mean is agreed with its code"
        yield Inner(receiver, value, payload, chain, "", raw=raw)
        return
    for target, amount, signature, data in rows:
        yield Inner(target, amount, data, chain, receiver, signature=signature)


def _bridged(to: int, data: int, *, value: int = -1) -> Opener:
    """A call on the chain that the called contract sends to; who makes it there depends on the bridge."""

    def opener(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
        amount = int(values[value]) if value >= 0 else 0
        yield from _delivered(values[to], values[data], bridges.destination(place.chain, place.target), value=amount)

    return opener


def _addressed(chain: int, to: int, data: int, *, name: Callable[[Any], str], value: int = -1) -> Opener:
    """A message that says itself which chain it is for, under the number or name that `name` knows."""

    def opener(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
        amount = int(values[value]) if value >= 0 else 0
        yield from _delivered(_account(values[to]), values[data], name(values[chain]), value=amount)

    return opener


def _account(receiver: str) -> str:
    """Return a receiver of 20 bytes, or of 32 with zeros before it. DecodeError for one of another kind of chain."""
    digits = receiver[2:]
    if len(digits) == _WORD and digits.startswith(_PADDING):
        digits = digits[len(_PADDING) :]
    if not receiver.startswith("0x") or not _ADDRESS.match("0x" + digits):
        raise DecodeError("the receiver is no address of 20 bytes")
    return "0x" + digits.lower()


def _layer_zero(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """LayerZero 1: the destination is the receiver's address, followed by the sender's."""
    chain = numbers.layer_zero(int(values[0]))
    yield from _delivered(_account(values[1][:42]), values[2], chain)


def _layer_zero_2(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    chain, receiver, payload = values[0][:3]
    yield from _delivered(_account(receiver), payload, numbers.layer_zero(int(chain)))


def _token_sent(place: Place, sent: tuple[str, str, int], chain: str, *, message: str = "0x") -> Iterator[Inner]:
    """Units of the called token leave who holds them here, and as many arrive there, with a call to who gets them.

    `sent`: the holder, the receiver, the amount. The token's address on the other chain stands in the contract's
    settings and not in the call: zero here. Where the called contract keeps another token's units for it, those are
    what leaves; that, too, only its code says.
    """
    holder, receiver, amount = sent
    if holder == place.caller:
        yield Inner(place.target, 0, encode_call(_TRANSFER, (place.target, amount)), place.chain, holder)
    else:
        taken = encode_call("transferFrom(address,address,uint256)", (holder, place.target, amount))
        yield Inner(place.target, 0, taken, place.chain, place.caller)
    yield Inner(ZERO_ADDRESS, 0, encode_call(_TRANSFER, (_account(receiver), amount)), chain, "")
    if message != "0x":
        yield from _delivered(_account(receiver), message, chain)


def _omnichain_token(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """LayerZero 2's OFT: SendParam has chain, receiver, amount, least amount, options, message, command."""
    chain, receiver, amount, _, _, message, _ = values[0]
    sent = (place.caller, receiver, int(amount))
    yield from _token_sent(place, sent, numbers.layer_zero(int(chain)), message=message)


def _omnichain_token_1(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """LayerZero 1's OFT, both versions: holder, chain, receiver (bytes or a word), amount."""
    holder, chain, receiver, amount = values[:4]
    yield from _token_sent(place, (holder, receiver, int(amount)), numbers.layer_zero(int(chain)))


def _omnichain_token_with_call(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    holder, chain, receiver, amount, message = values[:5]
    sent = (holder, receiver, int(amount))
    yield from _token_sent(place, sent, numbers.layer_zero(int(chain)), message=message)


def _ccip(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """Chainlink's router takes tokens from its caller, and hands them and the data to a receiver.

    What stands for the tokens there is in the router's settings: their address is zero here.
    """
    receiver, payload, tokens = values[1][:3]
    chain = numbers.ccip(int(values[0]))
    for token, amount in tokens:
        taken = encode_call(_TRANSFER, (place.target, int(amount)))
        yield Inner(token, 0, taken, place.chain, place.caller)
    for _, amount in tokens:
        yield Inner(ZERO_ADDRESS, 0, encode_call(_TRANSFER, (_account(receiver), int(amount))), chain, "")
    if payload != "0x" or not tokens:
        yield from _delivered(_account(receiver), payload, chain)


def _axelar_with_token(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    yield from _delivered(_account(values[1]), values[2], numbers.axelar(values[0]))
    raise DecodeError(f"{int(values[4])} units of a token that is named by its symbol alone go with the message")


def _broadcast(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """Uniswap's Wormhole sender: a batch for a receiver on a chain of Wormhole's own numbering."""
    targets, amounts, datas, receiver, number = values
    if not len(targets) == len(amounts) == len(datas):
        raise DecodeError("targets, values and payloads differ in length")
    for target, amount, data in zip(targets, amounts, datas, strict=True):
        yield Inner(target, int(amount), data, numbers.wormhole(int(number)), receiver)


def _published(place: Place, values: tuple[Any, ...]) -> Iterator[Inner]:
    """Wormhole itself: whoever wants to reads a message. Uniswap's form holds the receiver and its chain."""
    payload = values[1]
    plain = _read(_FOR_RECEIVER, payload)
    if plain is None and (versioned := _read(_VERSIONED, payload)) is not None:
        plain = versioned[1:]
    if plain is None:
        raise DecodeError(f"{len(payload) // 2 - 1} bytes for whoever reads them: a Wormhole message names no receiver")
    yield from _broadcast(place, plain)


_TICKET = "(address,uint256,uint256,address,address,uint256,uint256,bytes)"

MESSAGES: Mapping[str, Opener] = {
    # Chains' own bridges: Arbitrum, the OP stack, Polygon, Scroll, Linea, ZKsync
    "sendTxToL1(address,bytes)": _bridged(0, 1),
    f"createRetryableTicket{_TICKET}": _bridged(0, 7, value=1),
    f"unsafeCreateRetryableTicket{_TICKET}": _bridged(0, 7, value=1),
    "sendMessage(address,bytes,uint32)": _bridged(0, 1),
    "depositTransaction(address,uint256,uint64,bool,bytes)": _bridged(0, 4, value=1),
    "sendMessage(uint256,address,bytes)": _addressed(0, 1, 2, name=numbers.by_id),
    "sendMessageToChild(address,bytes)": _bridged(0, 1),
    "sendMessage(address,uint256,bytes,uint256)": _bridged(0, 2, value=1),
    "sendMessage(address,uint256,bytes)": _bridged(0, 2),
    "requestL2Transaction(address,uint256,bytes,uint256,uint256,bytes[],address)": _bridged(0, 2, value=1),
    # LayerZero's endpoints
    "send(uint16,bytes,bytes,address,address,bytes)": _layer_zero,
    "send((uint32,bytes32,bytes,bytes,bool),address)": _layer_zero_2,
    # LayerZero's tokens: OFT of version 2, and the two of version 1
    "send((uint32,bytes32,uint256,uint256,bytes,bytes,bytes),(uint256,uint256),address)": _omnichain_token,
    "sendFrom(address,uint16,bytes,uint256,address,address,bytes)": _omnichain_token_1,
    "sendFrom(address,uint16,bytes32,uint256,(address,address,bytes))": _omnichain_token_1,
    "sendAndCall(address,uint16,bytes32,uint256,bytes,uint64,(address,address,bytes))": _omnichain_token_with_call,
    # Wormhole: Uniswap's sender, the core contract, the relayer
    "sendMessage(address[],uint256[],bytes[],address,uint16)": _broadcast,
    "publishMessage(uint32,bytes,uint8)": _published,
    "sendPayloadToEvm(uint16,address,bytes,uint256,uint256)": _addressed(0, 1, 2, name=numbers.wormhole, value=3),
    # Axelar's gateway
    "callContract(string,string,bytes)": _addressed(0, 1, 2, name=numbers.axelar),
    "callContractWithToken(string,string,bytes,string,uint256)": _axelar_with_token,
    # Chainlink CCIP's router
    "ccipSend(uint64,(bytes,bytes,(address,uint256)[],address,bytes))": _ccip,
}
"""Signature -> how the message is read. A contract may do otherwise under that name: the outer call keeps its facts."""
