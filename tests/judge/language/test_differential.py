"""The language against Python itself, and against its own answers when facts are taken away."""

from __future__ import annotations

import ast
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.judge.language.values import LimitExceeded, Range, Unk
from scanner.model.errors import RuleError
from scanner.model.observation import Collection, Reason, Unknown

NUMBERS = ("voting_delay", "voting_period", "quorum_votes")
FLAGS = ("has_timelock",)
KINDS = ("token-vote", "nft-vote", "share-vote")
CAPABILITIES = ("mint", "upgrade", "pause")
BEYOND = "beyond"
PATIENT: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
"""Other work on the machine must not make a property fail."""


def _number(depth: int) -> st.SearchStrategy[str]:
    leaves = st.one_of(
        st.sampled_from([f"governor.{name}" for name in NUMBERS]),
        st.integers(0, 10**40).map(str),
        st.sampled_from(["DAY", "HOUR", "ether"]),
    )
    if depth == 0:
        return leaves
    inner = _number(depth - 1)
    binary = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner)
    return st.one_of(
        leaves,
        st.sampled_from(["len(dao.controls)", "count(dao.controls)"]),
        st.tuples(inner, inner).map(lambda parts: f"percent_of({parts[0]}, {parts[1]})"),
        binary.map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        inner.map(lambda text: f"-({text})"),
        inner.map(lambda text: f"abs({text})"),
        st.tuples(inner, inner).map(lambda parts: f"min({parts[0]}, {parts[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"max({parts[0]}, {parts[1]})"),
        st.tuples(_truth(0), _item_truth()).map(lambda parts: f"count({parts[1]} for c in dao.controls if {parts[0]})"),
    )


def _item_truth() -> st.SearchStrategy[str]:
    return st.one_of(
        st.integers(0, 4).map(lambda value: f"c.delay_seconds > {value}"),
        st.sampled_from(CAPABILITIES).map(lambda value: f'c.capability == "{value}"'),
        st.integers(0, 4).map(lambda value: f"not c.bypasses_vote or c.delay_seconds <= {value}"),
        st.integers(0, 4).map(
            lambda value: f"count(d for d in dao.controls if d.delay_seconds < c.delay_seconds) >= {value}"
        ),
        st.sampled_from(["any", "all"]).map(
            lambda name: f"{name}(d.delay_seconds <= c.delay_seconds for d in dao.controls if d.bypasses_vote)"
        ),
    )


def _truth(depth: int) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    numbers = _number(min(depth, 2)) if depth else st.sampled_from([f"governor.{name}" for name in NUMBERS])
    leaves = st.one_of(
        st.tuples(numbers, operators, numbers).map(" ".join),
        st.tuples(numbers, operators, numbers, operators, numbers).map(" ".join),
        st.sampled_from(KINDS).map(lambda kind: f"governor.kind == '{kind}'"),
        st.sampled_from(KINDS).map(lambda kind: f"governor.kind not in ('{kind}', 'token-vote')"),
        st.just("governor.has_timelock"),
        numbers.map(lambda number: f"{number} in (0, 1, 3, 10 // 2, DAY)"),
        st.tuples(numbers, numbers, operators, st.integers(-3, 90), st.integers(1, 7)).map(
            lambda p: f"{p[0]} / {p[1]} {p[2]} {p[3]} / {p[4]}"
        ),
    )
    if depth == 0:
        return leaves
    inner = _truth(depth - 1)
    return st.one_of(
        leaves,
        inner.map(lambda text: f"not ({text})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
        st.tuples(st.sampled_from(["any", "all"]), _item_truth(), _item_truth()).map(
            lambda p: f"{p[0]}({p[1]} for c in dao.controls if {p[2]})"
        ),
    )


WORLD = st.fixed_dictionaries(
    {
        **{name: st.integers(0, 2**256) | st.integers(0, 5) for name in NUMBERS},
        "has_timelock": st.booleans(),
        "kind": st.sampled_from(KINDS),
    }
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "delay_seconds": st.integers(0, 4),
            "bypasses_vote": st.booleans(),
            "capability": st.sampled_from(CAPABILITIES),
        }
    ),
    max_size=4,
)


