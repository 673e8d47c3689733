"""Findings that somebody accepts, for a reason and until a day."""

from __future__ import annotations

import hashlib

import pytest

from scanner.judge.assess import exit_code
from scanner.model.errors import RuleError
from scanner.model.kit import SuppressionState
from scanner.model.outcome import Severity

HEAD = "schema: 1\nsuppressions:\n"
REASON = "    reason: The foundation is told and agrees.\n"
RULE = f"{HEAD}  - rule: TST-001\n{REASON}    expires: 2023-11-14\n    by: A. Reader\n"
LAST_DAY = 1_700_000_000
"""2023-11-14 22:13:20 UTC"""
DAY_AFTER = LAST_DAY + 2 * 3600


def test_an_accepted_finding_is_shown_and_counts_for_nothing(run, write):
    path = write("s.yaml", RULE)
    judged = run((5, 500), suppressions=path)
    (finding,) = judged.findings
    assert finding.accepted
    assert finding.acceptance.model_dump() == {
        "reason": "The foundation is told and agrees.",
        "expires": "2023-11-14",
        "by": "A. Reader",
        "expired": False,
    }
    assert exit_code(judged, Severity.LOW) == 0
    assert exit_code(run((5, 500)), Severity.LOW) == 1
    cell = next(one for one in judged.dimensions if one.dimension == "response-time")
    assert (cell.findings, cell.accepted, cell.worst, cell.worst_title) == (1, 1, None, "")
    (use,) = judged.suppressions
    assert (use.state, use.note, use.findings) == (SuppressionState.ACTIVE, "", (finding.fingerprint,))
    assert ("suppressions", hashlib.sha256(path.read_bytes()).hexdigest()) in judged.digests


def test_it_changes_no_fact(run, write):
    """Scenarios and outcomes say what the structure allows, whoever accepts it."""
    plain, judged = run((5, 500)), run((5, 500), suppressions=write("s.yaml", RULE))
    assert judged.outcomes == plain.outcomes
    assert judged.scenarios == plain.scenarios


def test_it_ends_with_its_last_day(run, write):
    path = write("s.yaml", RULE)
    judged = run((5, 500), suppressions=path, as_of=DAY_AFTER)
    (finding,) = judged.findings
    assert finding.acceptance.expired
    assert not finding.accepted
    assert exit_code(judged, Severity.LOW) == 1
    (use,) = judged.suppressions
    assert use.state is SuppressionState.EXPIRED
    assert use.note.startswith("It ended with 2023-11-14. What came back and counts again: TST-001 on ")
    gone = run((500, 500), suppressions=path, as_of=DAY_AFTER).suppressions[0]
    assert gone.note == "It ended with 2023-11-14. Nothing is left that it fits."


def test_what_fits_nothing_is_said(run, write):
    (use,) = run((500, 500), suppressions=write("s.yaml", RULE)).suppressions
    assert (use.state, use.note) == (
        SuppressionState.UNUSED,
        "No finding fits it: remove it, or check what it names.",
    )
    left_out = run((5, 500), suppressions=write("s.yaml", RULE), disable=("TST-001",))
    assert left_out.suppressions[0].note == "No finding fits it: the rule was left out."


def test_one_subject_of_several(run, write):
    subject = "eip155:1:0x" + "0" * 39 + "2"
    path = write("s.yaml", f"{HEAD}  - rule: TST-001\n    subject: {subject}\n{REASON}    expires: 2030-01-01\n")
    judged = run((5, 500), (5, 500), suppressions=path)
    assert [finding.accepted for finding in judged.findings] == [False, True]
    assert exit_code(judged, Severity.LOW) == 1


def test_one_fingerprint(run, write):
    first = run((5, 500), (5, 500)).findings[0].fingerprint
    path = write("s.yaml", f"{HEAD}  - fingerprint: {first}\n{REASON}    expires: 2030-01-01\n")
    assert [finding.accepted for finding in run((5, 500), (5, 500), suppressions=path).findings] == [True, False]


def test_up_to_a_severity(run, write):
    """Accepted at medium; when it becomes high, or may be higher than was seen, it counts."""
    text = f"{HEAD}  - rule: TST-001\n    up_to: medium\n{REASON}    expires: 2030-01-01\n"
    path = write("s.yaml", text)
    judged = run((5, 500), (150, 500), suppressions=path)
    assert {finding.severity: finding.accepted for finding in judged.findings} == {
        Severity.HIGH: False,
        Severity.MEDIUM: True,
    }
    (use,) = judged.suppressions
    assert use.state is SuppressionState.ACTIVE
    assert use.note.startswith("Not accepted, as it is or may be worse than medium: TST-001 on ")
    assert run((5, 500), suppressions=path).suppressions[0].state is SuppressionState.UNUSED


def test_the_worst_that_is_open_stays_the_worst(run, write):
    path = write("s.yaml", f"{HEAD}  - rule: TST-001\n    up_to: medium\n{REASON}    expires: 2030-01-01\n")
    judged = run((150, 500), (5, 500), suppressions=path)
    cell = next(one for one in judged.dimensions if one.dimension == "response-time")
    assert (cell.worst, cell.accepted, cell.findings) == (Severity.HIGH, 1, 2)


def test_one_that_holds_wins_over_one_that_ended(run, write):
    ended = f"  - rule: TST-001\n{REASON}    expires: 2020-01-01\n"
    judged = run((5, 500), suppressions=write("s.yaml", f"{RULE}{ended}"))
    assert judged.findings[0].accepted
    assert [one.state.value for one in judged.suppressions] == ["active", "expired"]


def test_what_is_undecided_is_not_accepted(run, write):
    """An acceptance is of findings: what could not be read stays open, and the scan incomplete."""
    judged = run((None, 500), suppressions=write("s.yaml", RULE))
    assert judged.suppressions[0].state is SuppressionState.UNUSED
    assert exit_code(judged, Severity.HIGH) == 3


@pytest.mark.parametrize(
    ("text", "what", "place"),
    [
        ("suppressions: []\n", "has no 'schema'", "1:1"),
        ("schema: 1\nsuppressions: []\n", "needs at least 1 item", "2:15"),
        (f"{HEAD}  - rule: TST-009\n{REASON}    expires: 2030-01-01\n", "no rule TST-009", "3:11"),
        (f"{HEAD}  - rule: TST-001\n{REASON}", "has no 'expires'", "3:5"),
        (f"{HEAD}  - rule: TST-001\n    expires: 2030-01-01\n", "has no 'reason'", "3:5"),
        (f"{HEAD}  - rule: TST-001\n    reason: ok\n    expires: 2030-01-01\n", "too short", "4:13"),
        (f"{HEAD}  - rule: TST-001\n{REASON}    expires: soon\n", "'soon' is no day", "5:14"),
        (f"{HEAD}  - rule: TST-001\n{REASON}    expires: 2030-02-30\n", "is no day", "5:14"),
        (f"{HEAD}  - rule: TST-001\n{REASON}    expires: 20300101\n", "must be text", "5:14"),
        (f"{HEAD}  - fingerprint: abc\n{REASON}    expires: 2030-01-01\n", "'fingerprint' cannot be", "3:18"),
        (f"{HEAD}  - {{}}\n", "names a rule or a fingerprint", "3:5"),
        (f"{HEAD}  - rule: TST-001\n    until: 2030-01-01\n{REASON}", "unknown key 'until'", "4:5"),
    ],
)
def test_refused(run, write, text, what, place):
    with pytest.raises(RuleError, match=what) as caught:
        run((5, 500), suppressions=write("s.yaml", text))
    assert caught.value.where.endswith(f"s.yaml:{place}")
