"""The cheapest way to the money is not a vote where one key may do, however far its right goes."""

from __future__ import annotations

from scanner.discovery.answers import Graph, build_answers
from scanner.model.controls import Control
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.passages import Passage
from tests.discovery.support import address

VAULT, VOTE, KEY = address(1), address(2), address(3)
OPEN = Unknown(reason=Reason.UNRESOLVED, detail="as far as its condition lets it")


def _pays(actor: str, kind: ActorKind, keys: Known[int] | Unknown) -> Control:
    return Control(
        actor=actor,
        actor_kind=kind,
        actor_label="",
        capability=Capability.MOVE_FUNDS,
        contract=VAULT,
        contract_label="Vault",
        path=("Vault",),
        delay_seconds=Known(value=0, evidence=()),
        bypasses_vote=Known(value=False, evidence=()) if kind.is_vote else OPEN,
        signers_needed=keys,
        guard=Known(value="", evidence=()),
        evidence=(),
    )


def _cheapest(*controls: Control) -> list[str]:
    passages = Collection[Passage](items=(), complete=True)
    edges = Collection[Control](items=controls, complete=True)
    return [
        one.actor for one in build_answers(Graph(edges, passages, (), {}, (VAULT,))).items if one.question == "cheapest"
    ]


def test_a_key_whose_limits_are_open_is_cheaper_than_a_vote() -> None:
    vote, key = _pays(VOTE, ActorKind.TOKEN_VOTE, OPEN), Known(value=1, evidence=())
    assert _cheapest(vote, _pays(KEY, ActorKind.UNRESOLVED, key)) == [KEY]
    assert _cheapest(vote, _pays(KEY, ActorKind.UNRESOLVED, OPEN)) == [VOTE], "nobody knows what that takes"
