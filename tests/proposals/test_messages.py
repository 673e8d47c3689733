"""Messages to other chains, from their real signatures down to the calls that they hold."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.chain import numbers
from scanner.chain.abi import encode, encode_call, selector
from scanner.discovery.families.told import RawAction
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals.messages import MESSAGES
from scanner.proposals.nested import Call, open_calls
from tests.discovery.support import SilentChain, address, world

_TOKEN, _WHO, _SENDER, _RECEIVER = (address(number) for number in range(1, 5))
_EXECUTOR = address(90)
_PAY = encode_call("transfer(address,uint256)", (_WHO, 7))
_GRANT = encode_call("grantRole(bytes32,address)", ("0x" + "00" * 32, _WHO))
_WORD = "0x" + "00" * 12 + _RECEIVER[2:]
_VERSION = "0x" + "ab" * 32
_ZERO = address(0)
_NOISE = "0x" + "fe" * 70

_LZ1 = "send(uint16,bytes,bytes,address,address,bytes)"
_LZ2 = "send((uint32,bytes32,bytes,bytes,bool),address)"
_CCIP = "ccipSend(uint64,(bytes,bytes,(address,uint256)[],address,bytes))"
_AXELAR = "callContract(string,string,bytes)"
_AXELAR_TOKEN = "callContractWithToken(string,string,bytes,string,uint256)"
_RELAYER = "sendPayloadToEvm(uint16,address,bytes,uint256,uint256)"
_PUBLISH = "publishMessage(uint32,bytes,uint8)"

_BATCHES = {
    "three arrays": encode(("address[]", "uint256[]", "bytes[]"), ([_TOKEN, _WHO], [0, 3], [_PAY, _GRANT])),
    "four arrays": encode(
        ("address[]", "uint256[]", "string[]", "bytes[]"),
        ([_TOKEN, _WHO], [0, 3], ["transfer(address,uint256)", ""], ["0x" + _PAY[10:], _GRANT]),
    ),
    "four arrays and a kind": encode(
        ("address[]", "uint256[]", "string[]", "bytes[]", "uint8"),
        ([_TOKEN, _WHO], [0, 3], ["", ""], [_PAY, _GRANT], 1),
    ),
    "rows": encode(("(address,uint256,bytes)[]",), ([(_TOKEN, 0, _PAY), (_WHO, 3, _GRANT)],)),
}


def _inner(target: str, calldata: str, *, chain_id: int = 1) -> tuple[Call, ...]:
    made, chain = world(), SilentChain()
    chain.block = chain.block.model_copy(update={"chain_id": chain_id})
    made.chain = chain
    return open_calls(made, (RawAction(target, 0, "", calldata),), _EXECUTOR).calls[1:]


def _name(call: Call) -> str:
    return call.decoded.signature.value if isinstance(call.decoded.signature, Known) else "?"


def _ways(payload: str) -> dict[str, str]:
    """The same payload for the same receiver over every bridge whose message names both."""
    return {
        "LayerZero 1": encode_call(_LZ1, (110, _RECEIVER + _SENDER[2:], payload, _WHO, _ZERO, "0x")),
        "LayerZero 2": encode_call(_LZ2, ((30110, _WORD, payload, "0x", False), _WHO)),
        "Wormhole": encode_call(_RELAYER, (23, _RECEIVER, payload, 0, 9)),
        "Axelar": encode_call(_AXELAR, ("arbitrum", _RECEIVER, payload)),
        "CCIP": encode_call(_CCIP, (4949039107694359620, (_WORD, payload, [], _ZERO, "0x"))),
    }


@pytest.mark.parametrize("way", sorted(_ways("0x")))
def test_a_message_names_its_chain_and_its_receiver(way: str) -> None:
    (call,) = _inner(_SENDER, _ways(_PAY)[way])
    assert (call.chain, call.target, _name(call)) == ("Arbitrum One", _RECEIVER, "transfer(address,uint256)")
    assert call.caller == "", "who calls there depends on the bridge"


@pytest.mark.parametrize("way", sorted(_ways("0x")))
@pytest.mark.parametrize("form", sorted(_BATCHES))
def test_rows_of_calls_are_read_and_made_by_the_receiver(way: str, form: str) -> None:
    calls = _inner(_SENDER, _ways(_BATCHES[form])[way])
    assert [(call.target, call.value, call.calldata) for call in calls] == [(_TOKEN, 0, _PAY), (_WHO, 3, _GRANT)]
    assert {(call.chain, call.caller) for call in calls} == {("Arbitrum One", _RECEIVER)}
    assert [_name(call) for call in calls] == ["transfer(address,uint256)", "grantRole(bytes32,address)"]


@pytest.mark.parametrize("way", sorted(_ways("0x")))
@pytest.mark.parametrize("payload", [_NOISE, _BATCHES["rows"] + "00", encode(("address[]",) * 3, ([], [], []))])
def test_other_bytes_are_raw_with_the_reason(way: str, payload: str) -> None:
    (call,) = _inner(_SENDER, _ways(payload)[way])
    assert (call.chain, call.target) == ("Arbitrum One", _RECEIVER)
    assert isinstance(call.decoded.signature, Unknown)
    assert call.decoded.signature.reason is Reason.UNDECODABLE
    assert f"{len(payload) // 2 - 1} bytes for {_RECEIVER} on Arbitrum One" in call.decoded.signature.detail


@pytest.mark.parametrize("form", sorted(_BATCHES))
def test_a_receiver_of_a_chains_own_bridge_may_get_rows_too(form: str) -> None:
    message = encode_call("sendMessageToChild(address,bytes)", (_RECEIVER, _BATCHES[form]))
    calls = _inner("0xfe5e5d361b2ad62c541bab87c45a0b9b018389a2", message)
    assert [(call.chain, call.target, call.caller) for call in calls] == [
        ("Polygon", _TOKEN, _RECEIVER),
        ("Polygon", _WHO, _RECEIVER),
    ]


@pytest.mark.parametrize("versioned", [True, False])
def test_uniswaps_form_tells_what_a_wormhole_message_is_for(versioned: bool) -> None:
    types: tuple[str, ...] = ("address[]", "uint256[]", "bytes[]", "address", "uint16")
    values: tuple[Any, ...] = ([_TOKEN], [0], [_PAY], _RECEIVER, 30)
    payload = encode(("bytes32", *types), (_VERSION, *values)) if versioned else encode(types, values)
    (call,) = _inner(_SENDER, encode_call(_PUBLISH, (0, payload, 1)))
    assert (call.chain, call.target, call.calldata, call.caller) == ("Base", _TOKEN, _PAY, _RECEIVER)


def test_a_wormhole_message_of_another_form_is_raw() -> None:
    (call,) = _inner(_SENDER, encode_call(_PUBLISH, (0, _NOISE, 1)))
    assert isinstance(call.decoded.signature, Unknown)
    assert "70 bytes for whoever reads them" in call.decoded.signature.detail


def test_tokens_of_a_message_leave_the_caller_here_and_arrive_there() -> None:
    message = encode_call(_CCIP, (5009297550715157269, (_WORD, "0x", [(_TOKEN, 40), (_WHO, 2)], _ZERO, "0x")))
    calls = _inner(_SENDER, message, chain_id=42161)
    assert [(call.target, call.decoded.values, call.caller, call.chain) for call in calls[:2]] == [
        (_TOKEN, (_SENDER, 40), _EXECUTOR, ""),
        (_WHO, (_SENDER, 2), _EXECUTOR, ""),
    ]
    assert [(call.chain, call.target, call.decoded.values) for call in calls[2:]] == [
        ("Ethereum", ZERO_ADDRESS, (_RECEIVER, 40)),
        ("Ethereum", ZERO_ADDRESS, (_RECEIVER, 2)),
    ]


def test_a_token_known_by_its_symbol_is_not_left_out() -> None:
    calls = _inner(_SENDER, encode_call(_AXELAR_TOKEN, ("Polygon", _RECEIVER, _PAY, "axlUSDC", 12)))
    assert (calls[0].chain, _name(calls[0])) == ("Polygon", "transfer(address,uint256)")
    assert isinstance(calls[1].decoded.signature, Unknown)
    assert "12 units of a token" in calls[1].decoded.signature.detail


@pytest.mark.parametrize(
    "calldata",
    [
        encode_call(_LZ1, (110, "0x1234", _PAY, _WHO, _ZERO, "0x")),
        encode_call(_LZ2, ((30168, "0x" + "77" * 32, _PAY, "0x", False), _WHO)),
        encode_call(_AXELAR, ("osmosis", "osmo1abc", _PAY)),
        encode_call(_CCIP, (124615329519749607, ("0x" + "77" * 32, _PAY, [], _ZERO, "0x"))),
    ],
)
def test_a_receiver_of_another_kind_of_chain_is_said_to_be_unread(calldata: str) -> None:
    (call,) = _inner(_SENDER, calldata)
    assert isinstance(call.decoded.signature, Unknown)
    assert "no address of 20 bytes" in call.decoded.signature.detail


def test_what_a_message_holds_is_opened_further() -> None:
    safe = encode_call("execTransactionFromModule(address,uint256,bytes,uint8)", (_TOKEN, 0, _GRANT, 0))
    calls = _inner(_SENDER, _ways(encode(("(address,uint256,bytes)[]",), ([(_WHO, 0, safe)],)))["LayerZero 2"])
    assert [call.target for call in calls] == [_WHO, _TOKEN]
    assert {call.chain for call in calls} == {"Arbitrum One"}
    assert _name(calls[1]) == "grantRole(bytes32,address)"


def test_a_message_between_chains_of_one_stack_names_the_id() -> None:
    (call,) = _inner(_SENDER, encode_call("sendMessage(uint256,address,bytes)", (10, _RECEIVER, _PAY)), chain_id=8453)
    assert (call.chain, call.target, _name(call)) == ("OP Mainnet", _RECEIVER, "transfer(address,uint256)")


@pytest.mark.parametrize(
    ("named", "chain"),
    [
        (numbers.layer_zero(101), "Ethereum"),
        (numbers.layer_zero(30184), "Base"),
        (numbers.layer_zero(30168), "LayerZero chain 30168"),
        (numbers.wormhole(24), "OP Mainnet"),
        (numbers.wormhole(1), "Wormhole chain 1"),
        (numbers.ccip(4051577828743386545), "Polygon"),
        (numbers.ccip(1), "CCIP chain 1"),
        (numbers.axelar("Ethereum"), "Ethereum"),
        (numbers.axelar("osmosis"), "Axelar chain osmosis"),
        (numbers.axelar("<b>x</b>"), "another chain"),
        (numbers.by_id(137), "Polygon"),
        (numbers.by_id(5), "chain 5"),
    ],
)
def test_numbers_of_bridges_are_names_where_they_are_known(named: str, chain: str) -> None:
    assert named == chain


@pytest.mark.parametrize(
    ("signature", "head"),
    [
        (_LZ1, "0xc5803100"),
        (_LZ2, "0x2637a450"),
        (_PUBLISH, "0xb19a437e"),
        (_AXELAR, "0x1c92115f"),
        (_AXELAR_TOKEN, "0xb5417084"),
        (_CCIP, "0x96f4e9f9"),
        ("createRetryableTicket(address,uint256,uint256,address,address,uint256,uint256,bytes)", "0x679b6ded"),
        ("sendTxToL1(address,bytes)", "0x928c169a"),
        ("depositTransaction(address,uint256,uint64,bool,bytes)", "0xe9e05c42"),
        ("sendMessage(address,bytes,uint32)", "0x3dbb202b"),
    ],
)
def test_signatures_are_those_of_the_deployed_contracts(signature: str, head: str) -> None:
    assert signature in MESSAGES
    assert selector(signature) == head


_OFT = "send((uint32,bytes32,uint256,uint256,bytes,bytes,bytes),(uint256,uint256),address)"
_OFT_1 = "sendFrom(address,uint16,bytes,uint256,address,address,bytes)"
_OFT_1_WORD = "sendFrom(address,uint16,bytes32,uint256,(address,address,bytes))"
_OFT_1_CALL = "sendAndCall(address,uint16,bytes32,uint256,bytes,uint64,(address,address,bytes))"


def test_the_selectors_of_omnichain_tokens() -> None:
    """As LayerZero's deployed OFTs have them."""
    assert [selector(one) for one in (_OFT, _OFT_1, _OFT_1_WORD)] == ["0xc7c7f5b3", "0x51905636", "0x695ef6bf"]


