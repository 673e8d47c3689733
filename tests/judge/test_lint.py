"""What lint says beyond loading."""

from __future__ import annotations

import pytest

from scanner.judge.lint import lint
from scanner.judge.wording import check


@pytest.mark.parametrize(
    "text",
    [
        "This looks suspicious.",
        "Funds were laundered.",
        "A money laundering path.",
        "Used by criminals.",
        "An extremist group.",
        "Tainted coins.",
        "A bad actor could do this.",
        "The DAO is a front.",
        "Good. This DAO is open.",
        "Its members are anonymous.",
        "He can move the funds.",
        "It hides the payer.",
        "The founder is in prison.",
        "Paid out: its signers were the same people.",
        "The holders want to sell.",
        "A delegate intends to leave.",
        "This DAO supports a cause.",
    ],
)
def test_wording_that_accuses(text):
    assert check(text)


@pytest.mark.parametrize(
    "text",
    [
        "The governor counts votes at call time.",
        "Anyone can execute the call once the delay is over.",
        "A key that the DAO controls is replaced by a vote.",
        "The contract breaks the public link between payer and payee.",
        "A guardian protects members from attackers.",
        "Where it is read, the DAO is informed.",
        "Whoever holds the key can stop a vote.",
        "The owner of the proxy is a Safe.",
        "The holder is a contract that holds for many.",
        "A proposer pays itself.",
        "Votes of members are counted at a past block.",
    ],
)
def test_wording_that_describes(text):
    assert not check(text)


def test_places_and_hints(write_pack, rule_text):
    text = rule_text(why="This is suspicious.", scenarios="[{id: MS-77, relation: enables}]", mitigated_by="[TST-009]")
    folder = write_pack(delay_short=text)
    scenarios = folder / "scenarios"
    scenarios.mkdir()
    (scenarios / "MS-12.yaml").write_text(
        "schema: 1\nid: MS-12\nname: capture\ntitle: T\ndescription: The DAO is bad.\nneeds: ['finding(\"TST-404\")']\n"
        "would_change: []\nlegitimate_use: U\n"
    )
    problems = {error.what.split("\n")[0]: error.where for error in lint([folder]).problems}
    places = {what: where.split("pack/")[1] for what, where in problems.items()}
    assert places == {
        "no scenario MS-77": "delay-short.yaml:19:13",
        "no rule TST-009": "delay-short.yaml:25:15",
        "why of TST-001 says 'suspicious'": "delay-short.yaml:14:6",
        "description of MS-12 says 'The DAO is'": "scenarios/MS-12.yaml:5:14",
        "no rule TST-404": "scenarios/MS-12.yaml:6:10",
    }


def test_a_clean_pack_has_no_problems(write_pack, rule_text):
    assert lint([write_pack(delay_short=rule_text())]).problems == ()


def test_load_errors_are_problems_too(write_pack, rule_text):
    linted = lint([write_pack(delay_short=rule_text(why=""))])
    assert [error.what for error in linted.problems] == ["a rule has no 'why'"]


def test_a_rule_cannot_limit_itself(write_pack, rule_text):
    linted = lint([write_pack(delay_short=rule_text(mitigated_by="[TST-001]"))])
    assert [error.what for error in linted.problems] == ["a rule cannot limit itself"]


def test_facts_that_nothing_reads(write_pack, rule_text):
    tests = (
        "[{name: a, facts: {governor.voting_delay_seconds: 5, governor.quorum_bps: 4}, expect: high},"
        " {name: b, facts: {governor.voting_delay_seconds: 500}, expect: pass},"
        " {name: c, facts: {governor.quorum_bps: 4}, expect: unknown}]"
    )
    linted = lint([write_pack(delay_short=rule_text(tests=tests))])
    assert [error.what for error in linted.problems] == [
        "governor.quorum_bps is stated in a test, and nothing in TST-001 reads it"
    ]


def test_facts_of_items_and_outcomes_that_nothing_asks_for(write_pack, rule_text):
    levels = "[{severity: high, where: ['any(s.threshold == 1 for s in dao.safes)']}]"
    tests = (
        "[{name: a, facts: {dao.safes: [{threshold: 1, owner_count: 3}]}, outcomes: {CAP-001: pass}, expect: high},"
        " {name: b, facts: {dao.safes: []}, expect: pass}, {name: c, expect: unknown}]"
    )
    text = rule_text(subject="dao", levels=levels, tests=tests, message="One.")
    assert sorted(error.what for error in lint([write_pack(delay_short=text)]).problems) == [
        "dao.safes.owner_count is stated in a test, and nothing in TST-001 reads it",
        "test 'a' states an outcome of CAP-001, which the rule does not ask for",
    ]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"why": "Say what this setting allows, and to whom."}, "why of TST-001 is what a new rule begins with"),
        ({"legitimate_use": "Say why an honest DAO may have this."}, "legitimate_use of TST-001 is what a new rule"),
        ({"legitimate_use": "None."}, "legitimate_use of TST-001 is no sentence"),
        ({"legitimate_use": "Members need time."}, "legitimate_use of TST-001 repeats 'why'"),
    ],
)
def test_a_rule_says_what_the_same_structure_is_good_for(changes, what, write_pack, rule_text):
    (problem,) = lint([write_pack(delay_short=rule_text(**changes))]).problems
    assert problem.what.startswith(what)


def test_a_rule_that_is_being_written_may_say_it_later(write_pack, rule_text):
    text = rule_text(status="experimental", legitimate_use="Say why an honest DAO may have this.")
    assert lint([write_pack(delay_short=text)]).problems == ()


def test_what_stands_beside_rules(write_pack, rule_text):
    folder = write_pack(delay_short=rule_text())
    for name, text in {
        "frameworks/desk.yaml": "schema: 1\nid: desk\ntitle: A scam desk\nauthority: A\ndocument: D\nreferences: [R]\n"
        "criteria: [{id: a, title: T, question: Q, source: S, for: ['passed(\"TST-404\")'], cannot_see: N}]\n",
        "frameworks/words.yaml": "schema: 1\nid: words\ntitle: A scam\nauthority: A\ndocument: D\nreferences: [R]\n"
        "criteria: [{id: a, title: T, question: Q, source: S, cannot_see: Its members are bad.}]\n",
        "profiles/mine.yaml": "schema: 1\nname: mine\ntitle: M\nfirst: [captur]\n",
        "policies/ours.yaml": "schema: 1\nid: ours\ntitle: O\ncriteria: [{id: a, title: T}]\n",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    linted = lint([folder])
    assert len(linted.others) == 4
    assert sorted(error.what.split("\n")[0] for error in linted.problems) == [
        "'first' cannot hold 'captur'",
        "a criterion needs 'fail_when' or 'review_when'",
        "cannot_see of words a says 'Its members are'",
        "no rule TST-404",
        "title of words says 'scam'",
    ]
