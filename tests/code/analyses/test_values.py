"""Conditions as clauses: negation, disjunction and contradiction, checked against plain truth tables."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scanner.code.analyses.values import (
    NEVER,
    NO_CLAUSES,
    NOTHING,
    SENDER,
    ZERO,
    Atom,
    Clauses,
    Condition,
    Place,
    Substitution,
    Value,
    arg,
    clauses_of,
    conjoin,
    either,
    flat,
    negate,
    state,
)

FLAGS = ("a", "b", "c")


def flag(name: str) -> Condition:
    return ("atom", Atom("truthy", frozenset({state(name)}), NOTHING))


conditions = st.recursive(
    st.sampled_from([flag(name) for name in FLAGS] + [("const", True), ("const", False)]),
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner),
    ),
    max_leaves=6,
)


def evaluate(condition: Condition, truth: dict[str, bool]) -> bool:
    kind = condition[0]
    if kind == "const":
        return bool(condition[1])
    if kind == "atom":
        return atom_holds(condition[1], truth)
    if kind == "not":
        return not evaluate(condition[1], truth)
    parts = [evaluate(part, truth) for part in condition[1:]]
    return all(parts) if kind == "and" else any(parts)


def atom_holds(atom: Atom, truth: dict[str, bool]) -> bool:
    ((_, name, _),) = atom.left
    return truth[name] == (atom.op == "truthy")


def hold(clauses: Clauses, truth: dict[str, bool]) -> bool:
    return all(any(atom_holds(atom, truth) for atom in clause) for clause in clauses)


def worlds() -> list[dict[str, bool]]:
    return [dict(zip(FLAGS, bits, strict=True)) for bits in itertools.product((False, True), repeat=len(FLAGS))]


@given(conditions, st.booleans())
def test_clauses_hold_wherever_the_condition_does(condition: Condition, required: bool) -> None:
    """Clauses may say less than the condition (what grows too large is left out), never anything that is not so."""
    clauses = clauses_of(condition, required)
    for truth in worlds():
        if evaluate(condition, truth) == required:
            assert hold(clauses, truth)


@given(conditions, conditions)
def test_where_two_paths_meet_what_held_on_either_is_kept(first: Condition, second: Condition) -> None:
    one, other = clauses_of(first, True), clauses_of(second, True)
    met, both = either(one, other), conjoin(one, other)
    for truth in worlds():
        if hold(one, truth) or hold(other, truth):
            assert hold(met, truth)
        if hold(one, truth) and hold(other, truth):
            assert hold(both, truth)


def test_negation_is_its_own_inverse() -> None:
    for op in ("==", "!=", "<", "<=", ">", ">=", "truthy", "falsy"):
        atom = Atom(op, frozenset({SENDER}), frozenset({arg(0)}))
        assert negate(negate(atom)) == atom


def _is_zero(labels: Any) -> Condition:
    return ("atom", Atom("==", labels, ZERO))


def test_the_sender_is_never_the_zero_address() -> None:
    assert clauses_of(_is_zero(frozenset({SENDER})), True) == NEVER
    assert clauses_of(_is_zero(frozenset({SENDER})), False) == NO_CLAUSES


def test_a_path_for_zero_is_impossible_where_zero_was_refused() -> None:
    zero = clauses_of(_is_zero(frozenset({arg(0)})), True)
    assert conjoin(zero, clauses_of(_is_zero(frozenset({arg(0)})), False)) == NEVER


def test_state_that_may_change_in_between_contradicts_nothing() -> None:
    label = frozenset({state("locked")})
    assert conjoin(clauses_of(_is_zero(label), True), clauses_of(_is_zero(label), False)) != NEVER


def test_arguments_take_the_place_of_parameters() -> None:
    actual = (Value(frozenset({SENDER})), Value(frozenset({state("list")}), Place("list", (), NOTHING)))
    put = Substitution(actual)
    assert put.labels(frozenset({state("balance", frozenset({arg(0)}))})) == {state("balance", frozenset({SENDER}))}
    assert put.place(Place(arg(1), ("length",), NOTHING)) == Place("list", ("length",), NOTHING)


def test_flat_keeps_the_origins_of_keys() -> None:
    nested = frozenset({state("votes", frozenset({state("owner", frozenset({arg(1)}))}))})
    assert flat(nested) == {state("votes"), state("owner"), arg(1)}
