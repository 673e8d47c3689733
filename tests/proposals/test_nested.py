from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.chain.abi import encode, encode_call, selector
from scanner.chain.aliases import alias
from scanner.discovery.families.told import RawAction
from scanner.discovery.world import World
from scanner.model.observation import Known, Reason, Unknown
from scanner.proposals.bridges import ARB_SYS, OP_MESSENGER, RETRYABLE_MAGIC
from scanner.proposals.effects import signature_table
from scanner.proposals.nested import MAX_DEPTH, MAX_INNER, Call, Opened, open_calls
from scanner.proposals.wrappers import WRAPPERS
from tests.discovery.support import SilentChain, address, world

_EXECUTOR = address(90)
_TOKEN, _WHO, _SAFE, _LIB = address(1), address(2), address(3), address(4)
_PAY = encode_call("transfer(address,uint256)", (_WHO, 7))
_GRANT = encode_call("grantRole(bytes32,address)", ("0x" + "00" * 32, _WHO))
_SALT = ("0x" + "00" * 32, "0x" + "11" * 32)
_SCHEDULE = "schedule(address,uint256,bytes,bytes32,bytes32,uint256)"
_BATCH = "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)"
_EXEC = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
_TICKET = "createRetryableTicket(address,uint256,uint256,address,address,uint256,uint256,bytes)"
_INBOX = "0x4dbd4fc535ac27206064b68ffcf827b0a60bab3f"
_L2_EXECUTOR = "0xcf57572261c7c2bcf21ffd220ea7d1a27d40a827"


def _on(chain_id: int) -> World:
    made = world()
    chain = SilentChain()
    chain.block = chain.block.model_copy(update={"chain_id": chain_id})
    made.chain = chain
    return made


def _open(target: str, calldata: str, *, chain_id: int = 1, value: int = 0) -> Opened:
    return open_calls(_on(chain_id), (RawAction(target, value, "", calldata),), _EXECUTOR)


def _inner(target: str, calldata: str, *, chain_id: int = 1) -> tuple[Call, ...]:
    return _open(target, calldata, chain_id=chain_id).calls[1:]


def _name(call: Call) -> str:
    return call.decoded.signature.value if isinstance(call.decoded.signature, Known) else "?"


def _safe(to: str, data: str, operation: int, *, value: int = 0) -> str:
    zero = address(0)
    return encode_call(_EXEC, (to, value, data, operation, 0, 0, 0, zero, zero, "0x"))


def _packed(*calls: tuple[int, str, int, str]) -> str:
    parts = (f"{how:02x}{to[2:]}{value:064x}{len(data) // 2 - 1:064x}{data[2:]}" for how, to, value, data in calls)
    return encode_call("multiSend(bytes)", ("0x" + "".join(parts),))


@pytest.mark.parametrize(
    "calldata",
    [
        encode_call(_SCHEDULE, (_TOKEN, 5, _PAY, *_SALT, 60)),
        encode_call(_BATCH, ([_TOKEN], [5], [_PAY], *_SALT, 60)),
        encode_call("execute(address,uint256,bytes,bytes32,bytes32)", (_TOKEN, 5, _PAY, *_SALT)),
        encode_call("executeBatch(address[],uint256[],bytes[],bytes32,bytes32)", ([_TOKEN], [5], [_PAY], *_SALT)),
        encode_call("relay(address,uint256,bytes)", (_TOKEN, 5, _PAY)),
        encode_call("execute(address,uint256,bytes)", (_TOKEN, 5, _PAY)),
        encode_call("execTransactionFromModule(address,uint256,bytes,uint8)", (_TOKEN, 5, _PAY, 0)),
        encode_call("exec(address,bytes,uint256)", (_TOKEN, _PAY, 5)),
        encode_call("execute((address,uint256,bytes)[])", ([(_TOKEN, 5, _PAY)],)),
        encode_call("execute(bytes32,(address,uint256,bytes)[],uint256)", (_SALT[0], [(_TOKEN, 5, _PAY)], 0)),
        encode_call("execute(address[],uint256[],bytes[],bytes32)", ([_TOKEN], [5], [_PAY], _SALT[0])),
        encode_call("propose(address[],uint256[],bytes[],string)", ([_TOKEN], [5], [_PAY], "text")),
        encode_call(
            "propose(address[],uint256[],string[],bytes[],string)",
            ([_TOKEN], [5], ["transfer(address,uint256)"], ["0x" + _PAY[10:]], "text"),
        ),
        encode_call("execute(bytes32,bytes)", (_SALT[0], _TOKEN + f"{5:064x}" + _PAY[2:])),
        encode_call(
            "execute(bytes32,bytes)",
            ("0x01" + "00" * 31, encode(("(address,uint256,bytes)[]",), ([(_TOKEN, 5, _PAY)],))),
        ),
        _safe(_TOKEN, _PAY, 0, value=5),
    ],
)
def test_a_wrapper_shows_the_call_it_makes(calldata: str) -> None:
    outer, inner = _open(_SAFE, calldata).calls
    assert outer.opened
    assert (outer.inside, outer.index, inner.index) == ("", 0, 1)
    assert (inner.target, inner.value, inner.calldata, inner.chain) == (_TOKEN, 5, _PAY, "")
    assert _name(inner) == "transfer(address,uint256)"
    assert inner.decoded.values == (_WHO, 7)
    assert inner.caller == _SAFE
    assert inner.inside == f"action 1 → {_name(outer).split('(')[0]} 1"


