"""Minters that let others in: an auction that sells units, a faucet; not one that only its keepers call."""

from __future__ import annotations

import pytest

from scanner.discovery.control.holders import Resolver
from scanner.discovery.control.settle import build_controls
from scanner.discovery.tokens.doors import beside_doors, doors
from scanner.model.blank import all_unknown
from scanner.model.contracts import Contract, Token
from scanner.model.controls import Holder
from scanner.model.kinds import ActorKind, Capability, Guard
from scanner.model.observation import Collection, Known, Reason
from tests.discovery.membership.test_settle import described
from tests.discovery.support import address, contract, eoa, parts, world

TOKEN, MINTER = address(1), address(2)
OF_THE_VOTE = Known(value=ActorKind.NFT_VOTE.value, evidence=())


def auction(**guards: str) -> Contract:
    return described(contract(2), **guards).model_copy(update={"label": "Auction"})


def token_of(guard: str, **guards: str) -> tuple[Token, dict[str, Contract]]:
    """A token behind `guard` whose minter is a contract with these guards."""
    minter = Holder(address=MINTER, kind=ActorKind.NFT_VOTE, label="Auction", evidence=())
    token = all_unknown(Token, Reason.NOT_READ, chain_id=1, address=TOKEN).model_copy(
        update={
            "minters": Collection[Holder](items=(minter,), complete=True),
            "minter_kind": OF_THE_VOTE,
        }
    )
    contracts = (described(contract(1), mint_guard=guard), auction(**guards))
    return token, {one.address: one for one in contracts}


def mints(token: Token, contracts: dict[str, Contract]) -> list[tuple[ActorKind, str]]:
    made = world(contract(1), contract(2), eoa(3))
    found = build_controls(made, Resolver(made, parts()), contracts=contracts.values(), tokens=(token,))
    return [(one.actor_kind, one.path[0]) for one in found.items if one.capability is Capability.MINT]


@pytest.mark.parametrize("guard", [Guard.NONE, Guard.PAYMENT, Guard.PROOF])
def test_a_minter_that_lets_others_in_is_a_door(guard: Guard) -> None:
    (door,) = doors([MINTER, address(9)], {MINTER: auction(admission_guard=guard.value)})
    assert (door.minter, door.label, door.guard.value) == (MINTER, "Auction", guard)


@pytest.mark.parametrize("guards", [{"admission_guard": "caller"}, {"admission_guard": "no-function"}, {}])
def test_a_minter_that_obeys_named_callers_is_none(guards: dict[str, str]) -> None:
    token, contracts = token_of("caller", **guards)
    assert doors([MINTER], contracts) == ()
    assert beside_doors(token, contracts) is token
    assert mints(token, contracts) == []


def test_who_buys_from_the_minter_creates_units_without_a_vote() -> None:
    token, contracts = token_of("caller", admission_guard="payment")
    told = beside_doors(token, contracts).minter_kind
    assert isinstance(told, Known)
    assert (told.value, told.derivation) == (ActorKind.ANYONE, "through Auction: payment")
    assert mints(token, contracts) == [(ActorKind.ANYONE, "mint through Auction, guarded by: payment")]


def test_nobody_mints_through_a_contract_where_the_token_has_no_such_function() -> None:
    token, contracts = token_of("no-function", admission_guard="payment")
    assert beside_doors(token, contracts).minter_kind == OF_THE_VOTE
    assert mints(token, contracts) == []
    assert beside_doors(token, {}) is token
