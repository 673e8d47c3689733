"""Rules on facts that auditors' analyses state: declared by the pack, checked when loaded, unknown unless stated."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.judge.engine import judge
from scanner.judge.lint import lint
from scanner.judge.rules import load_rulebook
from scanner.judge.testing import run_tests
from scanner.model.errors import RuleError
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.outcome import Status
from scanner.model.snapshot import Snapshot
from scanner.model.stated import IntegerFact, NamesFact, StatedFact, StatedFacts, TextFact, TruthFact
from tests.render import factory
from tests.render.factory_dao import source_lines

EVIDENCE = (source_lines("0x" + "ab" * 32),)

PACK = """
name: own
prefix: OWN
version: 0.1.0
engine: "1"
facts:
  open_ways: {type: integer, about: ways out that anyone can take}
  sweeps: true/false
  guard_kind: {type: text, values: [none, owner]}
  callers: names
"""
RULE = """
schema: 1
id: OWN-001
name: open-ways-out
title: Anyone can move what the contract holds
subject: contract
confidence: medium
status: experimental
dimension: treasury
levels:
  - {severity: high, where: [contract.code.facts.open_ways > 1, contract.code.facts.sweeps]}
  - {severity: low, where: ['contract.code.facts.guard_kind == "none" or "keeper" in contract.code.facts.callers']}
message: "{contract.label}: {contract.code.facts.open_ways} ways."
why: Value can leave.
legitimate_use: A faucet gives to anyone who asks.
remediation: {effort: low, text: Guard it.}
evidence_class: E3
tests:
  - name: open
    facts: {contract.code.facts.open_ways: 2, contract.code.facts.sweeps: true}
    expect: high
  - name: by kind
    facts:
      contract.code.facts: {open_ways: 0, sweeps: false, guard_kind: none, callers: []}
    expect: low
  - name: closed
    facts: {contract.code.facts: {open_ways: 0, guard_kind: owner, callers: [owner]}}
    expect: pass
  - name: not run
    facts: {contract.code.facts.sweeps: true}
    expect: unknown