def test_compounds_timelock_puts_signature_and_arguments_together() -> None:
    arguments = "0x" + encode_call("_setPendingAdmin(address)", (_WHO,))[10:]
    for name in ("queueTransaction", "executeTransaction"):
        call = encode_call(
            f"{name}(address,uint256,string,bytes,uint256)", (_TOKEN, 0, "_setPendingAdmin(address)", arguments, 9)
        )
        (inner,) = _inner(_SAFE, call)
        assert (_name(inner), inner.decoded.values) == ("_setPendingAdmin(address)", (_WHO,))
        assert inner.calldata.startswith(selector("_setPendingAdmin(address)"))


@pytest.mark.parametrize("how", [False, True])
def test_aaves_executor_says_how_it_calls(how: bool) -> None:
    types = "(address,uint256,string,bytes,uint256,bool)"
    for name in ("queueTransaction", "executeTransaction"):
        (inner,) = _inner(_SAFE, encode_call(f"{name}{types}", (_TOKEN, 0, "", _PAY, 9, how)))
        assert (inner.calldata, inner.delegatecall) == (_PAY, how)


def test_a_plan_of_a_pause_is_delegatecalled() -> None:
    for name in ("plot", "exec"):
        call = encode_call(f"{name}(address,bytes32,bytes,uint256)", (_LIB, _SALT[0], _GRANT, 9))
        (inner,) = _inner(_SAFE, call)
        assert (inner.target, inner.delegatecall, _name(inner)) == (_LIB, True, "grantRole(bytes32,address)")


def test_a_script_of_calls_is_read_to_its_end_or_said_to_be_cut() -> None:
    script = "0x00000001" + "".join(f"{_TOKEN[2:]}{len(data) // 2 - 1:08x}{data[2:]}" for data in (_PAY, _GRANT))
    for calldata in (
        encode_call("forward(bytes)", (script,)),
        encode_call("newVote(bytes,string)", (script, "text")),
        encode_call("newVote(bytes,string,bool,bool)", (script, "text", False, False)),
    ):
        calls = _inner(_SAFE, calldata)
        assert [(call.target, call.calldata) for call in calls] == [(_TOKEN, _PAY), (_TOKEN, _GRANT)]
    for broken, whole in ((script[:-2], 1), (script + "11", 2), ("0x00000002", 0)):
        calls = _inner(_SAFE, encode_call("forward(bytes)", (broken,)))
        assert len(calls) == whole + 1
        assert isinstance(calls[-1].decoded.signature, Unknown)


@pytest.mark.parametrize(("number", "chain"), [(30, "Base"), (1, "Wormhole chain 1")])
def test_a_batch_over_wormhole_names_its_chain(number: int, chain: str) -> None:
    call = encode_call("sendMessage(address[],uint256[],bytes[],address,uint16)", ([_TOKEN], [1], [_PAY], _WHO, number))
    (inner,) = _inner(_SAFE, call)
    assert (inner.chain, inner.target, inner.calldata) == (chain, _TOKEN, _PAY)


def test_a_safes_batch_is_opened_to_the_bottom_and_acts_as_the_safe() -> None:
    batch = _packed((0, _TOKEN, 0, _PAY), (0, address(5), 9, "0x"), (1, address(6), 0, _GRANT))
    calls = _inner(_SAFE, _safe(_LIB, batch, 1))
    assert [_name(call) for call in calls] == [
        "multiSend(bytes)",
        "transfer(address,uint256)",
        "",
        "grantRole(bytes32,address)",
    ]
    assert [call.delegatecall for call in calls] == [True, False, False, True]
    assert [call.caller for call in calls] == [_SAFE] * 4
    assert [call.value for call in calls] == [0, 0, 9, 0]
    assert calls[3].inside == "action 1 → execTransaction 1 → multiSend 3"


