"""What a governor's code keeps for callers of whom its family knows nothing: a line of control, or an open question."""

from __future__ import annotations

import pytest

from scanner.discovery.account import Account
from scanner.discovery.control.holders import Resolver
from scanner.discovery.control.kept import kept_ways
from scanner.discovery.families.interface import GovernorFamily
from scanner.discovery.families.oz_governor import OpenZeppelinGovernor
from scanner.discovery.families.party import Party
from scanner.discovery.families.unknown import UnknownGovernor
from scanner.discovery.guards.doors import Held
from scanner.discovery.guards.keeping import Kept
from scanner.discovery.guards.rights import Right
from scanner.model.blank import unknown_facts
from scanner.model.code import CodeFacts, FunctionFact
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Collection, Reason, Unknown
from tests.discovery.support import address, contract, eoa, parts, reverted, world

GOVERNOR, KEY, OWNER = contract(1).address, address(7), address(8)
HELD = Right(holders=(Held(KEY),))
OPEN = Right(complete=False, reason="steward has no view and no slot of its own")
HOME, OZ = UnknownGovernor(), OpenZeppelinGovernor(5)

Line = tuple[Capability, ActorKind]


def _lines(family: GovernorFamily, *functions: str, right: Right = HELD, pays: bool = False) -> list[Line]:
    governor = contract(1, owner=("address", OWNER))
    governor.calls["timelock()"] = (("address",), reverted())
    made = parts(governors={GOVERNOR: family}, treasuries={GOVERNOR})
    resolver = Resolver(world(governor, eoa(7), eoa(8)), made)
    resolver.kept = {GOVERNOR: (Kept(functions, right, pays),)}
    return [(way.capability, path.kind) for way in kept_ways(resolver, governor) for path in way.paths]


@pytest.mark.parametrize(
    ("family", "function", "capability"),
    [
        (OZ, "approve(uint256)", Capability.SET_PARAMETERS),
        (HOME, "setFee(uint256)", Capability.SET_PARAMETERS),
        (HOME, "proposeAct(address)", Capability.PROPOSE),
        (OZ, "cancelAll()", Capability.VETO),
        (OZ, "_setWhitelistAccountExpiration(address,uint256)", Capability.PROPOSE),
        (HOME, "assent(uint256)", Capability.LIMITED),
    ],
)
def test_a_key_that_its_code_lets_pass_is_a_line(family: GovernorFamily, function: str, capability: Capability) -> None:
    assert _lines(family, function) == [(capability, ActorKind.EOA)]
    assert _lines(Party(), function) == []


def test_who_makes_it_pay_moves_what_it_keeps_also_where_that_is_its_admin() -> None:
    assert _lines(HOME, "sweep(address)", pays=True) == [(Capability.MOVE_FUNDS, ActorKind.EOA)]
    owner = Right(holders=(Held(OWNER),))
    assert _lines(HOME, "sweep(address)", right=owner, pays=True) == [(Capability.MOVE_FUNDS, ActorKind.EOA)]
    assert _lines(HOME, "setFee(uint256)", right=owner) == []
    assert _lines(OZ, "setFee(uint256)", right=Right(holders=(Held(GOVERNOR),))) == []


def test_whom_nobody_could_name_leaves_open_whether_the_vote_rules_alone() -> None:
    assert _lines(OZ, "setFee(uint256)", right=OPEN) == [(Capability.SET_PARAMETERS, ActorKind.UNRESOLVED)]
    both = Right(holders=(Held(KEY),), complete=False, reason="there may be others")
    assert _lines(OZ, "setFee(uint256)", right=both) == [(Capability.SET_PARAMETERS, ActorKind.EOA)]


def _acting(right: Right) -> list[ActorKind]:
    governor = contract(1)
    for getter in ("timelock()", "admin()", "owner()"):
        governor.calls[getter] = (("address",), reverted())
    resolver = Resolver(world(governor, eoa(7)), parts(governors={GOVERNOR: OZ}), rights={GOVERNOR: {"act": right}})
    return [path.kind for path in resolver.paths(GOVERNOR) if not path.kind.is_vote]


def test_who_makes_a_governor_act_by_its_own_functions_needs_no_vote() -> None:
    # The first path is the vote's: nothing says here what carries it.
    assert _acting(HELD) == [ActorKind.UNRESOLVED, ActorKind.EOA]
    assert _acting(Right(holders=(Held(GOVERNOR),))) == [ActorKind.UNRESOLVED]
    assert _acting(OPEN) == [ActorKind.UNRESOLVED, ActorKind.UNRESOLVED]


def _voting(guard: str) -> Account:
    account = contract(1)
    fact = FunctionFact(
        signature="castVote(uint256,bool)",
        selector="0x00000000",
        guard=guard,
        guarded_by="",
        payable=False,
        evidence=(),
    )
    facts = unknown_facts(CodeFacts, Reason.ANALYSIS_NOT_RUN, "not for this test")
    facts["functions"] = Collection[FunctionFact](items=(fact,), complete=True)
    account.facts = CodeFacts(**facts)
    return account


def test_a_vote_that_only_some_may_cast_is_carried_by_no_token() -> None:
    assert HOME.carried_by(_voting("caller")) is ActorKind.UNRESOLVED
    assert HOME.carried_by(_voting("none")) is None
    assert HOME.carried_by(contract(1)) is None


@pytest.mark.parametrize(
    ("reason", "kinds"),
    [(Reason.UNRESOLVED, [ActorKind.UNRESOLVED, ActorKind.UNRESOLVED]), (Reason.NOT_SUPPORTED, [ActorKind.UNRESOLVED])],
)
def test_a_home_made_vote_that_may_count_more_than_once_rules_nothing_for_sure(
    reason: Reason, kinds: list[ActorKind]
) -> None:
    governor = _voting("none")
    assert governor.facts is not None
    again = Unknown(reason=reason, detail="no refusal of a second vote was recognised")
    governor.facts = governor.facts.model_copy(update={"vote_changeable": again})
    for getter in ("timelock()", "executor()", "admin()", "owner()"):
        governor.calls[getter] = (("address",), reverted())
    found = Resolver(world(governor), parts(governors={GOVERNOR: HOME})).paths(GOVERNOR)
    # The first path is the vote's: nothing says here what carries it.
    assert [path.kind for path in found] == kinds
    assert any("more than once" in step for path in found for step in path.steps) is (len(kinds) > 1)
