"""Rules in Python: metadata read without running, checks in the limited worker, outcomes as any other rule's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.judge import python_rules
from scanner.judge.assess import assess
from scanner.judge.engine import judge
from scanner.judge.lint import lint
from scanner.judge.rules import load_rulebook
from scanner.judge.scenarios import Scenarios
from scanner.judge.testing import run_tests
from scanner.model.errors import RuleError
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.outcome import Outcome, Severity, Status
from scanner.model.snapshot import Snapshot
from tests.render import factory

HEAD = '''
"""Half of the owners."""

from scanner.judge.checking import finding, not_applicable, passed, unknown, unread, value

RULE = {
    "schema": 1,
    "id": "OWN-002",
    "name": "half-of-the-owners",
    "title": "Half of the owners are enough",
    "subject": "safe",
    "confidence": "high",
    "status": "stable",
    "dimension": "control",
    "levels": [{"severity": "high"}, {"severity": "medium"}],
    "message": "Fewer than half of the owners, or half of them, can act.",
    "why": "Few can act.",
    "legitimate_use": "Owners who travel.",
    "remediation": {"effort": "low", "text": "Raise the threshold."},
    "evidence_class": "E1",
    "tests": [
        {"name": "one of three", "facts": {"safe.threshold": 1, "safe.owner_count": 3}, "expect": "high"},
        {"name": "two of four", "facts": {"safe.threshold": 2, "safe.owner_count": 4}, "expect": "medium"},
        {"name": "three of four", "facts": {"safe.threshold": 3, "safe.owner_count": 4}, "expect": "pass"},
        {"name": "unreadable", "facts": {"safe.threshold": 1}, "expect": "unknown"},
        {"name": "no owners", "facts": {"safe.threshold": 1, "safe.owner_count": 0}, "expect": "not-applicable"},
    ],
}
'''
CHECK = """

def check(snapshot):
    for safe in snapshot.safes.items:
        reads = {"threshold": safe.threshold, "owners": safe.owner_count}
        if unread(reads):
            yield unknown(safe, reads=reads)
            continue
        threshold, owners = value(safe.threshold), value(safe.owner_count)
        if owners == 0:
            yield not_applicable(safe, "there are no owners", reads=reads)
        elif threshold * 2 > owners:
            yield passed(safe, reads=reads)
        else:
            level = "medium" if threshold * 2 == owners else "high"
            yield finding(safe, level, f"{threshold} of {owners} owners can act.", reads=reads)
"""
RULE = HEAD + CHECK


def write(folder: Path, text: str = RULE, name: str = "half_of_the_owners.py") -> Path:
    own = folder / "own"
    own.mkdir(exist_ok=True)
    (own / "pack.yaml").write_text('name: own\nprefix: OWN\nversion: 0.1.0\nengine: "1"\n')
    (own / name).write_text(text)
    return own


def with_check(body: str) -> str:
    """Return the rule with another check."""
    return HEAD + "\n\ndef check(snapshot):\n" + "".join(f"    {line}\n" for line in body.splitlines())


def safes(*pairs: tuple[int | None, int | None], complete: bool = True) -> Snapshot:
    snapshot = factory.snapshot()
    (first, *_) = snapshot.safes.items

    def fact(number: int | None) -> Known[int] | Unknown:
        return (
            Unknown(reason=Reason.REVERTED)
            if number is None
            else Known(value=number, evidence=first.threshold.evidence)
        )

    items = tuple(
        first.model_copy(
            update={"address": f"0x{place:040x}", "threshold": fact(threshold), "owner_count": fact(owners)}
        )
        for place, (threshold, owners) in enumerate(pairs, 1)
    )
    return snapshot.model_copy(update={"safes": Collection(items=items, complete=complete, reason="")})


def judged(snapshot: Snapshot, *folders: Path) -> list[Outcome]:
    return list(judge(snapshot, load_rulebook(folders)))


def test_its_own_tests_run_in_the_worker(tmp_path: Path) -> None:
    own = write(tmp_path)
    assert lint([own]).problems == ()
    results = run_tests(load_rulebook([own]).rules)
    assert [result.got for result in results] == ["high", "medium", "pass", "unknown", "not-applicable"]
    assert all(result.passed for result in results)
    assert "not-read (not named in the test)" in results[3].note


def test_outcomes_are_those_of_any_rule(tmp_path: Path) -> None:
    found = judged(safes((1, 3), (2, 4), (3, 4), (None, 4), (1, 0)), write(tmp_path))
    assert [(one.status, one.severity) for one in found] == [
        (Status.FINDING, Severity.HIGH),
        (Status.FINDING, Severity.MEDIUM),
        (Status.PASS, None),
        (Status.UNKNOWN, None),
        (Status.NOT_APPLICABLE, None),
    ]
    high, _, _, open_one, _ = found
    assert high.message == "1 of 3 owners can act."
    assert high.evidence
    assert high.conditions[0].text == "check(snapshot) of half_of_the_owners.py"
    assert high.conditions[0].values == (("threshold", "1"), ("owners", "3"))
    assert (open_one.reason, open_one.on_chain_gap) == ("threshold: reverted", True)
    assert open_one.undecided_severity is Severity.HIGH


def test_more_subjects_than_were_found_are_unknown(tmp_path: Path) -> None:
    own = write(tmp_path)
    statuses = {one.subject.kind: one.status for one in judged(safes((3, 4), complete=False), own)}
    assert statuses == {"safe": Status.PASS, "dao": Status.UNKNOWN}
    (none,) = judged(safes(), own)
    assert (none.status, none.reason) == (Status.NOT_APPLICABLE, "there is no safe")


def test_other_rules_can_ask_for_it_and_it_is_assessed(tmp_path: Path) -> None:
    own = write(tmp_path)
    (own / "asks.yaml").write_text(
        """
