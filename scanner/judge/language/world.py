"""What conditions are evaluated against: a snapshot, or the facts that a rule's test names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

from scanner.judge.language.model_schema import DAO_COLLECTIONS, model_schema
from scanner.judge.language.types import Kind, Type
from scanner.judge.language.values import LimitExceeded, Unk, Why, cut, shown
from scanner.model.evidence import Evidence
from scanner.model.kinds import Stage
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.outcome import Severity, Status
from scanner.model.snapshot import Snapshot
from scanner.model.stated import RESERVED, StatedFacts
from scanner.model.values import Model

MAX_STEPS = 200_000


@dataclass(frozen=True)
class Verdict:
    """What another rule said about one subject, as far as conditions can ask.

    `counts`: whether finding() sees a finding (in scenarios one below the stage `configured` is for information only);
    None when a higher stage stayed open. `open_severity`: the worst that stayed open, None where nothing tells.
    `proof` gives the evidence that it rests on, made when somebody looks at it.
    """

    status: Status
    stage: Stage | None
    at_least: bool
    reason: str
    on_chain: bool
    counts: bool | None = True
    severity: Severity | None = None
    open_severity: Severity | None = None
    proof: Callable[[], tuple[Evidence, ...]] = tuple


Asks: TypeAlias = Callable[[str], Sequence[Verdict]]
"""Gives what a rule said, as far as it is about the subject at hand."""


class World(Protocol):
    """Leads from one thing to another, and to the outcomes of other rules."""

    def related(self, item: Any, name: str) -> Any: ...

    def verdicts(self, rule_id: str) -> Sequence[Verdict]: ...


class Facts:
    """Something of which only some facts are there; every other field is unknown with `reason`."""

    def __init__(self, record: str, *, reason: Reason, detail: str) -> None:
        plain, records = _nothing(record, reason, detail)
        vars(self).update(plain)
        for name, inner in records:
            setattr(self, name, Facts(inner, reason=reason, detail=detail))
        if record == StatedFacts.__name__:
            self._stated = Unknown(reason=reason, detail=detail)

    def __getattr__(self, name: str) -> Any:
        """Return what stands for a fact that an auditor's analysis would state: packs declare them, not the schema."""
        if name.startswith("_") or name in RESERVED or "_stated" not in vars(self):
            raise AttributeError(name)
        return self._stated


def absent(type_: Type, reason: Reason, detail: str) -> Any:
    """Return what stands for a fact of this type that nobody has."""
    if type_.kind is Kind.RECORD:
        return Facts(type_.record, reason=reason, detail=detail)
    if type_.kind is Kind.ITEMS:
        return Collection[Any](items=(), complete=False, reason=detail)
    return Unknown(reason=reason, detail=detail)


@lru_cache(maxsize=1_000)
def _nothing(record: str, reason: Reason, detail: str) -> tuple[Mapping[str, Any], tuple[tuple[str, str], ...]]:
    """Return what stands for the fields of a record, and those that are records: these differ from one to the next."""
    fields = {name: spec.type for name, spec in model_schema().records[record].fields.items()}
    records = tuple((name, type_.record) for name, type_ in fields.items() if type_.kind is Kind.RECORD)
    plain = {name: absent(type_, reason, detail) for name, type_ in fields.items() if type_.kind is not Kind.RECORD}
    return MappingProxyType(plain), records


class SnapshotWorld:
    """The world of one snapshot. `outcomes` answers for rules that have run already."""

    def __init__(self, snapshot: Snapshot, outcomes: Callable[[str], Sequence[Verdict]]) -> None:
        self._snapshot = snapshot
        self._outcomes = outcomes
        self._collections = {name: field for name, field, _ in DAO_COLLECTIONS}
        self._contracts = {(one.chain_id, one.address): one for one in snapshot.contracts.items}
        self._simulations = {(one.governor, one.proposal): one for one in snapshot.simulations.items}
        why = snapshot.simulations.reason or "it is not open"
        self._not_simulated = Facts("Simulation", reason=Reason.NOT_SIMULATED, detail=why)
        vars(self._not_simulated)["asked"] = False
        self._missing = Facts("Contract", reason=Reason.UNRESOLVED, detail="no contract in scope at this address")

    def related(self, item: Any, name: str) -> Any:
        if name == "simulation":
            return self._simulations.get((item.governor, item.id), self._not_simulated)
        if name == "contract":
            return self._contracts.get((item.chain_id, item.address), self._missing)
        return getattr(self._snapshot, self._collections[name])

    def verdicts(self, rule_id: str) -> Sequence[Verdict]:
        return self._outcomes(rule_id)


class Read:
    """One field that was read."""

    __slots__ = ("_pair", "evidence", "label", "value")

    def __init__(self, label: str, value: Any, evidence: tuple[Evidence, ...]) -> None:
        self.label = label
        self.value = value
        self.evidence = evidence
        self._pair: tuple[str, str] | None = None

    def shown(self) -> tuple[str, str]:
        """Return the field and its value as a reader sees them."""
        if self._pair is None:
            self._pair = (self.label, shown(self.value))
        return self._pair