def test_zero_in_a_batch_is_the_safe_itself() -> None:
    (_, inner) = _inner(_SAFE, _safe(_LIB, _packed((0, "0x" + "00" * 20, 0, _GRANT)), 1))
    assert inner.target == _SAFE


def test_a_multicall_stays_on_its_target() -> None:
    calls = _inner(_SAFE, encode_call("multicall(bytes[])", ([_PAY, _GRANT],)))
    assert [(call.target, call.caller) for call in calls] == [(_SAFE, _EXECUTOR)] * 2
    assert [_name(call) for call in calls] == ["transfer(address,uint256)", "grantRole(bytes32,address)"]


def test_the_call_after_an_upgrade_is_shown_and_only_where_there_is_one() -> None:
    upgrade = "upgradeToAndCall(address,bytes)"
    (inner,) = _inner(_SAFE, encode_call(upgrade, (_LIB, _GRANT)))
    assert (inner.target, inner.delegatecall, _name(inner)) == (_SAFE, False, "grantRole(bytes32,address)")
    assert _inner(_SAFE, encode_call(upgrade, (_LIB, "0x"))) == ()
    (of_proxy,) = _inner(_SAFE, encode_call("upgradeAndCall(address,address,bytes)", (_TOKEN, _LIB, _GRANT)))
    assert of_proxy.target == _TOKEN
    cut = "diamondCut((address,uint8,bytes4[])[],address,bytes)"
    (init,) = _inner(_SAFE, encode_call(cut, ([(_TOKEN, 0, ["0x12345678"])], _LIB, _GRANT)))
    assert (init.target, init.delegatecall) == (_LIB, True)
    assert _inner(_SAFE, encode_call(cut, ([], "0x" + "00" * 20, "0x"))) == ()


def test_a_message_to_the_parent_chain_and_back_is_followed() -> None:
    """The shape of Arbitrum's core proposals: L2, parent chain's timelock, retryable tickets, upgrade executors."""
    upgrade = encode_call("execute(address,bytes)", (_LIB, encode_call("perform()")))
    ticket = encode(
        ("address", "address", "uint256", "uint256", "uint256", "bytes"), (_INBOX, _L2_EXECUTOR, 0, 0, 0, upgrade)
    )
    batch = encode_call(_BATCH, ([RETRYABLE_MAGIC, _TOKEN], [0, 0], [ticket, _PAY], *_SALT, 60))
    calls = _inner(ARB_SYS, encode_call("sendTxToL1(address,bytes)", (_SAFE, batch)), chain_id=42161)
    assert [(call.chain, call.target, _name(call)) for call in calls] == [
        ("Ethereum", _SAFE, _BATCH),
        ("", _L2_EXECUTOR, "execute(address,bytes)"),
        ("", _LIB, "perform()"),
        ("Ethereum", _TOKEN, "transfer(address,uint256)"),
    ]
    assert [call.delegatecall for call in calls] == [False, False, True, False]
    assert calls[1].caller == alias(_SAFE), "a contract of the parent chain calls under a shifted address"


@pytest.mark.parametrize(
    ("target", "calldata", "chain_id", "chain"),
    [
        (OP_MESSENGER, encode_call("sendMessage(address,bytes,uint32)", (_TOKEN, _PAY, 1)), 10, "Ethereum"),
        (
            "0x866e82a600a1414e583f7f13623f1ac5d58b0afa",
            encode_call("sendMessage(address,bytes,uint32)", (_TOKEN, _PAY, 1)),
            1,
            "Base",
        ),
        (_INBOX, encode_call(_TICKET, (_TOKEN, 0, 0, _WHO, _WHO, 0, 0, _PAY)), 1, "Arbitrum One"),
        (_SAFE, encode_call(_TICKET, (_TOKEN, 0, 0, _WHO, _WHO, 0, 0, _PAY)), 1, "another chain"),
        (ARB_SYS, encode_call("sendTxToL1(address,bytes)", (_TOKEN, _PAY)), 31337, "another chain"),
    ],
)
def test_a_message_names_its_destination(target: str, calldata: str, chain_id: int, chain: str) -> None:
    (inner,) = _inner(target, calldata, chain_id=chain_id)
    assert (inner.chain, inner.target, _name(inner)) == (chain, _TOKEN, "transfer(address,uint256)")


