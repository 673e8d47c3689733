"""Abstract values: where a value comes from, and what must hold for a line to run.

A value is a set of *labels* (origins). A condition is a set of *clauses* that all hold; a clause is a set of *atoms*
of which at least one holds. Everything is immutable and hashable, so that summaries of functions can be shared.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

Label = tuple[Any, ...]
Labels = frozenset[Label]

SENDER: Label = ("sender",)
ORIGIN: Label = ("origin",)
PAID: Label = ("value",)
THIS: Label = ("this",)
TIME: Label = ("time",)
DATA: Label = ("data",)
RECOVERED: Label = ("recovered",)
CODEHASH: Label = ("codehash",)
NATIVE_BALANCE: Label = ("balance",)
FIXED_SELECTOR: Label = ("fixed-selector",)
DERIVED: Label = ("~",)
"""Marks a value that was computed: with it in the set the value is no longer exactly one of its origins."""

NOTHING: Labels = frozenset()
ZERO = frozenset({("const", "0")})
CLEARED = (ZERO, frozenset({("const", "False")}))
"""What a mark or a balance is set to when it is taken away."""

MAX_CLAUSE = 5
MAX_CLAUSES = 48
MAX_SIDE = 6


def arg(index: int) -> Label:
    return ("arg", index)


def state(name: str, keys: Labels = NOTHING) -> Label:
    """A state variable with the members read from it; `keys` are the origins of the mapping keys used."""
    return ("state", name, keys)


def external(name: str, inputs: Labels) -> Label:
    """What a call to another contract, or a well-known check, returned; `inputs` are the origins of its arguments."""
    return ("ext", name, inputs)


def constant(value: object) -> Label:
    return ("const", str(value))


class Atom(NamedTuple):
    """A comparison between two sets of origins; `truthy` and `falsy` leave `right` empty."""

    op: str
    left: Labels
    right: Labels

    @property
    def labels(self) -> Labels:
        return self.left | self.right


Clause = frozenset[Atom]
Clauses = frozenset[Clause]
NO_CLAUSES: Clauses = frozenset()
NEVER: Clauses = frozenset({frozenset()})
"""The condition of a line that cannot run: a clause with no atom left."""

Condition = tuple[Any, ...]
"""A tree: ("const", bool), ("atom", Atom), ("not", c), ("and", c, c), ("or", c, c)."""

_NEGATED = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "truthy": "falsy",
    "falsy": "truthy",
}


class Place(NamedTuple):
    """A storage location: its base (a state variable's name, or ("arg", i) for a storage parameter), members, keys."""

    base: str | Label
    members: tuple[str, ...]
    keys: Labels

    @property
    def name(self) -> str:
        base = self.base if isinstance(self.base, str) else f"#{self.base[1]}"
        return ".".join((base, *self.members))


class Value(NamedTuple):
    """An abstract value. `delta` is + or - when it is the sum or difference of something; `parts` holds a tuple's."""

    labels: Labels
    place: Place | None = None
    condition: Condition | None = None
    delta: str = ""
    parts: tuple[Any, ...] = ()


EMPTY = Value(NOTHING)


@lru_cache(maxsize=65536)
def flat(labels: Labels) -> Labels:
    """Return `labels` without nesting: a keyed state read becomes the bare variable and the origins of its keys."""
    out: set[Label] = set()
    for label in labels:
        if label[0] in ("state", "ext"):
            out.add((label[0], label[1], NOTHING))
            out |= flat(label[2])
        else:
            out.add(label)
    return frozenset(out)


def derived(*parts: Labels) -> Labels:
    """Return the union of `parts`, marked as computed."""
    return frozenset().union(*parts, {DERIVED})


def union(first: Value, second: Value) -> Value:
    """Return the value that is one of the two."""
    if first == second:
        return first
    return Value(
        first.labels | second.labels,
        first.place or second.place,
        first.condition if first.condition == second.condition else None,
        first.delta or second.delta,
        first.parts or second.parts,
    )


def negate(atom: Atom) -> Atom:
    return Atom(_NEGATED[atom.op], atom.left, atom.right)


def asks_unset(atom: Atom) -> bool:
    """Whether an atom asks that a mark or a number be absent: false or zero."""
    return atom.op == "falsy" or (atom.op in ("==", "<=") and ZERO in (atom.left, atom.right))


def _decided(atom: Atom) -> bool | None:
    """Return whether `atom` is decided by constants alone; msg.sender and this are never the zero address."""
    if len(atom.left) != 1 or (atom.right and len(atom.right) != 1):
        return None
    (left,) = atom.left
    if atom.op in ("truthy", "falsy"):
        if left[0] != "const":
            return None
        return bool(left[1] not in ("False", "0", "")) == (atom.op == "truthy")
    (right,) = atom.right or (("",),)
    if left[0] == right[0] == "const" and atom.op in ("==", "!="):
        return bool((left[1] == right[1]) == (atom.op == "=="))
    kinds = {str(left[0]), str(right[0])}
    zero = ("const", "0") in (left, right)
    if zero and kinds & {"sender", "this"} and atom.op in ("==", "!="):
        return atom.op == "!="
    return None


def simplify(clause: Iterable[Atom]) -> Clause | None:
    """Return `clause` without atoms that cannot hold; None when it always holds."""
    kept: set[Atom] = set()
    for atom in clause:
        decided = _decided(atom)
        if decided is True or negate(atom) in kept:
            return None
        if decided is None:
            kept.add(atom)
    return frozenset(kept)


def _exact(atom: Atom) -> bool:
    """Whether both sides are single origins that cannot change within one call."""
    return all(
        not side or (len(side) == 1 and next(iter(side))[0] in ("arg", "const", "sender", "this"))
        for side in (atom.left, atom.right)
    )


def conjoin(first: Clauses, second: Clauses) -> Clauses:
    """Return the clauses of both; `NEVER` when they contradict each other on plain arguments."""
    if not second or first == second:
        return first
    if not first:
        return second
    both = first | second
    if frozenset() in both:
        return NEVER
    return _capped(_resolve(both))


def _resolve(clauses: Clauses) -> Clauses:
    """Drop alternatives that a plain fact about an argument rules out."""
    facts = {atom for clause in clauses if len(clause) == 1 for atom in clause if _exact(atom)}
    ruled_out = {negate(atom) for atom in facts}
    if not any(ruled_out & clause for clause in clauses):
        return clauses
    resolved = frozenset(clause - ruled_out for clause in clauses)
    return NEVER if frozenset() in resolved else resolved


def _capped(clauses: Clauses) -> Clauses:
    if len(clauses) <= MAX_CLAUSES:
        return clauses
    ranked = sorted(clauses, key=lambda c: (not any(_about_caller(a) for a in c), len(c), sorted_key(c)))
    return frozenset(ranked[:MAX_CLAUSES])


def _about_caller(atom: Atom) -> bool:
    return any(label[0] in ("sender", "recovered", "ext") for label in flat(atom.labels))


def sorted_key(item: object) -> str:
    """Return a text that orders labels, atoms and clauses the same way in every process."""
    if isinstance(item, frozenset):
        return "{" + ",".join(sorted(sorted_key(part) for part in item)) + "}"
    if isinstance(item, tuple):
        return "(" + ",".join(sorted_key(part) for part in item) + ")"
    return str(item)


def either(first: Clauses, second: Clauses) -> Clauses:
    """Return what holds where two paths meet: the common clauses, and the pairwise disjunctions of the others."""
    if first == second or second == NEVER:
        return first
    if first == NEVER:
        return second
    common = first & second
    left, right = first - common, second - common
    if not left or not right:
        return common
    if len(left) > MAX_SIDE or len(right) > MAX_SIDE:
        left = frozenset(c for c in left if any(_about_caller(a) for a in c))
        right = frozenset(c for c in right if any(_about_caller(a) for a in c))
        if len(left) > MAX_SIDE or len(right) > MAX_SIDE:
            return common
    joined = set(common)
    for one in left:
        for other in right:
            clause = simplify(one | other)
            if clause is not None and len(clause) <= MAX_CLAUSE:
                joined.add(clause)
    return _capped(frozenset(joined))


def clauses_of(condition: Condition | None, required: bool) -> Clauses:
    """Return `condition`, which must be `required`, as clauses. What would grow too large is left out."""
    if condition is None:
        return NO_CLAUSES
    kind = condition[0]
    if kind == "const":
        return NO_CLAUSES if condition[1] == required else NEVER
    if kind == "atom":
        clause = simplify({condition[1] if required else negate(condition[1])})
        return NO_CLAUSES if clause is None else frozenset({clause})
    if kind == "not":
        return clauses_of(condition[1], not required)
    first = clauses_of(condition[1], required)
    second = clauses_of(condition[2], required)
    if (kind == "and") == required:
        return conjoin(first, second)
    return either(first, second)


def condition_labels(condition: Condition | None) -> Labels:
    """Return every origin that a condition looks at."""
    if condition is None or condition[0] == "const":
        return NOTHING
    if condition[0] == "atom":
        return Labels(condition[1].labels)
    return frozenset().union(*(condition_labels(part) for part in condition[1:]))


class Substitution:
    """Puts the values of a call's arguments in place of a function's parameters."""

    def __init__(self, actual: tuple[Value, ...]) -> None:
        self._actual = actual
        self._labels: dict[Labels, Labels] = {}
        self._clauses: dict[Clauses, Clauses] = {}

    def labels(self, labels: Labels) -> Labels:
        known = self._labels.get(labels)
        if known is None:
            known = self._labels[labels] = self._replace(labels)
        return known

    def _replace(self, labels: Labels) -> Labels:
        out: set[Label] = set()
        for label in labels:
            kind = label[0]
            if kind == "arg":
                out |= self._argument(label[1]).labels
            elif kind == "state":
                out.add(self._state(label))
            elif kind == "ext":
                out.add(("ext", label[1], flat(self.labels(label[2]))))
            else:
                out.add(label)
        return frozenset(out)

    def _state(self, label: Label) -> Label:
        name, keys = label[1], flat(self.labels(label[2]))
        if name.startswith("#"):
            index, _, members = name[1:].partition(".")
            place = self._argument(int(index)).place
            if place is not None:
                name = ".".join(part for part in (place.name, members) if part)
                keys = keys | place.keys
        return state(name, keys)

    def _argument(self, index: int) -> Value:
        return self._actual[index] if index < len(self._actual) else EMPTY

    def place(self, place: Place | None) -> Place | None:
        if place is None:
            return None
        keys = flat(self.labels(place.keys))
        if isinstance(place.base, str):
            return Place(place.base, place.members, keys)
        actual = self._argument(place.base[1]).place
        if actual is None:
            return Place(f"?{place.base[1]}", place.members, keys)
        return Place(actual.base, actual.members + place.members, actual.keys | keys)

    def atom(self, atom: Atom) -> Atom:
        return Atom(atom.op, self.labels(atom.left), self.labels(atom.right))

    def clauses(self, clauses: Clauses) -> Clauses:
        known = self._clauses.get(clauses)
        if known is None:
            out: set[Clause] = set()
            for clause in clauses:
                out |= self._clause(clause)
            known = self._clauses[clauses] = NEVER if frozenset() in out else _capped(frozenset(out))
        return known

    def _clause(self, clause: Clause) -> Clauses:
        """Return what a clause comes to: several, where a parameter stands for a whole condition."""
        held = {atom: inner for atom in clause if (inner := self._held(atom)) is not None}
        simple = simplify(self.atom(atom) for atom in clause if atom not in held)
        if simple is None:
            return NO_CLAUSES
        found: Clauses = frozenset({simple})
        for atom in sorted(held, key=sorted_key):
            found = either(found, clauses_of(held[atom], atom.op == "truthy"))
        return found

    def _held(self, atom: Atom) -> Condition | None:
        """Return the condition that a bare parameter holds."""
        if atom.op not in ("truthy", "falsy") or len(atom.left) != 1:
            return None
        (label,) = atom.left
        return self._argument(label[1]).condition if label[0] == "arg" else None

    def condition(self, condition: Condition | None) -> Condition | None:
        if condition is None or condition[0] == "const":
            return condition
        if condition[0] == "atom":
            atom = condition[1]
            inner = self._held(atom)
            if inner is not None:
                return inner if atom.op == "truthy" else ("not", inner)
            return ("atom", self.atom(atom))
        return (condition[0], *(self.condition(part) for part in condition[1:]))

    def value(self, value: Value) -> Value:
        if len(value.labels) == 1 and value.place is None:
            (label,) = value.labels
            if label[0] == "arg" and label[1] < len(self._actual):
                return self._actual[label[1]]
        return Value(
            self.labels(value.labels),
            self.place(value.place),
            self.condition(value.condition),
            value.delta,
            tuple(self.value(part) for part in value.parts),
        )


def truth(value: Value) -> Condition:
    """Return the condition that `value` is true."""
    return value.condition if value.condition is not None else ("atom", Atom("truthy", value.labels, NOTHING))