class _Exact(ast.NodeTransformer):
    """Python's own integers divide inexactly: every number becomes a Fraction first."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            return ast.copy_location(ast.Call(func=ast.Name("Fraction", ast.Load()), args=[node], keywords=[]), node)
        return node


def _python(text: str, world: dict[str, Any], rows: list[dict[str, Any]]) -> Any:
    def exact(values: dict[str, Any]) -> SimpleNamespace:
        plain = {key: Fraction(value) if type(value) is int else value for key, value in values.items()}
        return SimpleNamespace(**plain)

    names = {
        "governor": exact(world),
        "dao": SimpleNamespace(controls=[exact(row) for row in rows]),
        "count": lambda found: sum(1 for one in found if one),
        "percent_of": lambda part, total: 100 * part / total,
        "Fraction": Fraction,
        "DAY": Fraction(86_400),
        "HOUR": Fraction(3_600),
        "ether": Fraction(10**18),
    }
    tree = ast.fix_missing_locations(_Exact().visit(ast.parse(text, mode="eval")))
    return eval(compile(tree, "<condition>", "eval"), names)


def _said(evaluate: Any, *arguments: Any) -> Any:
    """Return the answer; BEYOND where a limit ends it, or where the text divides by a literal zero."""
    try:
        return evaluate(*arguments)
    except LimitExceeded:
        return BEYOND
    except RuleError as error:
        if "division by zero" not in error.what:
            raise
        return BEYOND


@settings(max_examples=250, **PATIENT)
@given(text=_truth(3), world=WORLD, rows=ROWS)
def test_same_answer_as_python_when_all_is_known(text, world, rows, evaluate, facts, items):
    try:
        expected = _python(text, world, rows)
    except ZeroDivisionError:
        expected = None
    got = _said(evaluate, text, facts("Governor", **world), facts("Dao", controls=items("Control", rows)))
    if got is BEYOND:
        return
    if expected is None:
        assert isinstance(got, (bool, Unk))
    else:
        assert got is expected


@settings(max_examples=250, **PATIENT)
@given(text=_number(3), world=WORLD, rows=ROWS)
def test_same_number_as_python(text, world, rows, evaluate, facts, items):
    try:
        expected = _python(text, world, rows)
    except ZeroDivisionError:
        return
    got = _said(evaluate, text, facts("Governor", **world), facts("Dao", controls=items("Control", rows)))
    if got is BEYOND:
        return
    assert got == expected
    assert type(got) in (int, Fraction)


@settings(max_examples=400, **PATIENT)
@given(text=_truth(3), world=WORLD, rows=ROWS, data=st.data())
def test_less_knowledge_never_changes_an_answer(text, world, rows, data, evaluate, facts, items):
    """Taking facts away leaves the answer as it was or makes it unknown; it never turns it round."""
    full = facts("Dao", controls=items("Control", rows))
    whole = _said(evaluate, text, facts("Governor", **world), full)
    if whole is BEYOND:
        return
    governor = facts("Governor", **world)
    for name in data.draw(st.sets(st.sampled_from([*NUMBERS, *FLAGS, "kind"]))):
        setattr(governor, name, Unknown(reason=Reason.NODE_ERROR))
    kept = items("Control", rows)
    for item in kept.items:
        for name in data.draw(st.sets(st.sampled_from(["delay_seconds", "bypasses_vote"]))):
            setattr(item, name, Unknown(reason=Reason.NODE_ERROR))
    if data.draw(st.booleans()):
        left = kept.items[: data.draw(st.integers(0, len(kept.items)))]
        kept = Collection(items=left, complete=False, reason="limit")
    got = _said(evaluate, text, governor, facts("Dao", controls=kept))
    if got is BEYOND:  # what was not looked at before is looked at now
        return
    assert isinstance(got, Unk) or isinstance(whole, Unk) or got is whole
    if isinstance(whole, Unk):
        assert isinstance(got, Unk)


@settings(max_examples=150, **PATIENT)
@given(left=_truth(1), right=_truth(1), world=WORLD, rows=ROWS, hidden=st.sets(st.sampled_from(NUMBERS)))
def test_order_makes_no_difference(left, right, world, rows, hidden, evaluate, facts, items):
    governor = facts("Governor", **world)
    for name in hidden:
        setattr(governor, name, Unknown(reason=Reason.NODE_ERROR))
    dao = facts("Dao", controls=items("Control", rows))
    for word in ("and", "or"):
        one = _said(evaluate, f"({left}) {word} ({right})", governor, dao)
        other = _said(evaluate, f"({right}) {word} ({left})", governor, dao)
        if BEYOND in (one, other):
            return
        assert isinstance(one, Unk) == isinstance(other, Unk)
        assert isinstance(one, Unk) or one is other
    assert not isinstance(one, Range)
