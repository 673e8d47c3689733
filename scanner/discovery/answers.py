"""The answers that the control graph gives, each a line of control or a guard with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scanner.model.answers import Answer
from scanner.model.contracts import Contract, Governor
from scanner.model.controls import Control
from scanner.model.kinds import ActorKind, Capability, Role
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.passages import Passage
from scanner.model.values import ZERO_ADDRESS

EVIDENCE_KEPT = 3
"""Pieces with each line; the line of control that it is taken from has all."""

MAX_LINES = 24
"""Lines of one question that are kept."""

_MOVES = (Capability.MOVE_FUNDS, Capability.EXECUTE, Capability.UPGRADE)
_RULES = (*_MOVES, Capability.ADMIN, Capability.SET_PARAMETERS, Capability.MINT, Capability.CONFISCATE)
_NO_VOTE = Unknown(reason=Reason.NOT_SUPPORTED, detail="no vote stands on this path")
_ORDER = ("fastest", "cheapest", "bypass-vote", "bypass-delay", "mint", "veto", "confiscate", "nobody")


@dataclass(frozen=True)
class Graph:
    """What the questions are put to."""

    controls: Collection[Control]
    passages: Collection[Passage]
    governors: Sequence[Governor]
    contracts: Mapping[str, Contract]
    treasuries: Iterable[str]
    givable: frozenset[tuple[str, tuple[str, ...]]] = frozenset()
    """Contracts and functions whose right nobody holds, and somebody may give: also to themselves."""
    ruled: frozenset[str] = frozenset()
    """Contracts that somebody makes act or administers, by whatever leads there."""


def build_answers(graph: Graph) -> Collection[Answer]:
    """Return the answers in the order of the questions; not complete where controls or guards are not."""
    edges = graph.controls.items
    found: list[Answer] = []
    for treasury in sorted(graph.treasuries):
        moves = [edge for edge in edges if edge.contract == treasury and edge.capability in _MOVES]
        found += _least(graph, moves)
        found += [_line(graph, "bypass-delay", edge) for edge in _faster(moves)]
    around = [edge for edge in edges if edge.capability in _RULES and _bypasses(edge) and not _open_membership(edge)]
    found += [_line(graph, "bypass-vote", edge) for edge in sorted(around, key=_cost)]
    for question, wanted in (
        ("mint", (Capability.MINT,)),
        ("veto", (Capability.VETO, Capability.CANCEL)),
        ("confiscate", (Capability.CONFISCATE,)),
    ):
        found += [_line(graph, question, edge) for edge in edges if edge.capability in wanted]
    found += _unheld(graph)
    kept = [one for question in _ORDER for one in _some(found, question)]
    reason = graph.controls.reason or ("" if graph.passages.complete else graph.passages.reason)
    if len(kept) < len({_key(one) for one in found}):
        reason = reason or "not all lines are kept"
    return Collection[Answer](items=tuple(kept), complete=not reason, reason=reason)


def _some(found: Iterable[Answer], question: str) -> list[Answer]:
    once = {_key(one): one for one in reversed([one for one in found if one.question == question])}
    return list(reversed(once.values()))[:MAX_LINES]


def _key(one: Answer) -> tuple[str, str, str, tuple[str, ...]]:
    return one.question, one.subject, one.actor, one.path


def _least(graph: Graph, moves: Sequence[Control]) -> Iterator[Answer]:
    known = [edge for edge in moves if isinstance(edge.delay_seconds, Known)]
    if known:
        yield _line(graph, "fastest", min(known, key=lambda edge: (_delay(edge), _cost(edge))))
    # How far a right goes may be open, and how many keys it takes all the same be known.
    paying = [
        edge for edge in moves if edge.actor_kind is not ActorKind.UNRESOLVED or isinstance(edge.signers_needed, Known)
    ]
    if paying:
        yield _line(graph, "cheapest", min(paying, key=_cost))


def _faster(moves: Sequence[Control]) -> list[Control]:
    """Return the paths that take less time than the shortest one after a vote."""
    voted = [_delay(edge) for edge in moves if edge.actor_kind.is_vote and isinstance(edge.delay_seconds, Known)]
    if not voted:
        return []
    slow = min(voted)
    return [
        edge
        for edge in sorted(moves, key=_cost)
        if not edge.actor_kind.is_vote and isinstance(edge.delay_seconds, Known) and _delay(edge) < slow
    ]


def _delay(edge: Control) -> int:
    return edge.delay_seconds.value if isinstance(edge.delay_seconds, Known) else 2**63


def _cost(edge: Control) -> tuple[int, int, int, str, str]:
    """Return what orders paths: anyone, then fewest keys, then votes; among equals the fastest."""
    keys = edge.signers_needed.value if isinstance(edge.signers_needed, Known) else 2**31
    dearness = 2 if edge.actor_kind.is_vote else 1 if edge.actor_kind is ActorKind.UNRESOLVED else 0
    return dearness, keys, _delay(edge), edge.contract, edge.actor


def _bypasses(edge: Control) -> bool:
    return (
        isinstance(edge.bypasses_vote, Known) and edge.bypasses_vote.value and edge.actor_kind is not ActorKind.NOBODY
    )


def _open_membership(edge: Control) -> bool:
    return edge.capability is Capability.MINT and edge.actor_kind is ActorKind.ANYONE


def _line(graph: Graph, question: str, edge: Control) -> Answer:
    return Answer(
        question=question,
        subject=edge.contract,
        subject_label=edge.contract_label,
        actor=edge.actor,
        actor_kind=edge.actor_kind,
        actor_label=edge.actor_label,
        path=edge.path,
        delay_seconds=edge.delay_seconds,
        keys=edge.signers_needed,
        votes=_votes(graph.governors, edge) if edge.actor_kind.is_vote else _NO_VOTE,
        evidence=edge.evidence[:EVIDENCE_KEPT],
    )


def _votes(governors: Sequence[Governor], edge: Control) -> Known[int] | Unknown:
    for governor in governors:
        if governor.address == edge.actor:
            return governor.quorum_votes
    return Unknown(reason=Reason.UNRESOLVED, detail="the governor of this vote was not described")


def _unheld(graph: Graph) -> Iterator[Answer]:
    """Yield what nobody can do now: guards that nobody holds, and contracts that no guard stands in."""
    guarded: set[str] = set()
    unread: set[str] = set()
    for passage in graph.passages.items:
        if passage.guard in ("caller", "signatures", "once", "unknown") or _named_elsewhere(passage):
            guarded.add(passage.contract)
        if passage.guard == "unknown":
            unread.add(passage.contract)
        held = bool(passage.holders) or not passage.complete or (passage.contract, passage.functions) in graph.givable
        if passage.guard == "caller" and not held and passage.checked in ("passed", "refused"):
            yield _nobody(graph, passage.contract, passage.functions, passage)
    known = {passage.contract for passage in graph.passages.items}
    guarded |= graph.ruled
    ruling = (edge for edge in graph.controls.items if edge.capability in _RULES)
    guarded |= {edge.contract for edge in ruling if edge.actor_kind is not ActorKind.NOBODY}
    for address, contract in sorted(graph.contracts.items()):
        upgrades = contract.upgrade_admin
        fixed = isinstance(upgrades, Known) and upgrades.value == ZERO_ADDRESS
        own = Role.PROPOSAL_TARGET not in contract.roles or Role.LINKED in contract.roles
        if address in known and address not in guarded and fixed and own and contract.code.functions.complete:
            yield _nobody(graph, address, (), contract)


def _named_elsewhere(passage: Passage) -> bool:
    """Whether another contract, or a computation, names who passes for an argument: then that one's keeper decides.

    An approval that the owner of units gave, or the owner of one NFT, rules over nothing but their own.
    """
    return passage.guard == "argument" and "(" in passage.asks


def _nobody(graph: Graph, address: str, functions: tuple[str, ...], by: Passage | Contract) -> Answer:
    evidence = by.evidence if isinstance(by, Passage) else by.upgrade_admin.evidence
    nothing = Unknown(reason=Reason.NOT_SUPPORTED, detail="nobody can")
    contract = graph.contracts.get(address)
    return Answer(
        question="nobody",
        subject=address,
        subject_label=contract.label if contract is not None else address,
        actor=ZERO_ADDRESS,
        actor_kind=ActorKind.NOBODY,
        actor_label="",
        path=functions,
        delay_seconds=nothing,
        keys=nothing,
        votes=nothing,
        evidence=evidence[:EVIDENCE_KEPT],
    )
