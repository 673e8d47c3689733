"""What conditions are evaluated against: a snapshot, or the facts that a rule's test names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from scanner.judge.language.model_schema import DAO_COLLECTIONS, model_schema
from scanner.judge.language.types import Kind, Type
from scanner.judge.language.values import LimitExceeded, Unk, Why, cut
from scanner.model.evidence import Evidence
from scanner.model.kinds import Stage
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.outcome import Status
from scanner.model.snapshot import Snapshot

MAX_STEPS = 200_000


@dataclass(frozen=True)
class Verdict:
    """What another rule said about one subject, as far as conditions can ask.

    `counts`: whether finding() sees a finding (in scenarios one below the stage `configured` is for information only);
    None when a higher stage stayed open.
    """

    status: Status
    stage: Stage | None
    at_least: bool
    reason: str
    on_chain: bool
    counts: bool | None = True


class World(Protocol):
    """Leads from one thing to another, and to the outcomes of other rules."""

    def related(self, item: Any, name: str) -> Any: ...

    def verdicts(self, rule_id: str) -> Sequence[Verdict]: ...


class Facts:
    """Something of which only some facts are there; every other field is unknown with `reason`."""

    def __init__(self, record: str, *, reason: Reason, detail: str) -> None:
        for name, spec in model_schema().records[record].fields.items():
            setattr(self, name, absent(spec.type, reason, detail))


def absent(type_: Type, reason: Reason, detail: str) -> Any:
    """Return what stands for a fact of this type that nobody has."""
    if type_.kind is Kind.RECORD:
        return Facts(type_.record, reason=reason, detail=detail)
    if type_.kind is Kind.ITEMS:
        return Collection[Any](items=(), complete=False, reason=detail)
    return Unknown(reason=reason, detail=detail)


class SnapshotWorld:
    """The world of one snapshot. `outcomes` answers for rules that have run already."""

    def __init__(self, snapshot: Snapshot, outcomes: Callable[[str], Sequence[Verdict]]) -> None:
        self._snapshot = snapshot
        self._outcomes = outcomes
        self._collections = {name: field for name, field, _ in DAO_COLLECTIONS}
        self._contracts = {(one.chain_id, one.address): one for one in snapshot.contracts.items}
        self._missing = Facts("Contract", reason=Reason.UNRESOLVED, detail="no contract in scope at this address")

    def related(self, item: Any, name: str) -> Any:
        if name == "contract":
            return self._contracts.get((item.chain_id, item.address), self._missing)
        return getattr(self._snapshot, self._collections[name])

    def verdicts(self, rule_id: str) -> Sequence[Verdict]:
        return self._outcomes(rule_id)


class Ref:
    """A thing under the name that a reader knows it by. `evidence` is what backs its plain fields."""

    __slots__ = ("evidence", "item", "label")

    def __init__(self, label: str, item: Any, evidence: tuple[Evidence, ...] = ()) -> None:
        self.label = label
        self.item = item
        own = getattr(item, "evidence", ())
        self.evidence: tuple[Evidence, ...] = own if own else evidence


class Read:
    """One field that was read."""

    __slots__ = ("evidence", "label", "value")

    def __init__(self, label: str, value: Any, evidence: tuple[Evidence, ...]) -> None:
        self.label = label
        self.value = value
        self.evidence = evidence


class Items:
    """A collection that was read: its things, and why there may be more."""

    __slots__ = ("items", "label", "missing", "owner")

    def __init__(self, owner: Ref, label: str, items: tuple[Any, ...], missing: Unk | None) -> None:
        self.owner = owner
        self.label = label
        self.items = items
        self.missing = missing

    def refs(self) -> Iterator[Ref]:
        evidence = self.owner.evidence
        for index, item in enumerate(self.items):
            yield Ref(f"{self.label}[{index}]", item, evidence)


class Run:
    """One evaluation: the variables, what was read so far and the steps that are left."""

    __slots__ = ("slots", "steps", "trace", "world")

    def __init__(self, world: World, slots: list[Ref], steps: int = MAX_STEPS) -> None:
        self.world = world
        self.slots = slots
        self.trace: list[Read] = []
        self.steps = steps

    def step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise LimitExceeded("the condition looked at too many things")


def read_field(run: Run, ref: Ref, name: str) -> Any:
    """Return a field's plain value or Unk, and note that it was read."""
    value = getattr(ref.item, name)
    label = f"{ref.label}.{name}"
    if isinstance(value, Known):
        run.trace.append(Read(label, value.value, value.evidence or ref.evidence))
        return value.value
    if isinstance(value, Unknown):
        text = f"{value.reason.value} ({cut(value.detail)})" if value.detail else value.reason.value
        unknown = Unk((Why(label, text, value.reason.on_chain),))
        run.trace.append(Read(label, unknown, value.evidence))
        return unknown
    run.trace.append(Read(label, value, ref.evidence))
    return value


def read_items(run: Run, ref: Ref, name: str, *, relation: bool) -> Items:
    """Return a collection field; a plain tuple is always complete."""
    value = run.world.related(ref.item, name) if relation else getattr(ref.item, name)
    label = f"{ref.label}.{name}"
    if not isinstance(value, Collection):
        return Items(ref, label, value, None)
    if value.complete:
        return Items(ref, label, value.items, None)
    text = f"not complete ({cut(value.reason)})" if value.reason else "not complete"
    why = Why(label, text, relation or gap_on_chain(ref.item, value.reason))
    return Items(ref, label, value.items, Unk((why,)))


def gap_on_chain(item: Any, reason: str) -> bool:
    """Return whether a partial collection lacks on-chain facts: its reason is text, so facts missing beside it tell."""
    for known in Reason:
        if reason == known.value or reason.startswith(f"{known.value}:"):
            return known.on_chain
    for value in vars(item).values():
        if isinstance(value, Unknown) and reason and value.detail == reason:
            return value.reason.on_chain
    return True
