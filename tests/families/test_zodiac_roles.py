"""How far the roles of a Roles modifier go: what moves, what does not, and what is left open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.build import Workshop
from fixtures.contract import event_topic, type_of
from fixtures.zodiacs import ZODIAC as CONTRACTS
from scanner.chain.abi import encode, selector
from scanner.discovery.account import Account
from scanner.discovery.battery import SENTINEL
from scanner.discovery.control.holders import Resolver
from scanner.discovery.control.settle import build_controls
from scanner.discovery.executors.zodiac import RolesModifier, scope
from scanner.discovery.executors.zodiac.roles import ASSIGN_ROLES_V2
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Unknown
from tests.discovery.support import address, code, contract, eoa, log, parts, returned, world

ABI = Path("node_modules/@gnosis.pm/zodiac-4/dist/cjs/abi/RolesV2.json")
SAFE, KEY, TOKEN, PLACE = address(70), address(71), address(72), address(73)
ROLE = "0x" + b"payroll".hex().ljust(64, "0")
TRANSFER, CAST, OTHER = (selector(one) for one in ("transfer(address,uint256)", "castVote(uint256,uint8)", "skim()"))
SEND, DELEGATE = 1, 2
KIND = RolesModifier(2)


def _events(entries: Any) -> set[str]:
    return {
        event_topic(f"{one['name']}({','.join(map(type_of, one['inputs']))})")
        for one in entries
        if one["type"] == "event"
    }


def test_events_of_version_2_are_those_of_the_package_and_of_our_own() -> None:
    entries = json.loads(ABI.read_text("utf-8"))
    entries = entries["abi"] if isinstance(entries, dict) else entries
    assert set(scope.topics_of(2)) <= _events(entries)
    assert set(scope.topics_of(2)) <= _events(Workshop().contract(CONTRACTS, "Roles").abi)


def _log(what: str, *values: Any, version: int = 2, emitter: str = "", index: int = 0) -> Any:
    at = [name for _, name, _ in scope.EVENTS[version]].index(what)
    types = scope.EVENTS[version][at][2]
    return log(emitter or address(1), (scope.topics_of(version)[at],), encode(types, values), index=index)


def _modifier(*logs: Any) -> Account:
    assigned = encode(("address", "bytes32[]", "bool[]"), (KEY, [ROLE], [True]))
    named = {"avatar": ("address", SAFE), "target": ("address", SAFE), "owner": ("address", SAFE)}
    made = contract(1, log(address(1), (ASSIGN_ROLES_V2,), assigned), *logs, **named)
    made.code = code(made.address, "0x" + "".join(f"63{selector(one)[2:]}14" for one in KIND.marks))
    page = returned(made.address, encode(("address[]", "address"), ([KEY], SENTINEL)))
    made.calls["modules"] = (("address[]", "address"), page)
    return made


def _reach(*logs: Any, met: tuple[Account, ...] = ()) -> scope.Reach:
    account = _modifier(*logs)
    account.met = {one.address: one for one in met}
    found = scope.reaches(account, 2, (ROLE,))
    assert isinstance(found, scope.Reach)
    return found


def _functions(*rights: tuple[str, int], target: str = TOKEN) -> list[Any]:
    allowed = [_log("AllowFunction", ROLE, target, one, options) for one, options in rights]
    return [_log("ScopeTarget", ROLE, target), *allowed]


def _token() -> Account:
    made = contract(72, totalSupply=("uint256", 5), symbol=("string", "T"))
    made.address = TOKEN
    return made


@pytest.mark.parametrize(
    ("logs", "moves", "total"),
    [
        (_functions((TRANSFER, 0)), True, False),
        (_functions((OTHER, SEND)), True, False),
        (_functions((OTHER, DELEGATE)), True, True),
        (_functions((OTHER, 0), target=SAFE), True, True),
        (_functions((OTHER, 0), target=address(1)), True, True),
        ([_log("AllowTarget", ROLE, PLACE, SEND)], True, False),
        ([_log("AllowTarget", ROLE, TOKEN, 0)], True, False),
        (_functions((CAST, 0)), False, False),
        ([], False, False),
    ],
)
def test_what_a_role_comes_to(logs: list[Any], moves: bool, total: bool) -> None:
    found = _reach(*logs, met=(_token(),))
    assert (bool(found.moves), found.total, found.open) == (moves, total, "")


def test_what_is_not_known_is_left_open() -> None:
    assert "not known" in _reach(*_functions((OTHER, 0))).open
    assert "not known" in _reach(_log("AllowTarget", ROLE, TOKEN, 0)).open, "nobody looked whether it is a token"
    conditional = _log("ScopeFunction", ROLE, TOKEN, TRANSFER, [(0, 5, 5, b"")], 0)
    assert "conditions" in _reach(_log("ScopeTarget", ROLE, TOKEN), conditional).open
    votes = _log("ScopeFunction", ROLE, TOKEN, CAST, [(0, 5, 5, b"")], 0)
    assert _reach(_log("ScopeTarget", ROLE, TOKEN), votes).open == "", "a vote moves nothing on any condition"
    account = _modifier(*_functions((CAST, 0)))
    del account.calls["avatar()"]
    found = scope.reaches(account, 2, (ROLE,))
    assert isinstance(found, scope.Reach)
    assert found.open


def test_what_was_taken_back_is_over_and_what_was_set_before_stays() -> None:
    allowed = _functions((TRANSFER, 0))
    assert not _reach(*allowed, _log("RevokeFunction", ROLE, TOKEN, TRANSFER)).rights
    revoked = [*allowed, _log("RevokeTarget", ROLE, TOKEN)]
    assert not _reach(*revoked).rights
    assert _reach(*revoked, _log("ScopeTarget", ROLE, TOKEN)).moves, "its functions were kept"
    assert not _reach(_log("AllowFunction", ROLE, TOKEN, TRANSFER, 0)).rights, "the target is not scoped"
    assert not _reach(_log("AllowTarget", ROLE, TOKEN, 3), _log("ScopeTarget", ROLE, TOKEN)).rights
    another = "0x" + b"other".hex().ljust(64, "0")
    assert not _reach(_log("AllowTarget", another, TOKEN, 3)).rights
    assert not _reach(_log("AllowTarget", ROLE, TOKEN, 3, emitter=PLACE)).rights, "another contract's log"


def test_a_log_that_does_not_decode_leaves_everything_open() -> None:
    broken = log(address(1), (scope.topics_of(2)[0],), "0x" + "ff" * 96)
    account = _modifier(*_functions((CAST, 0)), broken)
    assert isinstance(scope.read_scopes(account, 2), Unknown)
    (member, *_) = KIND.callers(account).items
    assert member.address == KEY
    assert "could not be read" in member.within
    assert KIND.limited(account).items == ()


def test_version_1_knows_roles_by_number() -> None:
    allowed = [
        _log("ScopeTarget", 7, TOKEN, version=1),
        _log("ScopeAllowFunction", 7, TOKEN, TRANSFER, 0, 1, version=1),
    ]
    account = _modifier(*allowed)
    found = scope.reaches(account, 1, (7,))
    assert isinstance(found, scope.Reach)
    assert found.moves
    scoped = _log("ScopeFunction", 7, TOKEN, TRANSFER, [True], [0], [0], [b""], 1, 5, version=1)
    found = scope.reaches(_modifier(allowed[0], scoped), 1, (7,))
    assert isinstance(found, scope.Reach)
    assert [(one.options, one.conditions) for one in found.rights] == [(1, True)]
    for further in (
        _log("ScopeParameter", 7, TOKEN, TRANSFER, 0, 0, 0, b"", 5, version=1),
        _log("ScopeParameterAsOneOf", 7, TOKEN, TRANSFER, 0, 0, [b""], 5, version=1),
    ):
        found = scope.reaches(_modifier(*allowed, further), 1, (7,))
        assert isinstance(found, scope.Reach)
        assert "conditions" in found.open
    sends = _log("ScopeFunctionExecutionOptions", 7, TOKEN, TRANSFER, 3, 5, version=1)
    found = scope.reaches(_modifier(*allowed, sends), 1, (7,))
    assert isinstance(found, scope.Reach)
    assert found.total
    taken = _log("ScopeRevokeFunction", 7, TOKEN, TRANSFER, 0, version=1)
    found = scope.reaches(_modifier(*allowed, taken), 1, (7,))
    assert isinstance(found, scope.Reach)
    assert not found.rights


def _resolver(account: Account) -> Resolver:
    made = world(account)
    made.accounts[KEY], made.accounts[SAFE] = eoa(71), eoa(70)
    return Resolver(made, parts(executors={account.address: KIND}))


def test_lines_of_control_end_where_roles_do() -> None:
    moving, *_ = _resolver(_modifier(*_functions((TRANSFER, 0)))).paths(address(1))
    assert (moving.actor, moving.kind) == (KEY, ActorKind.EOA)
    assert moving.good_for(Capability.MOVE_FUNDS)
    assert not moving.good_for(Capability.MINT)
    total, *_ = _resolver(_modifier(*_functions((OTHER, DELEGATE)))).paths(address(1))
    assert total.good_for(Capability.MINT)
    unclear, *_ = _resolver(_modifier(*_functions((OTHER, 0)))).paths(address(1))
    assert (unclear.actor, unclear.kind) == (KEY, ActorKind.UNRESOLVED)
    limited = _resolver(_modifier(*_functions((CAST, 0))))
    assert [path.actor for path in limited.paths(address(1))] == [SAFE]
    edges = build_controls(limited.world, limited, contracts=(), tokens=()).items
    (edge,) = [one for one in edges if one.capability is Capability.LIMITED]
    assert edge.actor == KEY
    assert "castVote" in edge.path[0]


def test_who_moves_funds_only_is_not_behind_everything() -> None:
    resolver = _resolver(_modifier(*_functions((TRANSFER, 0))))
    behind = resolver.kind_behind(Known(value=address(1), evidence=()))
    assert isinstance(behind, Known)
    assert "owner" in behind.derivation