"""


def write(folder: Path, *, pack: str = PACK, rule: str = RULE) -> Path:
    own = folder / "own"
    own.mkdir(exist_ok=True)
    (own / "pack.yaml").write_text(pack)
    (own / "open-ways-out.yaml").write_text(rule)
    return own


def with_facts(*facts: StatedFact) -> Snapshot:
    snapshot = factory.snapshot()
    first = snapshot.contracts.items[0]
    code = first.code.model_copy(update={"facts": StatedFacts(items=facts)})
    contracts = Collection(items=(first.model_copy(update={"code": code}),), complete=True)
    return snapshot.model_copy(update={"contracts": contracts})


def number(value: int) -> IntegerFact:
    return IntegerFact(name="open_ways", analysis="ways", value=Known(value=value, evidence=EVIDENCE))


def truth(value: bool) -> TruthFact:
    return TruthFact(name="sweeps", analysis="ways", value=Known(value=value, evidence=()))


def text(value: str) -> TextFact:
    return TextFact(name="guard_kind", analysis="ways", value=Known(value=value, evidence=()))


def names(*values: str) -> NamesFact:
    return NamesFact(name="callers", analysis="ways", value=Known(value=values, evidence=()))


def test_the_rules_own_tests(tmp_path: Path) -> None:
    own = write(tmp_path)
    assert lint([own]).problems == ()
    results = run_tests(load_rulebook([own]).rules)
    assert [result.got for result in results] == ["high", "low", "pass", "unknown"]
    assert all(result.passed for result in results)


def test_a_snapshot_with_the_facts(tmp_path: Path) -> None:
    rules = load_rulebook([write(tmp_path)])
    (found,) = judge(with_facts(number(2), truth(True)), rules)
    assert (found.status, found.severity) == (Status.FINDING, "high")
    assert found.message.endswith(": 2 ways.")
    assert found.evidence == EVIDENCE
    assert (("contract.code.facts.open_ways", "2"),) in {one.values for one in found.conditions}
    (found,) = judge(with_facts(number(0), text("owner"), names("owner")), rules)
    assert found.status is Status.PASS


def test_an_analysis_that_was_not_run_leaves_the_rule_unknown(tmp_path: Path) -> None:
    rules = load_rulebook([write(tmp_path)])
    (found,) = judge(with_facts(), rules)
    assert found.status is Status.UNKNOWN
    assert "analysis-not-run (no analysis that states it was run)" in found.reason
    failed = Unknown(reason=Reason.ANALYSIS_FAILED, detail="ways.py:7: ZeroDivisionError: division by zero")
    (found,) = judge(with_facts(IntegerFact(name="open_ways", analysis="ways", value=failed)), rules)
    assert found.status is Status.UNKNOWN
    assert "ways.py:7: ZeroDivisionError" in found.reason
    assert found.on_chain_gap


def test_a_fact_of_another_type_than_declared_is_unknown(tmp_path: Path) -> None:
    rules = load_rulebook([write(tmp_path)])
    other = TextFact(name="open_ways", analysis="ways", value=Known(value="2", evidence=()))
    (found,) = judge(with_facts(other, truth(True), text("owner"), names()), rules)
    assert found.status is Status.UNKNOWN
    assert "ways.py states text, the pack declares integer" in found.reason
    (found,) = judge(with_facts(number(0), text("nobody"), names("owner")), rules)
    assert "ways.py states 'nobody', which the pack does not declare" in found.reason


@pytest.mark.parametrize(
    ("before", "after", "what", "hint"),
    [
        (
            "facts.open_ways > 1",
            "facts.open_way > 1",
            "StatedFacts has no field 'open_way'",
            "did you mean 'open_ways'",
        ),
        ("facts.sweeps]", "facts.sweeps > 1]", "compares numbers", ""),
        ('== "none"', '== "non"', "is never 'non'", "did you mean 'none'"),
        ("facts.open_ways: 2", "facts.open_way: 2", "StatedFacts has no field 'open_way'", "did you mean"),
        ("facts.open_ways: 2", 'facts.open_ways: "2"', "is integer, this is not", ""),
    ],
)
def test_a_misspelt_fact_is_a_load_error(tmp_path: Path, before: str, after: str, what: str, hint: str) -> None:
    assert before in RULE
    with pytest.raises(RuleError) as caught:
        load_rulebook([write(tmp_path, rule=RULE.replace(before, after, 1))])
    assert what in caught.value.what
    assert hint in caught.value.hint
    assert "open-ways-out.yaml:" in caught.value.where


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ("facts: [open_ways]", "'facts' is a mapping"),
        ("facts: {Open: integer}", "is no name of a fact"),
        ("facts: {evidence: integer}", "is no name of a fact"),
        ("facts: {open_ways: number}", "'type' cannot be 'number'"),
        ("facts: {open_ways: {type: integer, values: [a]}}", "only text and names have 'values'"),
        ("facts: {open_ways: {type: integer, unit: wei}}", "unknown key 'unit' in a fact"),
    ],
)
def test_declarations_are_checked(tmp_path: Path, facts: str, what: str) -> None:
    pack = PACK.split("facts:", maxsplit=1)[0] + facts + "\n"
    with pytest.raises(RuleError) as caught:
        load_rulebook([write(tmp_path, pack=pack)])
    assert what in caught.value.what
    assert "pack.yaml:" in caught.value.where


def test_a_pack_that_declares_nothing_reads_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="StatedFacts has no field 'open_ways'"):
        load_rulebook([write(tmp_path, pack=PACK.split("facts:", maxsplit=1)[0])])


def test_packs_agree_on_the_type_of_a_fact(tmp_path: Path) -> None:
    write(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "pack.yaml").write_text(
        'name: other\nprefix: OTH\nversion: 0.1.0\nengine: "1"\nfacts: {open_ways: text}\n'
    )
    with pytest.raises(RuleError, match=r"fact .open_ways. is integer in pack own and text in other"):
        load_rulebook([tmp_path])