schema: 1
id: OWN-003
name: asks
title: Asks
subject: dao
confidence: low
status: stable
dimension: control
levels: [{severity: low, where: ['finding("OWN-002")']}]
message: "{dao.chain_id}"
why: w
legitimate_use: l
remediation: {effort: low, text: t}
evidence_class: E1
tests:
  - {name: a, outcomes: {OWN-002: finding}, expect: low}
  - {name: b, outcomes: {OWN-002: pass}, expect: pass}
  - {name: c, outcomes: {OWN-002: unknown}, expect: unknown}
"""
    )
    rules = load_rulebook([own])
    snapshot = safes((1, 3))
    outcomes = judge(snapshot, rules)
    assert [one.severity for one in outcomes] == [Severity.HIGH, Severity.LOW]
    assessment = assess(snapshot, outcomes, rules, Scenarios((), ""))
    assert [(one.rule_id, one.severity) for one in assessment.findings] == [("OWN-002", "high"), ("OWN-003", "low")]
    assert assessment.findings[0].why == "Few can act."


FAULTS = {
    "raise ZeroDivisionError('no owners')\nyield": ":42: ZeroDivisionError: no owners",
    "yield 7": ":42: TypeError: check() yields finding",
    "yield finding(snapshot.safes.items[0], 'critical', 'x', reads={'a': 1})": ":42: TypeError: 'critical' is none of",
    "yield finding(snapshot.safes.items[0], 'high', 'x', reads={})": ":42: TypeError: finding() needs what it was read",
    "yield passed(snapshot.safes.items[0], reads={})": ":42: TypeError: passed() needs what it was read from",
    "yield passed(snapshot.dao, reads={'a': 1})": ":42: TypeError: the rule is about safe, this answer is about a Dao",
    "yield unknown(snapshot.safes.items[0])": ":42: TypeError: unknown() needs a reason",
    "value(snapshot.safes.items[0].threshold)\nyield": ":42: NotKnown: unknown: reverted",
    "raise SystemExit(0)\nyield": ":42: SystemExit: 0",
    "import socket\nsocket.create_connection(('127.0.0.1', 1))\nyield": ":43: PermissionError: socket.",
    "open('left-behind', 'w')\nyield": ":42: PermissionError: open is not allowed here",
}


@pytest.mark.parametrize("body", FAULTS)
def test_an_exception_is_an_outcome_with_file_and_line(tmp_path: Path, body: str) -> None:
    line = HEAD.count("\n") + 4
    expected = FAULTS[body].replace(":42:", f":{line}:").replace(":43:", f":{line + 1}:")
    (found,) = judged(safes((None, 3)), write(tmp_path, with_check(body)))
    assert found.status is Status.ERROR
    assert found.reason.startswith(f"half_of_the_owners.py{expected}")
    assert found.undecided_severity is Severity.HIGH


def test_a_check_that_never_ends_or_eats_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = with_check("yield passed(snapshot.safes.items[0], reads={'a': 1})\nwhile True:\n    pass")
    rules = load_rulebook([write(tmp_path, text)])
    data = safes((1, 3)).model_dump_json(warnings=False).encode()
    (checked,) = python_rules.run_checks([(rules.rules[0], data)], seconds=1.0)
    assert checked.failed == "half_of_the_owners.py: it ran longer than 1 s"
    eats = with_check("kept = []\nwhile True:\n    kept.append(bytearray(10_000_000))\nyield")
    rules = load_rulebook([write(tmp_path, eats)])
    (checked,) = python_rules.run_checks([(rules.rules[0], data)], more_bytes=100_000_000)
    assert checked.failed == "half_of_the_owners.py: it used more than 95 MB of memory"
    monkeypatch.setattr(python_rules.sys, "executable", str(tmp_path / "none"))
    (found,) = judge(safes((1, 3)), rules)
    assert found.status is Status.ERROR
    assert "the worker could not be started" in found.reason


def test_silence_is_unknown_and_what_was_said_before_a_fault_stays(tmp_path: Path) -> None:
    body = "yield finding(snapshot.safes.items[0], 'high', 'Seen.', reads={'a': 1})\nraise ValueError('x')"
    first, second = judged(safes((1, 3), (1, 3)), write(tmp_path, with_check(body)))
    assert (first.status, first.message, second.status) == (Status.FINDING, "Seen.", Status.ERROR)
    (silent,) = judged(safes((1, 3)), write(tmp_path, with_check("return ()")))
    assert (silent.status, silent.reason) == (Status.UNKNOWN, "the check said nothing about this")


def test_several_answers_about_one_subject(tmp_path: Path) -> None:
    body = """safe = snapshot.safes.items[0]