@pytest.mark.parametrize(
    ("call", "taken"),
    [
        (encode_call(_OFT, ((30110, _WORD, 9, 8, "0x", "0x", "0x"), (1, 0), _WHO)), "transfer"),
        (encode_call(_OFT_1, (_EXECUTOR, 110, _RECEIVER, 9, _WHO, _ZERO, "0x")), "transfer"),
        (encode_call(_OFT_1, (_WHO, 110, _RECEIVER, 9, _WHO, _ZERO, "0x")), "transferFrom"),
        (encode_call(_OFT_1_WORD, (_WHO, 110, _WORD, 9, (_WHO, _ZERO, "0x"))), "transferFrom"),
    ],
)
def test_an_omnichain_token_leaves_here_and_arrives_there(call: str, taken: str) -> None:
    leaves, arrives = _inner(_TOKEN, call)
    assert (leaves.target, leaves.chain, leaves.caller) == (_TOKEN, "", _EXECUTOR)
    assert (_name(leaves).split("(")[0], leaves.decoded.values[-1]) == (taken, 9)
    assert (arrives.chain, arrives.target, arrives.decoded.values) == ("Arbitrum One", ZERO_ADDRESS, (_RECEIVER, 9))


def test_what_goes_with_an_omnichain_token_is_read_as_a_message() -> None:
    with_call = encode_call(_OFT_1_CALL, (_EXECUTOR, 110, _WORD, 9, _GRANT, 1, (_WHO, _ZERO, "0x")))
    for call in (encode_call(_OFT, ((30110, _WORD, 9, 8, "0x", _GRANT, "0x"), (1, 0), _WHO)), with_call):
        message = _inner(_TOKEN, call)[-1]
        assert (message.chain, message.target, _name(message)) == (
            "Arbitrum One",
            _RECEIVER,
            "grantRole(bytes32,address)",
        )


def test_an_omnichain_token_for_another_kind_of_chain_leaves_all_the_same() -> None:
    call = encode_call(_OFT, ((30168, "0x" + "ab" * 32, 9, 8, "0x", "0x", "0x"), (1, 0), _WHO))
    leaves, unread = _inner(_TOKEN, call)
    assert _name(leaves) == "transfer(address,uint256)"
    assert isinstance(unread.decoded.signature, Unknown)
