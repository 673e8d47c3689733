"""Two rules, one scenario, and governors with these voting delays, judged with what a reader brings along."""

from __future__ import annotations

import pytest

from scanner.judge.assess import assess
from scanner.judge.engine import judge
from scanner.judge.kit import KitOptions, apply_kit, load_kit
from scanner.judge.rules import load_rulebook
from scanner.judge.scenarios import load_scenarios
from scanner.model.observation import Reason, Unknown

SCENARIO = """\
schema: 1
id: MS-12
name: capture
title: Capture of a treasury
description: A few could decide for all.
needs: ['finding("TST-001")']
would_change: [A longer delay.]
legitimate_use: Small groups decide fast.
"""
SECOND_LEVELS = "[{severity: critical, where: [governor.quorum_bps < 100]}]"
SECOND_TESTS = (
    "[{name: a, facts: {governor.quorum_bps: 5}, expect: critical},"
    " {name: b, facts: {governor.quorum_bps: 500}, expect: pass}, {name: c, expect: unknown}]"
)


@pytest.fixture
def rules(write_pack, rule_text):
    """A folder with a pack of TST-001 (voting delay, high or medium), TST-002 (quorum, critical) and a scenario."""
    second = rule_text(
        id="TST-002",
        name="quorum-low",
        title="The quorum is low",
        dimension="capture",
        status="experimental",
        confidence="low",
        levels=SECOND_LEVELS,
        tests=SECOND_TESTS,
        message="The quorum is {governor.quorum_bps}.",
        scenarios="[]",
    )
    folder = write_pack(delay_short=rule_text(), quorum_low=second)
    scenarios = folder / "scenarios"
    scenarios.mkdir()
    (scenarios / "MS-12.yaml").write_text(SCENARIO)
    for name in ("frameworks", "profiles", "policies"):
        (folder / name).mkdir()
    return folder


@pytest.fixture
def snapshot(make_snapshot, make_governor, known):
    """A snapshot whose governors have these voting delays and quorums; None: unreadable."""

    def make(*governors, **parts):
        found = [
            make_governor(
                f"0x{number:040x}",
                voting_delay_seconds=Unknown(reason=Reason.NODE_ERROR) if delay is None else known(delay),
                quorum_bps=Unknown(reason=Reason.NODE_ERROR) if quorum is None else known(quorum),
            )
            for number, (delay, quorum) in enumerate(governors, start=1)
        ]
        return make_snapshot(governors=found, **parts)

    return make


@pytest.fixture
def run(rules, snapshot):
    """Judge governors, each (voting delay, quorum), with options of the kit."""

    def go(*governors, as_of=1_700_000_000, **options):
        book, scenarios = load_rulebook([rules]), load_scenarios(rules / "scenarios")
        left, kit = load_kit(KitOptions(**options), book, scenarios, [rules])
        made = snapshot(*governors, as_of=as_of)
        return apply_kit(kit, made, assess(made, judge(made, left), left, scenarios))

    return go


@pytest.fixture
def write(tmp_path):
    """Write a file and return its path."""

    def make(name, text):
        path = tmp_path / name
        path.write_text(text)
        return path

    return make
