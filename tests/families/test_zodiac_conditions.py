"""Conditions and allowances of a Roles modifier: what they say, what they hold back, and what nobody can tell."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.chain.abi import encode
from scanner.discovery.account import Account
from scanner.discovery.executors.zodiac import scope
from scanner.discovery.executors.zodiac.conditions import (
    ALLOWANCE_TYPES,
    allowance_key,
    available,
    read_tree,
)
from scanner.model.observation import Known, Unknown
from tests.discovery.support import address, contract, returned
from tests.families.test_zodiac_roles import OTHER, PLACE, ROLE, SEND, TOKEN, TRANSFER, _log, _modifier, _token

STATIC, TUPLE, CALL = 1, 3, 5
PASS, AND, OR, NOR, MATCHES, EVERY, AVATAR, EQUAL, ABOVE, BELOW, CUSTOM = 0, 1, 2, 3, 5, 7, 15, 16, 17, 18, 22
WITHIN, ETHER, CALLS = 28, 29, 30
MONTHLY = "0x" + b"MONTHLY".hex().ljust(64, "0")
TYPES = ("address", "uint256")


def _word(value: str | int) -> str:
    return "0x" + (value[2:] if isinstance(value, str) else f"{value:x}").rjust(64, "0")


def _row(parent: int, kind: int, operator: int, value: str | int | None = None) -> tuple[int, int, int, str]:
    return (parent, kind, operator, "0x" if value is None else _word(value))


def _call(*arguments: tuple[int, int, int, str]) -> tuple[tuple[int, int, int, str], ...]:
    return (_row(0, CALL, MATCHES), *arguments)


PAYEE = _row(0, STATIC, EQUAL, PLACE)
AMOUNT = _row(0, STATIC, WITHIN, MONTHLY)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (_call(PAYEE, AMOUNT), f"argument 1 is {PLACE} and argument 2 is within allowance MONTHLY"),
        (_call(_row(0, STATIC, PASS), _row(0, STATIC, BELOW, 9)), "argument 2 is below 9"),
        (_call(_row(0, STATIC, AVATAR)), "argument 1 is the avatar"),
        (_call(_row(0, STATIC, PASS), _row(0, STATIC, PASS)), ""),
        (_call(_row(0, 0, ETHER, MONTHLY)), "its value within allowance MONTHLY"),
        (_call(_row(0, STATIC, PASS), _row(0, 0, CALLS, MONTHLY)), "the number of calls within allowance MONTHLY"),
        (
            (_row(0, CALL, MATCHES), _row(0, 0, OR), _row(1, STATIC, EQUAL, PLACE), _row(1, STATIC, AVATAR)),
            f"argument 1 (is {PLACE} or is the avatar)",
        ),
        (
            (
                _row(0, 0, OR),
                _row(0, CALL, MATCHES),
                _row(0, CALL, MATCHES),
                _row(1, STATIC, AVATAR),
                _row(2, 1, ABOVE, 3),
            ),
            "(argument 1 is the avatar or argument 1 is above 3)",
        ),
        (
            (_row(0, CALL, MATCHES), _row(0, 0, NOR), _row(1, STATIC, EQUAL, PLACE)),
            f"argument 1 none of (is {PLACE})",
        ),
        (
            (
                _row(0, CALL, MATCHES),
                _row(0, 4, EVERY),
                _row(1, TUPLE, MATCHES),
                _row(2, 1, PASS),
                _row(2, 1, ABOVE, 3),
            ),
            "argument 1 has none but such that (has parts (2 is above 3))",
        ),
    ],
)
def test_conditions_are_said_in_words(rows: Any, words: str) -> None:
    tree = read_tree(rows)
    assert (tree.unknown, tree.words(TYPES)) == ("", words)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (_call(_row(0, STATIC, CUSTOM, address(5) + "00" * 12)), f"Custom, i.e. the code of {address(5)}"),
        (_call(_row(0, STATIC, 9)), "number 9"),
        (_call(_row(0, STATIC, 31, 5)), "number 31"),
        (_call(), "does not name"),
        ((), "tree"),
        ((_row(1, CALL, MATCHES), _row(0, 1, PASS)), "tree"),
        ((_row(0, CALL, MATCHES), _row(2, 1, PASS), _row(0, 1, PASS)), "tree"),
        ((_row(0, CALL, MATCHES), *[_row(0, 1, PASS)] * 255), "tree"),
        (_call((0, STATIC, BELOW, "0x05")), "32 bytes"),
        (_call((0, STATIC, EQUAL, "0x")), "nothing"),
    ],
)
def test_what_is_not_known_of_one_is_not_known_of_all(rows: Any, why: str) -> None:
    tree = read_tree(rows)
    assert why in tree.unknown
    assert (tree.words(TYPES), tree.allowances, tree.required) == ("", (), ())


def test_words_have_an_end_however_deep_the_tree() -> None:
    deep = [_row(0, CALL, MATCHES), *(_row(at, 3, MATCHES) for at in range(253)), _row(253, STATIC, AVATAR)]
    assert read_tree(deep).unknown == ""
    assert len(read_tree(deep).words(())) <= 1_000


@settings(max_examples=80)
@given(
    st.lists(st.tuples(st.integers(0, 255), st.integers(0, 9), st.integers(0, 40), st.binary(max_size=40)), max_size=40)
)
def test_any_rows_are_read_or_refused(rows: list[tuple[int, int, int, bytes]]) -> None:
    tree = read_tree([(*row[:3], "0x" + row[3].hex()) for row in rows])
    assert bool(tree.unknown) != (tree.root is not None)
    assert isinstance(tree.words(TYPES), str)


def _scoped(*rows: Any, options: int = 0, function: str = TRANSFER) -> list[Any]:
    conditions = [(*row[:3], bytes.fromhex(row[3][2:])) for row in rows]
    return [_log("ScopeTarget", ROLE, TOKEN), _log("ScopeFunction", ROLE, TOKEN, function, conditions, options)]


def _reach(logs: list[Any], *allowance: int) -> scope.Reach:
    account = _modifier(*logs)
    token = _token()
    token.calls["decimals()"] = (("uint8",), returned(TOKEN, encode(("uint8",), (6,))))
    account.met = {TOKEN: token}
    if allowance:
        _allow(account, *allowance)
    found = scope.reaches(account, 2, (ROLE,))
    assert isinstance(found, scope.Reach)
    return found


def _allow(account: Account, *values: int) -> None:
    answer = returned(account.address, encode(ALLOWANCE_TYPES, values))
    account.calls[allowance_key(MONTHLY)] = (ALLOWANCE_TYPES, answer)


def test_who_pays_on_conditions_moves_funds_and_the_line_says_how_much() -> None:
    found = _reach(_scoped(*_call(PAYEE, AMOUNT)), 100, 500, 30, 40, 0)
    assert PLACE in found.moves
    assert found.words.endswith("allowance MONTHLY: 100 every 30 s, 500 at once at most")
    assert _reach(_scoped(*_call(PAYEE, AMOUNT)), 0, 0, 0, 40, 0).words.endswith("allowance MONTHLY: 40 in all")
    assert _reach(_scoped(*_call(PAYEE, AMOUNT))).words.endswith("allowance MONTHLY not known")


@pytest.mark.parametrize(
    ("rows", "options", "allowance", "moves"),
    [
        (_call(PAYEE, AMOUNT), 0, (0, 0, 0, 0, 0), False),
        (_call(PAYEE, AMOUNT), 0, (5, 0, 9, 0, 0), False),
        (_call(PAYEE, AMOUNT), 0, (5, 5, 9, 0, 0), True),
        (_call(PAYEE, AMOUNT), SEND, (0, 0, 0, 0, 0), True),
        (_call(PAYEE, AMOUNT, _row(0, 0, ETHER, MONTHLY)), SEND, (0, 0, 0, 0, 0), False),
        (_call(PAYEE, _row(0, STATIC, PASS), _row(0, 0, CALLS, MONTHLY)), SEND, (0, 0, 0, 0, 0), False),
        (_call(_row(0, STATIC, AVATAR), AMOUNT), 0, (5, 5, 9, 9, 0), False),
        (_call(_row(0, STATIC, PASS), _row(0, STATIC, AVATAR)), 0, (5, 5, 9, 9, 0), True),
        ((_row(0, CALL, MATCHES), _row(0, 0, OR), _row(1, STATIC, AVATAR), _row(1, STATIC, PASS)), 0, (), True),
        ((_row(0, CALL, MATCHES), _row(0, 0, AND), _row(1, STATIC, AVATAR), _row(1, STATIC, PASS)), 0, (), False),
    ],
)
def test_conditions_that_let_nothing_out_move_nothing(
    rows: Any, options: int, allowance: tuple[int, ...], moves: bool
) -> None:
    found = _reach(_scoped(*rows, options=options), *allowance)
    assert (bool(found.moves), found.open) == (moves, "")


def test_what_an_nft_is_called_is_within_an_allowance_of_nothing() -> None:
    account = _modifier(*_scoped(*_call(PAYEE, AMOUNT)))
    _allow(account, 0, 0, 0, 0, 0)
    found = scope.reaches(account, 2, (ROLE,))
    assert isinstance(found, scope.Reach)
    assert found.moves, "nobody knows that the target counts units"


def test_what_stays_open_names_its_operator() -> None:
    custom = _reach(_scoped(*_call(_row(0, STATIC, CUSTOM, address(5) + "00" * 12))))
    assert "Custom" in custom.open
    elsewhere = _reach(_scoped(*_call(AMOUNT), function=OTHER), 0, 0, 0, 40, 0)
    assert "not known" in elsewhere.open
    assert "within allowance MONTHLY" in elsewhere.open
    into = [
        _log("ScopeTarget", ROLE, address(1)),
        _log("ScopeFunction", ROLE, address(1), TRANSFER, [(0, 5, 5, b""), (0, 1, 15, b"")], 0),
    ]
    assert "what its conditions leave of that is not known" in _reach(into).open


@pytest.mark.parametrize(
    ("allowance", "now", "left"),
    [
        ((100, 500, 30, 40, 1000), 1029, 40),
        ((100, 500, 30, 40, 1000), 1030, 140),
        ((100, 500, 30, 40, 1000), 9999, 500),
        ((100, 500, 30, 900, 1000), 9999, 900),
        ((100, 500, 0, 40, 1000), 9999, 40),
        ((100, 500, 30, 40, 9999), 1000, 40),
    ],
)
def test_an_allowance_is_refilled_by_the_period(allowance: tuple[int, ...], now: int, left: int) -> None:
    account = contract(1)
    _allow(account, *allowance)
    found = available(account, MONTHLY, Known(value=now, evidence=()))
    assert isinstance(found, Known)
    assert found.value == left
    assert isinstance(available(contract(1), MONTHLY, Known(value=now, evidence=())), Unknown)
