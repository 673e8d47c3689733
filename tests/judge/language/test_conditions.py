"""What conditions say, in three-valued logic, and what they refuse."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scanner.judge.facts import TestWorld
from scanner.judge.language.values import LimitExceeded, Range, Unk
from scanner.judge.language.world import Ref
from scanner.model.errors import RuleError

U = "unknown"


def word(value):
    if isinstance(value, Unk):
        return U
    return value


@pytest.mark.parametrize(
    ("left", "right", "conjunction", "disjunction"),
    [
        (True, True, True, True),
        (True, False, False, True),
        (False, False, False, False),
        (True, None, U, True),
        (False, None, False, U),
        (None, None, U, U),
    ],
)
def test_truth_tables(left, right, conjunction, disjunction, evaluate, facts):
    """The tables of docs/rules.md, both ways round."""
    named = {"has_timelock": left, "voting_delay": None if right is None else int(right)}
    governor = facts("Governor", **{name: value for name, value in named.items() if value is not None})
    a, b = "governor.has_timelock", "governor.voting_delay == 1"
    for first, second in ((a, b), (b, a)):
        assert word(evaluate(f"{first} and {second}", governor)) == conjunction
        assert word(evaluate(f"{first} or {second}", governor)) == disjunction
    assert word(evaluate(f"not {a}", governor)) == (U if left is None else not left)


@pytest.mark.parametrize(
    ("complete", "delays", "some", "every", "at_least_two", "exactly_one"),
    [
        (True, [1, 9], True, False, False, True),
        (True, [9, 9], False, False, False, False),
        (True, [1, 1], True, True, True, False),
        (True, [], False, True, False, False),
        (True, [1, None], True, U, U, U),
        (True, [9, None], U, False, False, U),
        (False, [1, 1], True, U, True, False),
        (False, [1], True, U, U, U),
        (False, [9], U, False, U, U),
        (False, [], U, U, U, U),
    ],
)
def test_collections(complete, delays, some, every, at_least_two, exactly_one, evaluate, facts, items):
    rows = [{} if delay is None else {"delay_seconds": delay} for delay in delays]
    dao = facts("Dao", controls=items("Control", rows, complete=complete))
    short = "c.delay_seconds < 5"
    assert word(evaluate(f"any({short} for c in dao.controls)", dao=dao)) == some
    assert word(evaluate(f"all({short} for c in dao.controls)", dao=dao)) == every
    assert word(evaluate(f"count({short} for c in dao.controls) >= 2", dao=dao)) == at_least_two
    assert word(evaluate(f"count(c for c in dao.controls if {short}) == 1", dao=dao)) == exactly_one


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("len(dao.controls)", (1, None)),
        ("count(dao.controls)", (1, None)),
        ("count(c for c in dao.controls)", (1, None)),
    ],
)
def test_count_over_a_partial_collection_is_a_lower_bound(text, expected, evaluate, facts, items):
    dao = facts("Dao", controls=items("Control", [{}], complete=False))
    value = evaluate(text, dao=dao)
    assert isinstance(value, Range)
    assert (value.low, value.high) == expected
    assert word(evaluate(f"{text} >= 1", dao=dao)) is True
    assert word(evaluate(f"{text} > 1", dao=dao)) == U
    assert word(evaluate(f"{text} < 1", dao=dao)) is False
    assert word(evaluate(f"1 > {text}", dao=dao)) is False
    assert word(evaluate(f"{text} <= 1", dao=dao)) == U
    assert word(evaluate(f"{text} == 0", dao=dao)) is False
    assert word(evaluate(f"{text} != 0", dao=dao)) is True
    assert word(evaluate(f"{text} + 1 >= 1", dao=dao)) == U


def test_all_with_a_filter_that_is_unknown(evaluate, facts, items):
    dao = facts("Dao", controls=items("Control", [{"delay_seconds": 1}]))
    assert word(evaluate("all(c.delay_seconds > 5 for c in dao.controls if c.bypasses_vote)", dao=dao)) == U
    assert evaluate("all(c.delay_seconds < 5 for c in dao.controls if c.bypasses_vote)", dao=dao) is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 * DAY", 172_800),
        ("10 // 3", 3),
        ("10 % 3", 1),
        ("-7 // 2", -4),
        ("1 / 3", Fraction(1, 3)),
        ("1 / 3 + 1 / 6 == 1 / 2", True),
        ("10000000000000000000000000000000000001 == 10000000000000000000000000000000000000", False),
        ("percent_of(1, 3) * 3 == 100", True),
        ("1 < 2 < 3", True),
        ("1 < 2 > 5", False),
        ("min(3, 1, 2)", 1),
        ("max(1 / 2, 1 / 3)", Fraction(1, 2)),
        ("abs(-4)", 4),
        ("True", True),
        ("3 in (1, 2, 3)", True),
        ("3 not in (1, 2, 3)", False),
        ("'a' in ('a', 'b')", True),
        ("1000 * ether", 10**21),
    ],
)
def test_exact_values(text, expected, evaluate):
    assert evaluate(text) == expected


def test_division_by_zero_is_unknown(evaluate, facts):
    governor = facts("Governor", quorum_votes=0)
    for text in (
        "1 / governor.quorum_votes > 1",
        "1 % governor.quorum_votes == 1",
        "percent_of(1, governor.quorum_votes) < 5",
    ):
        value = evaluate(text, governor)
        assert isinstance(value, Unk)
        assert "division by zero" in str(value.why[0])


def test_numbers_are_bounded(evaluate, facts):
    governor = facts("Governor", quorum_votes=2**4000)
    with pytest.raises(LimitExceeded):
        evaluate("governor.quorum_votes * governor.quorum_votes > 1", governor)


def test_names(evaluate, facts):
    governor = facts("Governor")
    governor.contract.code = facts("CodeFacts", selectors=("0x12345678",))
    assert evaluate('"0x12345678" in governor.contract.code.selectors', governor) is True
    assert evaluate('"0x87654321" in governor.contract.code.selectors', governor) is False
    assert evaluate('"0x87654321" not in governor.contract.code.selectors', governor) is True
    assert isinstance(evaluate('"0x87654321" in governor.contract.code.selectors'), Unk)


def test_unknown_carries_the_reasons_that_decide(evaluate, facts):
    governor = facts("Governor", voting_delay=1)
    value = evaluate("governor.voting_delay == 1 and governor.voting_period > 2 and governor.has_timelock", governor)
    assert [one.what for one in value.why] == ["governor.voting_period", "governor.has_timelock"]


def test_not_known_speaks_against(evaluate, facts, items):
    assert evaluate("not known(governor.admin)") is True
    assert evaluate("not known(governor.admin)", facts("Governor", admin="0x00")) is False
    assert evaluate("not known(dao.controls)", dao=facts("Dao", controls=items("Control", []))) is False
    assert evaluate("not known(dao.controls)") is True


@pytest.mark.parametrize(
    "text",
    [
        "known(governor.admin)",
        "not (not known(governor.admin))",
        "known(governor.admin) == False",
        "count(c for c in dao.controls if not known(c.guard)) == 0",
        "all(c.delay_seconds > 1 for c in dao.controls if not known(c.guard))",
        "not any(not known(c.guard) for c in dao.controls)",
    ],
)
def test_known_cannot_turn_the_unreadable_into_a_pass(text, compile_text):
    with pytest.raises(RuleError, match="into a pass"):
        compile_text(text)


@pytest.mark.parametrize(
    ("stage", "expected"), [("absent", False), ("present", False), ("configured", True), ("exercised", True)]
)
def test_at_least(stage, expected, evaluate, facts):
    governor = facts("Governor")
    governor.contract.anonymity = facts("Anonymity", mixer=stage)
    assert evaluate('at_least(governor.contract.anonymity.mixer, "configured")', governor) is expected


@pytest.mark.parametrize(
    ("outcome", "found", "held"),
    [
        ("finding", True, False),
        ("pass", False, True),
        ("not-applicable", False, False),
        ("unknown", U, U),
        ("error", U, U),
    ],
)
def test_outcomes_of_other_rules(outcome, found, held, evaluate):
    assert word(evaluate('finding("CAP-001")', CAP_001=outcome)) == found
    assert word(evaluate('passed("CAP-001")', CAP_001=outcome)) == held


def test_stages_of_other_rules(evaluate):
    text = 'finding_at("ANO-001", "configured")'
    assert evaluate(text, ANO_001="exercised") is True
    assert evaluate(text, ANO_001="present") is False
    assert evaluate(text, ANO_001="pass") is False
    assert isinstance(evaluate(text, ANO_001="unknown"), Unk)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [("critical", True), ("high", True), ("medium", False), ("pass", False), ("not-applicable", False)],
)
def test_severities_of_other_rules(outcome, expected, evaluate):
    assert evaluate('severity_at_least("CAP-001", "high")', CAP_001=outcome) is expected


@pytest.mark.parametrize("outcome", ["unknown", "error", "finding", "configured"])
def test_a_severity_that_nobody_tells_is_unknown(outcome, evaluate):
    assert isinstance(evaluate('severity_at_least("CAP-001", "high")', CAP_001=outcome), Unk)


@pytest.mark.parametrize(
    ("text", "what", "column", "hint"),
    [
        ("governor.voting_dely < 5", "Governor has no field 'voting_dely'", 18, "'voting_delay'"),
        ("governr.voting_delay < 5", "unknown name 'governr'", 9, "'governor'"),
        ("governor.kind == 'token-vot'", "governor.kind is never 'token-vot'", 26, "'token-vote'"),
        ("governor.kind in ('x', 'token-vote')", "is never 'x'", 27, "token-vote"),
        ("'treasur' in governor.contract.roles", "is never 'treasur'", 9, "'treasury'"),
        ("governor.kind", "must be true or false", 9, ""),
        ("governor.kind < 5", "compares numbers", 9, ""),
        ("governor.contract.anonymity.mixer > 'present'", "compares numbers", 9, "at_least"),
        ("governor.voting_delay == 'a'", "cannot be compared", 34, ""),
        ("governor.has_timelock == 1", "cannot be compared", 34, ""),
        ("governor.has_timelock + 1 == 2", "a number is needed", 9, ""),
        ("governor.voting_delay", "must be true or false", 9, "compare it"),
        ("governor.voting_delay > 1.5", "not exact", 33, "3 / 2"),
        ("governor.voting_delay > 1 / 0", "division by zero", 37, ""),
        ("dao.controls.delay_seconds > 1", "has no fields", 22, "any(...)"),
        ("any(dao.controls)", "needs a loop", 13, "any(condition for x in collection)"),
        ("any(x.y for x in governor.kind)", "a collection is needed", 26, ""),
        ("governor.token == '0xABCDEF'", "hex is lower-case", 27, "0xabcdef"),
        ("has_timelock", "unknown name", 9, ""),
        ("true", "unknown name 'true'", 9, "write True"),
        ("governor.has_timelock && True", "not a valid expression", 32, "'and'"),
        ("governor.voting_delay = 5", "not a valid expression", 31, "'=='"),
        ("finding('CAP-001')", "cannot be asked here", 17, ""),
        ("severity_at_least('CAP-001', 'high')", "cannot be asked here", 27, ""),
        ("len(governor.contract) > 1", "has no length", 13, ""),
        ("governor.voting_delay in (1, governor.voting_period)", "only literals", 38, ""),
        ("any(governor.has_timelock for governor in dao.controls)", "already means something", 39, "another name"),
        ("governor.voting_delay is 5", "'is' is not part", 34, "=="),
        ("at_least(governor.kind, 'present')", "compares a stage", 18, ""),
        ("any(any(a.delay_seconds > 1 for a in d.controls) for c in dao.controls)", "unknown name 'd'", 46, ""),
        ("any(c.delay_seconds > 1 for c in dao.controls) and c.delay_seconds > 1", "unknown name 'c'", 60, ""),
    ],
)
def test_errors_have_place_caret_and_hint(text, what, column, hint, compile_text):
    with pytest.raises(RuleError) as caught:
        compile_text(text, condition=True)
    error = caught.value
    message, line, caret = error.what.split("\n")
    assert what in message
    assert error.where == f"rule.yaml:4:{column}"
    assert line.strip() == text
    assert caret.index("^") - 4 == column - 9
    assert hint in error.hint


def test_long_conditions_show_the_part_that_matters(compile_text):
    text = " and ".join(["governor.voting_delay > 1"] * 12 + ["governor.nothing > 1"])
    with pytest.raises(RuleError) as caught:
        compile_text(text)
    _, line, caret = caught.value.what.split("\n")
    assert line[caret.index("^") :].startswith("nothing")


def test_trace_keeps_what_decided(compile_text, facts, items):
    rows = [{"delay_seconds": 9}, {"delay_seconds": 1}, {"delay_seconds": 7}]
    compiled = compile_text("any(c.delay_seconds < 5 for c in dao.controls)")
    dao = facts("Dao", controls=items("Control", rows))
    refs = [Ref("governor", facts("Governor")), Ref("dao", dao), Ref("membership", facts("Membership"))]
    run = compiled.start(TestWorld({}), refs)
    assert compiled.closure(run) is True
    assert [(one.label, one.value) for one in run.trace] == [("dao.controls[1].delay_seconds", 1)]
