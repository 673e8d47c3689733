"""Vote escrows: how they are told, who locked what, and what is not said of votes that decay."""

from __future__ import annotations

import pytest

from fixtures.build import Workshop
from fixtures.contract import event_topic, signature_of, type_of
from fixtures.daos.vote_escrow.dao import RECIPE
from scanner.chain.abi import encode, selector
from scanner.discovery.control.holders import Resolver
from scanner.discovery.tokens import escrows
from scanner.discovery.tokens.escrows import DEPOSIT, WITHDRAW, is_escrow, locked_units
from scanner.discovery.tokens.settle import build_token
from scanner.model.blank import all_unknown
from scanner.model.code import CodeFacts
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Known, Reason, Unknown
from tests.discovery.support import address, code, contract, eoa, log, parts, word, world

KEY, OTHER = address(60), address(61)
CODE = "0x" + "".join(f"63{mark[2:]}14" for mark in escrows._MARKS)


def _deposit(who: str, amount: int, *, index: int) -> LogEvidence:
    data = encode(("uint256", "int128", "uint256"), (amount, 1, 5))
    return log(address(1), (DEPOSIT, word(who), word(99)), data, index=index)


def _withdraw(who: str, amount: int, *, index: int) -> LogEvidence:
    return log(address(1), (WITHDRAW, word(who)), encode(("uint256", "uint256"), (amount, 5)), index=index)


def test_selectors_and_topics() -> None:
    abi = Workshop().contract(RECIPE, "VotingEscrow").abi
    assert set(escrows._MARKS) <= {selector(signature_of(entry)) for entry in abi if entry["type"] == "function"}
    events = {
        event_topic(f"{entry['name']}({','.join(type_of(part) for part in entry['inputs'])})")
        for entry in abi
        if entry["type"] == "event"
    }
    assert set(escrows.ESCROW_TOPICS) <= events


@pytest.mark.parametrize("missing", escrows._MARKS)
def test_what_lacks_a_function_is_no_escrow(missing: str) -> None:
    assert is_escrow(CODE)
    assert not is_escrow(CODE.replace(missing[2:], "00000000"))


def test_what_was_taken_back_is_locked_no_more() -> None:
    logs = (_deposit(KEY, 5, index=0), _deposit(KEY, 2, index=1), _deposit(OTHER, 4, index=2))
    held = locked_units(contract(1, *logs, _withdraw(OTHER, 4, index=3)))
    assert isinstance(held, Known)
    assert held.value == {KEY: 7}


def test_logs_of_another_shape_leave_holders_open() -> None:
    assert isinstance(locked_units(contract(1, log(address(1), (DEPOSIT,), "0x"))), Unknown)
    unread = contract(1)
    unread.logs = escrows.DECAYING
    assert isinstance(locked_units(unread), Unknown)


def test_only_an_escrow_is_asked() -> None:
    account = contract(1)
    assert list(escrows.escrow_getters(account, "0x6001")) == []
    assert [one.signature for one in escrows.escrow_getters(account, CODE)] == ["supply()"]


def test_the_admin_of_an_escrow_mints_nothing() -> None:
    account = contract(1, owner=("address", KEY))
    account.code = code(account.address, CODE)
    made = world(account, eoa(60))
    facts = all_unknown(CodeFacts, Reason.NOT_READ)
    token = build_token(Resolver(made, parts()), account, code=facts, power=None, holders={})
    assert not token.minters.items
    assert not token.minters.complete
    assert isinstance(token.minter_kind, Unknown)