class Asked(Read):
    """The outcome of another rule that was read. Its evidence is that of the outcomes, made when it is looked at."""

    __slots__ = ("_verdicts",)

    def __init__(self, label: str, value: Any, verdicts: Sequence[Verdict]) -> None:
        self.label = label
        self.value = value
        self._pair = None
        self._verdicts = tuple(verdicts)

    @property
    def evidence(self) -> tuple[Evidence, ...]:  # type: ignore[override]
        """What the outcomes rest on, each piece once."""
        return tuple(dict.fromkeys(piece for one in self._verdicts for piece in one.proof()))


class Items:
    """A collection that was read: its things, why there may be more, and its size as a reading of its own."""

    __slots__ = ("missing", "refs", "size")

    def __init__(self, label: str, refs: tuple[Ref, ...], missing: Unk | None) -> None:
        self.refs = refs
        self.missing = missing
        self.size = Read(f"{label}.size", f"{len(refs)}{'' if missing is None else ' or more'}", ())


class Ref:
    """A thing under the name that a reader knows it by. `evidence` is what backs its plain fields.

    What was read of it is kept: a thousand rules about one subject read each of its fields once.
    """

    __slots__ = ("evidence", "item", "items", "label", "reads", "records")

    def __init__(self, label: str, item: Any, evidence: tuple[Evidence, ...] = ()) -> None:
        self.label = label
        self.item = item
        own = getattr(item, "evidence", ())
        self.evidence: tuple[Evidence, ...] = own if own else evidence
        self.reads: dict[str, Read] = {}
        self.records: dict[str, Ref] = {}
        self.items: dict[str, Items] = {}


@dataclass(frozen=True)
class Step:
    """One field on the way to another. `relation`: it leads elsewhere in the snapshot."""

    name: str
    relation: bool


class Run:
    """The variables of an evaluation, what it has read so far and the steps that are left.

    `asks` gives what other rules said about the subject; without it, what the world knows of any.
    """

    __slots__ = ("asks", "roots", "slots", "steps", "trace", "world")

    def __init__(self, world: World, roots: Sequence[Ref], room: int = 0, *, asks: Asks | None = None) -> None:
        self.world = world
        self.asks = asks or world.verdicts
        self.roots = roots
        self.slots: list[Ref] = [*roots, *[NOTHING] * (room - len(roots))]
        self.trace: list[Read] = []
        self.steps = MAX_STEPS

    def apart(self) -> Run:
        """Return a run of its own on the same subject: one rule may ask another in the middle of a condition."""
        return Run(self.world, self.roots, len(self.slots), asks=self.asks)

    def spend(self, steps: int) -> None:
        """Take `steps` from what is left; LimitExceeded when that is not enough."""
        self.steps -= steps
        if self.steps < 0:
            raise LimitExceeded("the condition looked at too many things")


NOTHING = Ref("", None)
"""Stands in a loop variable's place until the loop begins."""


def follow(world: World, ref: Ref, path: Sequence[Step]) -> Ref:
    """Return the record at the end of `path`."""
    for step in path:
        record = ref.records.get(step.name)
        if record is None:
            item = world.related(ref.item, step.name) if step.relation else getattr(ref.item, step.name)
            record = ref.records[step.name] = Ref(f"{ref.label}.{step.name}", item, ref.evidence)
        ref = record
    return ref


def read_field(ref: Ref, name: str) -> Read:
    """Read a field: its plain value or Unk."""
    value = getattr(ref.item, name)
    label = f"{ref.label}.{name}"
    if isinstance(value, Known):
        return Read(label, value.value, value.evidence or ref.evidence)
    if isinstance(value, Unknown):
        text = f"{value.reason.value} ({cut(value.detail)})" if value.detail else value.reason.value
        return Read(label, Unk((Why(label, text, value.reason.on_chain),)), value.evidence)
    return Read(label, value, ref.evidence)


def read_items(world: World, ref: Ref, step: Step) -> Items:
    """Read a collection field; a plain tuple is complete, unless `<name>_read` beside it says why it is not."""
    value = world.related(ref.item, step.name) if step.relation else getattr(ref.item, step.name)
    label = f"{ref.label}.{step.name}"
    if not isinstance(value, Collection):
        return Items(label, _refs(label, value, ref.evidence), _unread(ref, step.name))
    refs = _refs(label, value.items, ref.evidence)
    if value.complete:
        return Items(label, refs, None)
    text = f"not complete ({cut(value.reason)})" if value.reason else "not complete"
    why = Why(label, text, step.relation or gap_on_chain(ref.item, value.reason))
    return Items(label, refs, Unk((why,)))


def _unread(ref: Ref, name: str) -> Unk | None:
    read = getattr(ref.item, f"{name}_read", None) if isinstance(ref.item, Model) else None
    if not isinstance(read, Unknown):
        return None
    return Unk((Why(f"{ref.label}.{name}", f"not read ({cut(read.detail)})", read.reason.on_chain),))


def _refs(label: str, items: Sequence[Any], evidence: tuple[Evidence, ...]) -> tuple[Ref, ...]:
    return tuple(Ref(f"{label}[{index}]", item, evidence) for index, item in enumerate(items))


def gap_on_chain(item: Any, reason: str) -> bool:
    """Return whether a partial collection lacks on-chain facts: its reason is text, so facts missing beside it tell."""
    for known in Reason:
        if reason == known.value or reason.startswith(f"{known.value}:"):
            return known.on_chain
    for value in vars(item).values():
        if isinstance(value, Unknown) and reason and value.detail == reason:
            return value.reason.on_chain
    return True
