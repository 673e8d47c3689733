from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.chain.abi import encode_call, selector
from scanner.code.evm.memory import Bytes
from scanner.code.evm.walk import Walked
from scanner.code.evm.way import Setting
from scanner.code.evm.words import WORDS, Term
from scanner.discovery.families.told import RawAction
from scanner.model.observation import Known
from scanner.proposals.decode import decode_action
from scanner.proposals.spell.run import created2_address, run
from tests.proposals.spell.conftest import Deployed

_A, _B = "0x" + "33" * 20, "0x" + "44" * 20
_TOKEN, _GARDENER = "0x" + "11" * 20, "0x" + "22" * 20
_COMPILERS = [("0.8.28", 200), ("0.8.28", 0), ("0.7.6", 200), ("0.7.6", 0)]


def _walked(code: str, calldata: str, *, own: str = _A, caller: str = _B) -> Walked:
    given = Bytes.known(bytes.fromhex(calldata[2:]))
    return run(Setting(bytes.fromhex(code.removeprefix("0x")), own, caller, 0, given, 1), {}).walked


def _data(found: Walked) -> list[str]:
    return ["0x" + one.data.data.hex() for one in found.made]


@pytest.mark.parametrize(("solc", "runs"), _COMPILERS)
def test_constants_immutables_and_loops_are_read_exactly(deployed: Deployed, solc: str, runs: int) -> None:
    _, code = deployed("PlainSpell", _A, _B, solc=solc, runs=runs)
    found = _walked(code, selector("executeProposal()"))
    role = "0x9f2df0fed2c77648de5860a4cc508cd0818c85b8b8a1ab4ceeef8d981c8956a6"
    assert [one.target for one in found.made] == [int(_TOKEN, 16)] * 3 + [int(_A, 16)]
    assert _data(found) == [
        *(encode_call("transfer(address,uint256)", (_GARDENER, part * 10**18)) for part in (5, 6, 7)),
        encode_call("grantRole(bytes32,address)", (role, _B)),
    ]
    assert all(one.data.whole and (one.how, one.value) == ("CALL", 0) for one in found.made)
    assert (found.ways, found.missing) == (1, "")


@pytest.mark.parametrize(("solc", "runs"), _COMPILERS)
def test_what_depends_on_answers_is_left_open_and_both_ways_are_gone(deployed: Deployed, solc: str, runs: int) -> None:
    _, code = deployed("AnsweredSpell", _A, _B, solc=solc, runs=runs)
    found = _walked(code, selector("execute()"))
    balance, _, made, upgrade, later, tried, approved = found.made
    assert balance.data.data[:4].hex() == selector("transfer(address,uint256)")[2:]
    assert balance.data.word(4) == int(_B, 16)
    assert isinstance(balance.data.word(36), Term)
    assert (made.how, made.target) == ("CREATE", None)
    assert upgrade.data.data[:4].hex() == selector("upgradeTo(address)")[2:]
    assert not upgrade.data.whole
    assert later.data.part(0, 4).whole
    assert isinstance(later.data.word(4), Term)
    assert "0x" + tried.data.data.hex() == encode_call("updateDelay(uint256)", (7,))
    assert "0x" + approved.data.data.hex() == encode_call("approve(address,uint256)", (_B, WORDS - 1))
    assert _data(found)[1] == encode_call("updateDelay(uint256)", (0,)), "on every second second only"
    assert found.missing == ""


def test_arguments_of_the_call_lead_the_way(deployed: Deployed) -> None:
    _, code = deployed("AnsweredSpell", _A, _B)
    found = _walked(code, encode_call("exec(address[])", ([_A, _B],)))
    assert _data(found) == [encode_call("transfer(address,uint256)", (to, 1)) for to in (_A, _B)]
    assert _walked(code, "0x12345678").missing.startswith("every way through it reverts")