@pytest.mark.parametrize(
    "calldata",
    [
        _packed((0, _TOKEN, 0, _PAY), (0, _TOKEN, 0, _PAY))[:-200],
        encode_call("multiSend(bytes)", ("0x00" + "11" * 40,)),
        _packed((2, _TOKEN, 0, _PAY)),
        encode_call(_BATCH, ([_TOKEN], [], [], *_SALT, 60)),
        encode_call("propose(address[],uint256[],string[],bytes[],string)", ([_TOKEN], [5], [], [_PAY], "text")),
        encode_call(_SCHEDULE, (RETRYABLE_MAGIC, 0, "0x1234", *_SALT, 60)),
        encode_call("execute(bytes32,bytes)", ("0x00" + "00" * 31, "0x1234")),
        encode_call("relay(address,uint256,bytes)", (_TOKEN, 0, "0x1234")),
        encode_call("relay(address,uint256,bytes)", (_TOKEN, 0, "0xdeadbeef")),
        encode_call("relay(address,uint256,bytes)", (_TOKEN, 0, _PAY))[:-80],
    ],
)
def test_what_cannot_be_read_stands_there_as_undecoded(calldata: str) -> None:
    calls = _open(_SAFE, calldata).calls
    assert isinstance(calls[-1].decoded.signature, Unknown)
    assert calls[-1].decoded.signature.reason is Reason.UNDECODABLE


def test_depth_is_limited_and_said() -> None:
    data = _PAY
    for _ in range(MAX_DEPTH + 3):
        data = encode_call("relay(address,uint256,bytes)", (_SAFE, 0, data))
    found = _open(_SAFE, data)
    last = found.calls[-1]
    assert isinstance(last.decoded.signature, Unknown)
    assert last.decoded.signature.reason is Reason.LIMIT
    assert len(found.calls) <= MAX_DEPTH + 2


def test_ten_thousand_inner_calls_are_read_and_the_rest_is_a_gap() -> None:
    calls = [(0, _TOKEN, 0, "0x")] * (MAX_INNER + 5)
    found = _open(_LIB, _packed(*calls))
    assert len(found.calls) == 1 + MAX_INNER + 1
    assert found.limit
    assert isinstance(found.calls[-1].decoded.signature, Unknown)
    assert [call.index for call in found.calls] == list(range(len(found.calls)))


@pytest.mark.parametrize("count", [6, 120])
def test_pointers_that_overlap_end_soon(count: int) -> None:
    """Every element of a bytes[] points at the same bytes, which hold the same again: a bomb in 100 kB."""
    data = _PAY
    for _ in range(6):
        body = data[2:]
        body += "0" * (-len(body) % 64)
        head = f"{32:064x}{count:064x}" + f"{count * 32:064x}" * count
        data = selector("multicall(bytes[])") + head + f"{len(data) // 2 - 1:064x}" + body
    started = time.process_time()
    found = _open(_SAFE, data)
    assert time.process_time() - started < 20
    assert len(found.calls) <= MAX_INNER + 2
    assert isinstance(found.calls[-1].decoded.signature, Unknown) or found.limit


def test_every_wrapper_is_in_the_table_under_its_selector() -> None:
    for signature in WRAPPERS:
        assert signature_table()[selector(signature)][0] == signature


def _wrapped(inner: tuple[str, int, str], kind: int) -> tuple[str, int, str]:
    target, value, data = inner
    if kind == 0:
        return _SAFE, 0, encode_call("relay(address,uint256,bytes)", (target, value, data))
    if kind == 1:
        return _SAFE, 0, encode_call(_BATCH, ([target], [value], [data], *_SALT, 0))
    if kind == 2:
        return _LIB, 0, _packed((0, target, value, data))
    return _SAFE, 0, _safe(target, data, 1, value=value)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=MAX_DEPTH - 1))
def test_any_nesting_leads_to_the_same_call(kinds: Sequence[int]) -> None:
    call = (_TOKEN, 3, _PAY)
    for kind in kinds:
        call = _wrapped(call, kind)
    found = _open(call[0], call[2])
    assert len(found.calls) == len(kinds) + 1
    last = found.calls[-1]
    assert (last.target, last.value, last.calldata) == (_TOKEN, 3, _PAY)


@settings(max_examples=300)
@given(st.sampled_from(sorted(WRAPPERS)), st.binary(max_size=600), st.data())
def test_no_payload_breaks_the_reading(signature: str, noise: bytes, data: st.DataObject) -> None:
    whole = data.draw(
        st.sampled_from((_packed((0, _TOKEN, 0, _PAY)), encode_call(_SCHEDULE, (_TOKEN, 0, _PAY, *_SALT, 1))))
    )
    cut = data.draw(st.integers(0, len(whole) // 2))
    for calldata in (selector(signature) + noise.hex(), whole[: 2 + 2 * cut]):
        found = _open(_SAFE, calldata)
        assert found.calls
        outer = found.calls[0]
        assert outer.opened or len(found.calls) == 1
        assert isinstance(outer.decoded.signature, Unknown) or outer.opened == (_name(outer) in WRAPPERS)
