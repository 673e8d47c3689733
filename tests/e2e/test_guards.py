"""Who can, how fast, and who can stop it: the map's answers against what each fixture knows of itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Field

DAYS = 86_400
Line = tuple[str, str, int | None, int | None]
"""Subject, actor, delay in seconds, keys (None for a vote)."""


def _names(field: Field, dao: str) -> dict[str, str]:
    """Return what the fixture calls each address."""
    found = field.daos[dao]
    return {address.lower(): name for name, address in found.parts.items()} | {found.governor.lower(): "governor"}


def _answers(field: Field, dao: str, question: str) -> set[Line]:
    names, run = _names(field, dao), field.scan(dao)
    found = set()
    for one in run.snapshot["dao"]["answers"]["items"]:
        assert one["evidence"], one
        if one["question"] == question:
            actor = names.get(one["actor"], one["actor_kind"])
            subject = names.get(one["subject"], one["subject_label"])
            found.add((subject, actor, one["delay_seconds"].get("value"), one["keys"].get("value")))
    return found


def _passages(field: Field, dao: str) -> list[dict[str, Any]]:
    return list(field.scan(dao).snapshot["passages"]["items"])


def _holders(field: Field, dao: str, contract: str, function: str) -> set[str]:
    names = _names(field, dao)
    (found,) = [
        one
        for one in _passages(field, dao)
        if names.get(one["contract"]) == contract and any(name.startswith(f"{function}(") for name in one["functions"])
    ]
    assert found["checked"] in ("passed", "refused"), found
    assert found["evidence"], found
    return {names.get(one["address"], one["kind"]) for one in found.get("holders", ())}


_TWO_DAYS = 2 * DAYS
_TRUTH: dict[str, dict[str, set[Line]]] = {
    "healthy": {
        "fastest": {("timelock", "governor", _TWO_DAYS, None), ("grants", "grants", 0, 3)},
        "cheapest": {("timelock", "governor", _TWO_DAYS, None), ("grants", "grants", 0, 3)},
        "bypass-vote": {("grants", "grants", 0, 3)},
        "bypass-delay": set(),
        "mint": set(),
        "veto": {("timelock", "grants", 0, 3)},
        "confiscate": set(),
    },
    "healthy-bravo": {
        "fastest": {("timelock", "governor", _TWO_DAYS, None), ("guardian", "guardian", 0, 3)},
        "cheapest": {("timelock", "governor", _TWO_DAYS, None), ("guardian", "guardian", 0, 3)},
        "bypass-vote": {("guardian", "guardian", 0, 3)},
        "bypass-delay": set(),
        "mint": set(),
        "veto": set(),
        "confiscate": set(),
    },
    "single-key": {
        "fastest": {("timelock", "second", 0, 1), ("vault", "key", 0, 1), ("safe", "safe", 0, 1)},
        "cheapest": {("timelock", "second", 0, 1), ("vault", "key", 0, 1), ("safe", "safe", 0, 1)},
        "mint": {("token", "anyone", 0, 0), ("token", "key", 0, 1)},
        "confiscate": {("token", "key", 0, 1)},
    },
    "protective": {
        "fastest": {("timelock", "governor", _TWO_DAYS, None), ("fund", "governor", _TWO_DAYS, None)},
        "bypass-vote": set(),
        "bypass-delay": set(),
        "mint": {("token", "governor", _TWO_DAYS, None)},
        "veto": set(),
        "confiscate": set(),
    },
    "pending-takeover": {
        "fastest": {("timelock", "governor", _TWO_DAYS, None), ("guardians", "guardians", 0, 3)},
        "bypass-vote": {("guardians", "guardians", 0, 3)},
        "veto": {("timelock", "guardians", 0, 3)},
    },
    "call-time-votes": {
        "fastest": {("governor", "governor", 0, None)},
        "cheapest": {("governor", "governor", 0, None)},
        "veto": set(),
        "mint": set(),
    },
}


@pytest.mark.parametrize(
    ("dao", "question"), [(dao, question) for dao, told in _TRUTH.items() for question in told], ids=str
)
def test_the_map_answers_what_is_true_of_the_fixture(field: Field, dao: str, question: str) -> None:
    found = _answers(field, dao, question)
    assert found == _TRUTH[dao][question]


def test_one_key_can_do_everything_without_a_vote(field: Field) -> None:
    around = _answers(field, "single-key", "bypass-vote")
    assert {"timelock", "vault", "governor", "token"} <= {line[0] for line in around if line[3] == 1}


@pytest.mark.parametrize(
    ("dao", "contract", "function", "holders"),
    [
        ("healthy", "timelock", "cancel", {"governor", "grants"}),
        ("healthy", "timelock", "schedule", {"governor"}),
        ("healthy", "timelock", "updateDelay", {"timelock"}),
        ("healthy", "governor", "setVotingDelay", {"timelock"}),
        ("healthy", "grants", "execTransactionFromModule", set()),
        ("healthy-bravo", "timelock", "setPendingAdmin", {"timelock"}),
        ("healthy-bravo", "timelock", "queueTransaction", {"governor"}),
        ("healthy-bravo", "timelock", "acceptAdmin", set()),
        ("healthy-bravo", "governor", "_setImplementation", {"timelock"}),
        ("healthy-bravo", "governor", "_setWhitelistAccountExpiration", {"timelock", "guardian"}),
        ("single-key", "vault", "pay", {"key"}),
        ("single-key", "token", "seize", {"key"}),
        ("single-key", "safe", "execTransactionFromModule", {"module"}),
        ("protective", "fund", "pay", {"timelock"}),
        ("protective", "fund", "payExit", {"token"}),
        ("protective", "token", "issue", {"timelock"}),
        ("pending-takeover", "timelock", "grantRole", {"timelock"}),
        ("oz4", "timelock", "grantRole", {"timelock"}),
    ],
)
def test_a_guard_s_holder_is_who_the_fixture_gave_it_to(
    field: Field, dao: str, contract: str, function: str, holders: set[str]
) -> None:
    assert _holders(field, dao, contract, function) == holders


@pytest.mark.parametrize("dao", sorted(_TRUTH))
def test_nothing_contradicts_and_what_stands_in_the_state_is_named_and_checked(field: Field, dao: str) -> None:
    guards = [one for one in _passages(field, dao) if one["guard"] == "caller"]
    assert not [one for one in _passages(field, dao) if one["checked"] == "contradicted"]
    assert all(one.get("holders") or one["complete"] for one in guards)
    assert all(one["checked"] in ("passed", "refused") for one in guards)


def test_the_page_tells_who_may_call_what(field: Field) -> None:
    page = (field.scan("single-key").out / "report.html").read_text("utf-8")
    assert "Who may call what" in page
    assert "What the map answers" in page


def test_code_without_source_is_asked_by_calls(field: Field) -> None:
    """Compound's timelock as Uniswap deployed it: its source is not published here, and calls show who gets past."""
    found = [one for one in _passages(field, "uniswap-alpha") if one["guard"] == "caller"]
    assert {one["kind"] for passage in found for one in passage.get("holders", ())} == {"token-vote"}
    assert all(("found by asking" in passage["detail"]) == bool(passage.get("holders")) for passage in found)
