"""Members of roles are tried by calls: whom the modifier knows, whom it does not, and a modifier that asks nobody."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.discovery.account import Account
from scanner.discovery.control.holders import Resolver
from scanner.discovery.executors.zodiac import trials
from scanner.discovery.executors.zodiac.facts import role_modifiers
from scanner.model.evidence import CallEvidence
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.support import AT, address, eoa, parts, world
from tests.families.test_zodiac_roles import (
    CAST,
    KEY,
    KIND,
    PLACE,
    ROLE,
    SAFE,
    TRANSFER,
    _functions,
    _log,
    _modifier,
)

PLACE_REFUSED, NO_MEMBER, NOT_ENABLED = "0x" + "0a" * 4, "0x" + "0b" * 4, "0x" + "0c" * 4


def _answered(account: Account, sender: str, role: str, result: str, *, reverted: bool = True) -> None:
    proof = CallEvidence(
        **AT.model_dump(), address=account.address, data="0x01", result=result, reverted=reverted, sender=sender
    )
    known = Known(value=result, evidence=(proof,))
    answer = Unknown(reason=Reason.REVERTED, detail="the call reverts", evidence=(proof,)) if reverted else known
    account.calls[trials._key(sender, role)] = (("bool",), answer)


def _tried(mine: str, without: str, stranger: str, *logs: Any, passes: bool = False) -> Account:
    account = _modifier(*(logs or _functions((TRANSFER, 0))))
    for sender, role, said in (
        (KEY, ROLE, mine),
        (KEY, KIND.nobodys, without),
        (trials.person("stranger", account), ROLE, stranger),
    ):
        _answered(account, sender, role, said, reverted=not passes)
    return account


def _lines(account: Account) -> set[tuple[str, ActorKind]]:
    made = world(account)
    made.accounts[KEY], made.accounts[SAFE] = eoa(71), eoa(70)
    return {(one.actor, one.kind) for one in Resolver(made, parts(executors={account.address: KIND})).paths(address(1))}


OWNER = (SAFE, ActorKind.EOA)


@pytest.mark.parametrize(
    ("account", "member", "lines"),
    [
        (_tried(PLACE_REFUSED, NO_MEMBER, NOT_ENABLED), True, {OWNER, (KEY, ActorKind.EOA)}),
        (_tried(NO_MEMBER, NO_MEMBER, NOT_ENABLED), False, {OWNER, (KEY, ActorKind.UNRESOLVED)}),
        (_tried("0x", "0x", "0x"), None, {OWNER, (KEY, ActorKind.EOA)}),
        (
            _tried(PLACE_REFUSED, NO_MEMBER, PLACE_REFUSED),
            True,
            {OWNER, (KEY, ActorKind.EOA), (ZERO_ADDRESS, ActorKind.ANYONE)},
        ),
        (
            _tried("0x01", "0x01", "0x01", passes=True),
            True,
            {OWNER, (KEY, ActorKind.EOA), (ZERO_ADDRESS, ActorKind.ANYONE)},
        ),
    ],
    ids=["member", "logs alone", "no words", "anyone", "nothing is asked"],
)
def test_members_are_tried(account: Account, member: bool | None, lines: set[Any]) -> None:
    found = trials.is_member(account, KEY, ROLE, KIND.nobodys)
    assert (found.value if isinstance(found, Known) else None) is member
    assert found.evidence
    assert _lines(account) == lines


def test_a_refusal_that_names_its_caller_is_the_same_for_all() -> None:
    account = _tried(PLACE_REFUSED, NO_MEMBER, NOT_ENABLED)
    stranger = trials.person("stranger", account)
    _answered(account, KEY, ROLE, NO_MEMBER + KEY[2:])
    _answered(account, KEY, KIND.nobodys, NO_MEMBER + KEY[2:])
    _answered(account, stranger, ROLE, NO_MEMBER + stranger[2:])
    assert isinstance(answer := trials.is_member(account, KEY, ROLE, KIND.nobodys), Known)
    assert answer.value is False
    assert isinstance(anyone := trials.for_anyone(account, KEY, ROLE, KIND.nobodys), Known)
    assert anyone.value is False


def test_who_is_refused_acts_within_no_limits_either() -> None:
    voter = _tried(NO_MEMBER, NO_MEMBER, NOT_ENABLED, *_functions((CAST, 0)))
    assert KIND.limited(voter).items == ()
    assert [
        one.address for one in KIND.limited(_tried(PLACE_REFUSED, NO_MEMBER, "0x", *_functions((CAST, 0)))).items
    ] == [KEY]


def test_calls_are_made_in_the_names_of_members_and_a_stranger() -> None:
    account = _modifier(*_functions((TRANSFER, 0)))
    runtime = account.code.value if isinstance(account.code, Known) else ""
    tried = [one for one in KIND.questions(account, runtime) if one.sender]
    assert [one.sender for one in tried] == [KEY, KEY, trials.person("stranger", account)]
    assert len({one.key for one in tried}) == 3
    assert [one.arguments[4] for one in tried] == [ROLE, KIND.nobodys, ROLE]
    assert {one.arguments[0] for one in tried} == {trials.person("place", account)}
    assert not [one for one in KIND.questions(account, "0x") if one.sender]


def test_facts_tell_members_and_rights_of_the_safe_that_acts() -> None:
    account = _tried(PLACE_REFUSED, NO_MEMBER, NOT_ENABLED, _log("AllowTarget", ROLE, PLACE, 3))
    found = role_modifiers(world(account), {account.address: KIND}, SAFE)
    (modifier,) = found.items
    (member,), (right,) = modifier.members.items, modifier.rights.items
    assert (member.address, member.role, member.confirmed.status) == (KEY, "payroll", "known")
    assert (right.target, right.function, right.sends_value, right.delegatecall) == (PLACE, "", True, True)
    assert (right.conditional, right.conditions) == (False, Known(value="", evidence=right.evidence))
    assert role_modifiers(world(account), {account.address: KIND}, PLACE).items == ()


def test_a_large_tree_is_shown_by_the_set_of_its_blocks_logs() -> None:
    large = [(0, 5, 5, b""), *((0, 1, 16, bytes(31) + bytes([at])) for at in range(40))]
    logs = [
        _log("ScopeTarget", ROLE, PLACE),
        _log("ScopeFunction", ROLE, PLACE, TRANSFER, large, 0, index=1),
        _log("ScopeFunction", ROLE, PLACE, CAST, large[:2], 0, index=2),
    ]
    account = _modifier(*logs)
    (modifier,) = role_modifiers(world(account), {account.address: KIND}, SAFE).items
    by_function = {one.function: one for one in modifier.rights.items}
    (whole,) = by_function["transfer(address,uint256)"].evidence
    assert (whole.kind, getattr(whole, "count", 0)) == ("logs", 2), "both of this block"
    (short,) = by_function["castVote(uint256,uint8)"].evidence
    assert short.kind == "log"
    told = by_function["transfer(address,uint256)"].conditions
    assert isinstance(told, Known)
    assert 400 < len(told.value) <= 1_000
    (line, *_) = KIND.callers(account).items
    assert len(line.words) < 500


def test_more_rights_than_are_listed_are_said() -> None:
    many = [_log("AllowTarget", ROLE, address(1_000 + at), 1, index=at) for at in range(305)]
    account = _modifier(*many)
    (modifier,) = role_modifiers(world(account), {account.address: KIND}, SAFE).items
    assert (len(modifier.rights.items), modifier.rights.reason) == (300, "5 more are not listed")