yield passed(safe, reads={"a": 1})
yield finding(safe, "medium", "One.", reads={"b": 2})
yield finding(safe, "medium", "Two.", reads={"b": 2})
yield unknown(safe, "cannot tell")
yield passed(snapshot.safes.items[1], reads={"threshold": snapshot.safes.items[1].threshold})
yield not_applicable(snapshot.safes.items[2], "never", reads={})"""
    first, second, third = judged(safes((1, 3), (None, 3), (1, 3)), write(tmp_path, with_check(body)))
    assert (first.status, first.severity, first.at_least) == (Status.FINDING, Severity.MEDIUM, True)
    assert first.message == "One. Two."
    assert first.undecided_severity is Severity.HIGH
    assert (second.status, second.reason) == (Status.UNKNOWN, "threshold: reverted")
    assert (third.status, third.reason) == (Status.NOT_APPLICABLE, "never")


METADATA = [
    ('"confidence": "high"', '"confidence": "sure"', "'confidence' cannot be 'sure'"),
    ('"confidence": "high",\n', "", "a rule has no 'confidence'"),
    ('"levels": [', '"applies": [], "levels": [', "unknown key 'applies' in a rule"),
    ('{"severity": "high"}', '{"severity": "high", "where": []}', "unknown key 'where' in a level"),
    ('"name": "half-of-the-owners"', '"name": "other-name"', "the rule is named 'other-name' but the file"),
    ('"safe.threshold": 2', '"safe.treshold": 2', "Safe has no field 'treshold'"),
    ('"safe.threshold": 2', '"safe.threshold": "2"', "Safe.threshold is integer, this is not"),
    ('"schema": 1', '"schema": 1, "schema": 1', "key 'schema' is there twice"),
    ('"schema": 1', '"schema": int("1")', "RULE holds literals only"),
    ("RULE = {", "RULE_ = {", "no RULE"),
    ("def check(", "def checks(", "no function check(snapshot)"),
    ("def check(snapshot):", "def check(snapshot:", "not valid Python"),
    ('"expect": "unknown"', '"expect": "pass"', "no test expects unknown"),
]


@pytest.mark.parametrize(("before", "after", "what"), METADATA)
def test_metadata_is_checked_as_in_yaml_and_nothing_runs(tmp_path: Path, before: str, after: str, what: str) -> None:
    assert before in RULE
    text = "raise SystemExit\n" + RULE.replace(before, after, 1)
    with pytest.raises(RuleError) as caught:
        load_rulebook([write(tmp_path, text)])
    assert what in caught.value.what
    file, line, column = caught.value.where.rsplit(":", 2)
    assert file.endswith("half_of_the_owners.py")
    assert int(line) >= 1
    assert int(column) >= 1


def test_listing_runs_nothing_and_the_digest_covers_helpers(tmp_path: Path) -> None:
    own = write(tmp_path, "raise SystemExit\n" + RULE)
    before = load_rulebook([own]).packs[0].digest
    write(tmp_path, "raise SystemExit\n", name="_helper.py")
    rules = load_rulebook([own])
    assert [rule.id for rule in rules.rules] == ["OWN-002"]
    assert rules.packs[0].digest != before


def test_a_helper_beside_the_rule_can_be_imported(tmp_path: Path) -> None:
    write(tmp_path, "def half(a, b):\n    return 2 * a == b\n", name="_halves.py")
    text = with_check(
        "from _halves import half\nfor s in snapshot.safes.items:\n"
        "    assert half(s.threshold.value, s.owner_count.value)\n    yield passed(s, reads={'a': s.threshold})"
    )
    (found,) = judged(safes((2, 4)), write(tmp_path, text))
    assert found.status is Status.PASS


def test_a_test_may_name_a_small_snapshot(tmp_path: Path) -> None:
    own = write(tmp_path, RULE.replace('"facts": {"safe.threshold": 1, "safe.owner_count": 3}', '"snapshot": "s.json"'))
    rules = load_rulebook([own]).rules
    assert "s.json cannot be read" in run_tests(rules)[0].note
    (own / "s.json").write_text(safes((3, 4), (1, 4)).model_dump_json(warnings=False))
    assert run_tests(rules)[0].got == "high"
    (own / "s.json").write_text(json.dumps({"schema_version": "1"}))
    assert "is no snapshot of this version" in run_tests(rules)[0].note
