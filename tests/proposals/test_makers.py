"""Targets that stand, or will stand, at addresses that somebody can fill again (P-03 and P-06)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fixtures.build import Workshop
from fixtures.contract import calldata
from fixtures.localchain import LocalChain, created2_address, created_address
from fixtures.recipes import own
from fixtures.story import CREATE2_DEPLOYER
from scanner.chain.abi import encode_call
from scanner.discovery.families.told import RawAction
from scanner.model.observation import Known, Unknown
from scanner.proposals.makers import Making, maker_among, makings
from scanner.proposals.nested import open_calls
from tests.discovery.support import address, world
from tests.proposals.support import EMPTY, SAFE, Answering, Made, call, read, read_one, value

_FIXED = "0x6001600c60003960016000f300"
"""Init code that returns its own last byte."""

_ASKING = "0x5f5f5f5f335afa5f5f5f5f333c5ff3"
"""Init code that asks its maker what to become."""

_FACTORY = "0x914d7fec6aac8cd542e72bca78b30650d45643d7"
_SALT = "0x" + "07".zfill(64)


def _by_bare(code: str) -> tuple[str, int, str]:
    return (_FACTORY, 0, _SALT + code[2:])


def _at(code: str, factory: str = _FACTORY) -> str:
    return created2_address(factory, 7, code)


def _inner(target: str, data: str, *, amount: int = 0, delegate: bool = False) -> tuple[str, int, str]:
    """A call of a Safe: its target is no account of the crawl, and is read because it is called."""
    how = int(delegate)
    return call(SAFE, "execTransactionFromModule(address,uint256,bytes,uint8)", target, amount, data, how)


_PERFORM = encode_call("perform()")


def test_a_target_that_the_proposal_makes_itself_is_bound_by_its_address() -> None:
    target = _at(_FIXED)
    (one,) = read([Made((_by_bare(_FIXED), _inner(target, _PERFORM)), "text")])
    last = one.actions[-1]
    assert value(last.target_has_code) is False
    assert value(last.code_replaceable) is False
    assert "action 1 of proposal 1 makes it with CREATE2" in last.code_replaceable.derivation  # type: ignore[union-attr]


def test_code_that_asks_others_what_to_become_is_bound_by_nothing() -> None:
    (one,) = read([Made((_by_bare(_ASKING), _inner(_at(_ASKING), _PERFORM)), "text")])
    assert value(one.actions[-1].code_replaceable) is True


def test_an_earlier_proposal_may_make_it_and_a_later_one_does_not_count() -> None:
    target = _at(_FIXED)
    making, calling = Made((_by_bare(_FIXED),), "made", 1, block=5), Made((_inner(target, _PERFORM),), "b", 2, block=6)
    assert value(read([making, calling])[1].actions[1].code_replaceable) is False
    late = read([Made((_inner(target, _PERFORM),), "b", 2, block=6), Made((_by_bare(_FIXED),), "made", 1, block=7)])
    by_id = {one.id: one for one in late}
    assert value(by_id["2"].actions[1].code_replaceable) is True


def test_an_empty_target_that_nobody_makes_is_anybodys() -> None:
    found = read_one(_inner(EMPTY, _PERFORM)).actions[1]
    assert value(found.code_replaceable) is True
    assert "whoever puts code there" in found.code_replaceable.derivation  # type: ignore[union-attr]
    assert value(read_one(_inner(EMPTY, "0x", amount=5)).actions[1].code_replaceable) is False, "a payment runs no code"


@pytest.mark.parametrize(
    ("signature", "arguments"),
    [
        ("deploy(bytes,bytes32)", (_FIXED, _SALT)),
        ("safeCreate2(bytes32,bytes)", (_SALT, _FIXED)),
        ("deploy(uint256,bytes32,bytes)", (0, _SALT, _FIXED)),
        ("deployCreate2(bytes32,bytes)", (_SALT, _FIXED)),
        ("performCreate2(uint256,bytes,bytes32)", (0, _FIXED, _SALT)),
    ],
)
def test_factories_by_their_functions(signature: str, arguments: tuple[object, ...]) -> None:
    found = _makings(SAFE, encode_call(signature, arguments))
    assert set(found) == {_at(_FIXED, SAFE)}


def _makings(target: str, data: str, *, delegate: bool | None = None) -> dict[str, Making]:
    return makings(1, open_calls(world(), (RawAction(target, 0, "", data, delegate),), address(90)).calls)


def test_a_library_that_runs_as_its_caller_makes_it_as_its_caller() -> None:
    data = encode_call("performCreate2(uint256,bytes,bytes32)", (0, _FIXED, _SALT))
    assert set(_makings(SAFE, data, delegate=True)) == {_at(_FIXED, address(90))}
    assert _makings(_FACTORY, _SALT) == {}, "a salt alone makes nothing"


def test_createx_hashes_the_salt() -> None:
    createx = "0xba5ed099633d3b313e4d5f7bdc1305d3c28ba5ed"
    found = _makings(createx, encode_call("deployCreate2(bytes32,bytes)", (_SALT, _FIXED)))
    assert len(found) == 2
    assert _at(_FIXED, createx) in found


@pytest.fixture(scope="module")
def chain() -> Iterator[LocalChain]:
    with LocalChain() as running:
        yield running


def test_the_deployer_of_a_deployer_is_found_as_with_tornado_cash(chain: LocalChain) -> None:
    """CREATE2 makes a maker, which makes the spell: both can be destroyed, and the same addresses be filled again."""
    shop, recipe, me = Workshop(), own("spells/Spells.sol"), chain.accounts[0]
    maker, spell = shop.contract(recipe, "SpellMaker"), shop.contract(recipe, "ShiftingSpell")
    chain.send(me, CREATE2_DEPLOYER, _SALT + maker.code[2:])
    made_by = created2_address(CREATE2_DEPLOYER, 7, maker.code)
    chain.send(me, made_by, calldata("make(bytes)", spell.code))
    found = maker_among(_spell_at(chain, made_by), [me, CREATE2_DEPLOYER, made_by])
    assert found == (made_by, 1)

    codes = {one: chain.code(one) for one in (made_by, _spell_at(chain, made_by))}
    target = _spell_at(chain, made_by)
    one = read_one(
        _inner(target, "0x61461954", delegate=True), _inner(made_by, "0x12345678"), chain=Answering(codes=codes)
    )
    run = next(each for each in one.actions if each.target == target and each.calldata == "0x61461954")
    said = run.code_replaceable
    assert isinstance(said, Known)
    assert said.value is True
    assert said.derivation.endswith("(CREATE, nonce 1), and can be destroyed and made again itself")


def _spell_at(chain: LocalChain, maker: str) -> str:
    target = created_address(maker, 1)
    assert chain.code(target) != "0x"
    return target


def test_code_that_runs_others_code_stays_unknown() -> None:
    forwarding = Answering(codes={EMPTY: "0x5f5f5f5f5f355af4"})
    found = read_one(_inner(EMPTY, _PERFORM), chain=forwarding).actions[1]
    assert isinstance(found.code_replaceable, Unknown)
