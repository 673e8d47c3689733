"""Who holds each power over a token, and after what delay; what could not be read stays unknown."""

from __future__ import annotations

from typing import Any

from scanner.discovery.control.holders import Resolver
from scanner.discovery.tokens.powers import KINDS, with_powers
from scanner.model.blank import all_unknown
from scanner.model.code import CodeFacts
from scanner.model.contracts import Anonymity, Contract, Token
from scanner.model.kinds import Guard
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.powers import TokenPower
from tests.discovery.support import BLOCK, address, contract, eoa, parts, world

OWNER = address(2)


def powers(guards: dict[str, str], *, owner: str = OWNER) -> tuple[dict[str, TokenPower], tuple[str, ...]]:
    account = contract(1, owner=("address", owner))
    made = world(account, eoa(2))
    code = all_unknown(
        CodeFacts,
        Reason.NOT_VERIFIED,
        "no source",
        **{name: Known(value=guard, evidence=()) for name, guard in guards.items()},
    )
    whole: dict[str, Any] = {"chain_id": BLOCK.chain_id, "address": account.address}
    found = all_unknown(
        Contract,
        Reason.NOT_READ,
        **whole,
        roles=(),
        linked_from=(),
        label="token",
        code=code,
        anonymity=all_unknown(Anonymity, Reason.NOT_READ),
        upgrade_admin_kind=Known(value="nobody", evidence=()),
        upgrade_delay_seconds=Known(value=0, evidence=()),
    )
    token = with_powers(
        Resolver(made, parts(tokens={account.address})), all_unknown(Token, Reason.NOT_READ, **whole), account, found
    )
    return {one.power: one for one in token.powers.items}, token.power_texts


def test_a_key_behind_a_check_of_the_caller_acts_at_once() -> None:
    found, texts = powers({"freeze_guard": Guard.CALLER})
    assert found["freeze"].holder_kind.value == "eoa"  # type: ignore[union-attr]
    assert found["freeze"].delay_seconds.value == 0  # type: ignore[union-attr]
    assert "freeze single accounts: a single key, at once" in texts


def test_what_is_not_there_nobody_holds_and_is_not_spoken_of() -> None:
    found, texts = powers({"rebase_guard": Guard.ABSENT})
    assert found["rebase"].holder_kind.value == "nobody"  # type: ignore[union-attr]
    assert not any("balance" in text for text in texts)


def test_what_was_not_read_is_unknown_and_said() -> None:
    found, texts = powers({})
    assert all(isinstance(found[kind.name].holder_kind, Unknown) for kind in KINDS)
    assert all(isinstance(found[kind.name].delay_seconds, Unknown) for kind in KINDS)
    assert "create units: unknown" in texts
    assert set(found) == {kind.name for kind in KINDS} | {"upgrade"}


def test_nobody_stands_before_an_open_function() -> None:
    found, texts = powers({"mint_guard": Guard.NONE})
    assert found["mint"].holder_kind.value == "anyone"  # type: ignore[union-attr]
    assert "create units: anyone, at once" in texts
