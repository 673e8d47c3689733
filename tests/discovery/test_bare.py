"""Code that proxies run, told from contracts that stand for themselves; and what a contract without source leads to."""

from __future__ import annotations

import pytest

from scanner.chain.abi import selector
from scanner.discovery.account import Account, ProxyMatch
from scanner.discovery.bare import ASKED_ABOUT, is_bare
from scanner.discovery.links import getters_of, links_of
from scanner.discovery.parts import sort_out
from scanner.model.evidence import AccountEvidence
from scanner.model.kinds import Role
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.support import AT, address, code, contract, log, returned, word, world

UNKNOWN = Unknown(reason=Reason.NODE_ERROR, detail="the node was down")


def _code(*logs: object, coin: int = 0, **answers: tuple[str, object]) -> Account:
    made = contract(1, *logs, **({"timelock": ("address", ZERO_ADDRESS)} | answers))  # type: ignore[arg-type]
    held = AccountEvidence(**AT.model_dump(), address=made.address, balance_wei=coin)
    made.state = Known(value=held, evidence=(held,))
    return made


def test_what_was_never_set_up_is_code() -> None:
    assert is_bare(_code())
    says_so = _code(proxiableUUID=("bytes32", b"\x36" * 32))
    del says_so.calls["timelock()"]
    assert is_bare(says_so)


@pytest.mark.parametrize(
    "made",
    [
        _code(log(address(1), (word(7),), "0x")),
        _code(coin=1),
        _code(owner=("address", address(9))),
        _code(comp=("address", address(9))),
        _code(proposalCount=("uint256", 1)),
    ],
    ids=["logged", "coin", "owner", "token", "proposals"],
)
def test_what_has_state_or_history_stands_for_itself(made: Account) -> None:
    assert not is_bare(made)


def test_a_key_given_up_is_no_sign_of_code() -> None:
    given_up = _code(owner=("address", ZERO_ADDRESS))
    del given_up.calls["timelock()"]
    assert not is_bare(given_up)


def test_what_could_not_be_read_leaves_a_contract_of_its_own() -> None:
    for what in ("logs", "state"):
        made = _code()
        setattr(made, what, UNKNOWN)
        assert not is_bare(made), what
    made = _code()
    made.proxy = ProxyMatch("eip1967", Known(value=address(2), evidence=()), UNKNOWN)
    assert not is_bare(made)


def test_only_an_address_that_the_user_named_is_taken_for_code() -> None:
    made = _code(votingDelay=("uint256", 0), votingPeriod=("uint256", 0), COUNTING_MODE=("string", "x"))
    met = sort_out(world(made), address(5))
    assert not met.bare
    assert address(1) in met.governors
    made.why.append(ASKED_ABOUT)
    asked = sort_out(world(made), address(1))
    assert asked.bare == {address(1)}
    assert not asked.governors
    assert Role.IMPLEMENTATION in asked.roles[address(1)]


def test_a_token_without_source_leads_to_what_its_code_can_name() -> None:
    token, here = contract(1, totalSupply=("uint256", 5), symbol=("string", "T")), world()
    token.code = code(address(1), f"0x63{selector('governor()')[2:]}14")
    here.accounts[token.address] = token
    asked = {one.signature for one in getters_of(here, token)}
    assert "governor()" in asked
    assert "controller()" not in asked, "its code has no such function"
    token.calls["governor()"] = (("address",), returned(address(1), word(address(7))))
    assert (address(7), f"governor() of {address(1)}") in {(one.address, one.why) for one in links_of(here, token)}