def test_storage_that_the_code_did_not_write_is_not_known(deployed: Deployed) -> None:
    _, code = deployed("ShiftingSpell")
    (grant,) = _walked(code, selector("execute()")).made
    assert grant.target is None
    assert grant.data.part(0, 4).whole
    (end,) = _walked(code, selector("end()")).made
    assert (end.how, end.target) == ("SELFDESTRUCT", None)


def test_code_without_end_is_left_with_a_word_about_it(deployed: Deployed) -> None:
    _, code = deployed("EndlessSpell")
    begun = time.process_time()
    found = _walked(code, selector("execute()"))
    assert found.missing
    assert found.made
    assert time.process_time() - begun < 5


def test_what_is_undone_does_not_count() -> None:
    # PUSH0 x5, PUSH1 9, GAS, CALL; PUSH0 PUSH0 REVERT
    call = "5f5f5f5f5f60095af1"
    assert _walked(call + "5f5ffd", "0x").made == ()
    assert [one.target for one in _walked(call + "00", "0x").made] == [9]


def test_the_address_of_create2_is_worked_out() -> None:
    # EIP-1014, example 2 of its table: deployer deadbeef…, salt 0, init code 00.
    maker = "0xdeadbeef00000000000000000000000000000000"
    assert created2_address(maker, 0, b"\x00") == "0xb928f69bb1d91cd65274e3c79d8986362984fda3"
    # PUSH1 0 (salt) PUSH1 1 (size) PUSH0 PUSH0 CREATE2, then call it
    found = _walked("60006001" + "5f5ff5" + "5f5f5f5f5f" + "855af100", "0x", own=maker)
    assert next((one.how, one.target) for one in found.made) == (
        "CREATE2",
        int(created2_address(maker, 0, b"\x00"), 16),
    )


def test_as_whom_it_runs_may_not_be_known() -> None:
    # PUSH0 x5, ADDRESS, GAS, CALL, STOP
    assert [one.target for one in _walked("5f5f5f5f5f305af100", "0x").made] == [int(_A, 16)]
    assert [one.target for one in _walked("5f5f5f5f5f305af100", "0x", own="").made] == [None]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("4256", "where it goes on"),  # TIMESTAMP JUMP
        ("5f4252", "where it writes"),  # PUSH0 TIMESTAMP MSTORE
        ("5f63ffffffff5200", "more memory"),
        ("5b5f6000fe", "every way"),
        ("56", "every way"),
    ],
)
def test_what_cannot_be_followed_is_said(code: str, why: str) -> None:
    assert why in _walked(code, "0x").missing


def test_hashing_and_copying_without_end_is_cheap() -> None:
    # Hash 256 KiB of memory, for ever; copy them, for ever.
    for code in ("5b6203fff05f2050" + "5f56", "5b6201fff05f5f5e" + "5f56"):
        begun = time.process_time()
        assert _walked(code, "0x").missing
        assert time.process_time() - begun < 5


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=68))
def test_no_bytes_break_it(code: bytes, calldata: bytes) -> None:
    run(Setting(code, _A, _B, 0, Bytes.known(calldata), 1), {})


@pytest.mark.parametrize(
    "kind", ["bytes4", "uint8", "address", "bool", "bytes32", "bytes", "uint256[]", "(uint8,bool)"]
)
def test_arguments_that_are_not_known_never_read_as_known(kind: str) -> None:
    signature = f"made({kind},uint256)"
    named = RawAction(_A, 0, signature, "0x")
    for hole in range(1, 33):
        mask = bytes(4) + b"\x01" * hole + bytes(64 - hole)
        partly = Bytes(bytes.fromhex(selector(signature)[2:]) + bytes(32) + (5).to_bytes(32, "big"), mask)
        data, again = "0x" + partly.data.hex(), "0x" + partly.filled().hex()
        one, two = (decode_action(None, named.target, signature, each) for each in (data, again))
        read = isinstance(one.signature, Known) and isinstance(two.signature, Known)
        assert not read or one.values[0] != two.values[0]
