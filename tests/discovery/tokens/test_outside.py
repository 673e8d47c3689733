"""Lists that another contract keeps: who changes its answer holds the power; what cannot be told is never absent."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.discovery.control.holders import Resolver
from scanner.discovery.guards.doors import Held
from scanner.discovery.guards.rights import ANSWERS, Right
from scanner.discovery.tokens.powers import with_powers
from scanner.model.asked import Asked
from scanner.model.blank import all_unknown
from scanner.model.code import CodeFacts, FunctionFact
from scanner.model.contracts import Anonymity, Contract, Token
from scanner.model.kinds import Guard
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.powers import TokenPower
from tests.discovery.support import BLOCK, address, contract, eoa, parts, world

TOKEN, LIST, KEY, NOBODY = address(1), address(2), address(3), address(0)
QUESTION = "isListed(address)"
SOURCE = Known(value="source", evidence=())
ELSEWHERE = Unknown(reason=Reason.UNRESOLVED, detail="another contract is asked")


def _asked(power: str, target: str = "list()", within: str = "transfer(address,uint256)") -> Asked:
    return Asked(power=power, within=within, question=QUESTION, target=target, evidence=())


def _setter(guard: str) -> FunctionFact:
    return FunctionFact(
        signature="set(address,bool)",
        selector="0x12345678",
        guard=guard,
        guarded_by="",
        payable=False,
        evidence=(),
        settles=(QUESTION,),
    )


def _contract(
    where: str, *, asks: tuple[Asked, ...] = (), functions: tuple[FunctionFact, ...] = (), **more: Any
) -> Contract:
    facts: dict[str, Any] = {
        "analysed_from": SOURCE,
        "functions": Collection[FunctionFact](items=functions, complete=True),
        "asks": Collection[Asked](items=asks, complete=True),
        "freeze_guard": ELSEWHERE,
        "seizure_guard": Known(value=Guard.ABSENT.value, evidence=()),
        **more,
    }
    return all_unknown(
        Contract,
        Reason.NOT_READ,
        chain_id=BLOCK.chain_id,
        address=where,
        roles=(),
        linked_from=(),
        label=where,
        code=all_unknown(CodeFacts, Reason.NOT_READ, **facts),
        anonymity=all_unknown(Anonymity, Reason.NOT_READ),
        upgrade_admin_kind=Known(value="nobody", evidence=()),
        upgrade_delay_seconds=Known(value=0, evidence=()),
    )


def _token(kept: Contract | None, *, target: str = LIST, holders: tuple[str, ...] = (KEY,)) -> Token:
    token = contract(1, list=("address", target))
    met = world(token, contract(2), eoa(3))
    right = Right(holders=tuple(Held(one, ()) for one in holders), words="owner()")
    resolver = Resolver(met, parts(tokens={TOKEN}), rights={LIST: {f"{ANSWERS}{QUESTION}": right}})
    asking = _contract(TOKEN, asks=(_asked("freeze"),))
    contracts = {TOKEN: asking} | ({LIST: kept} if kept is not None else {})
    whole: dict[str, Any] = {"chain_id": BLOCK.chain_id, "address": TOKEN}
    blank = all_unknown(Token, Reason.NOT_READ, **whole, confiscator_kind=ELSEWHERE)
    return with_powers(resolver, blank, token, asking, contracts)


def _freeze(token: Token) -> TokenPower:
    return next(one for one in token.powers.items if one.power == "freeze")


def _said(token: Token) -> object:
    kind = _freeze(token).holder_kind
    return kind.value if isinstance(kind, Known) else kind.reason


def test_whoever_passes_the_guard_of_the_list_freezes_and_at_once() -> None:
    token = _token(_contract(LIST, functions=(_setter(Guard.CALLER),)))
    assert (_said(token), _freeze(token).guard.value) == ("eoa", "caller")  # type: ignore[union-attr]
    assert _freeze(token).delay_seconds.value == 0  # type: ignore[union-attr]
    assert token.confiscator_kind.value == "eoa"  # type: ignore[union-attr]
    assert "freeze single accounts: a single key, at once" in token.power_texts


def test_a_list_that_nobody_or_anybody_changes() -> None:
    assert _said(_token(_contract(LIST, functions=(_setter(Guard.CALLER),)), holders=())) == "nobody"
    assert _said(_token(_contract(LIST, functions=(_setter(Guard.NONE),)))) == "anyone"


@pytest.mark.parametrize(
    "kept",
    [
        None,
        _contract(LIST),
        _contract(LIST, analysed_from=Known(value="bytecode", evidence=()), functions=(_setter(Guard.CALLER),)),
        _contract(LIST, asks=(_asked("answer", "", QUESTION),)),
    ],
    ids=["not looked at", "nothing tells", "no source", "asks on, nobody knows whom"],
)
def test_what_cannot_be_told_of_the_list_is_unknown(kept: Contract | None) -> None:
    token = _token(kept)
    assert _said(token) is Reason.UNRESOLVED
    assert "freeze single accounts: unknown" in token.power_texts


def test_a_contract_whose_code_can_be_replaced_answers_what_its_upgrader_likes() -> None:
    kept = _contract(LIST, functions=(_setter(Guard.CALLER),))
    replaced = kept.model_copy(update={"upgrade_admin_kind": Known(value="eoa", evidence=())})
    assert _said(_token(replaced, holders=())) == "eoa"


def test_a_list_that_is_not_set_yet_refuses_nobody() -> None:
    token = _token(_contract(LIST), target=NOBODY)
    assert _said(token) is Reason.UNRESOLVED  # of its own code: who sets it is told there
