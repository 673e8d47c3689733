"""The rule figure: what is measured is judged rightly, and is not one shape over and over."""

from __future__ import annotations

from collections import Counter

import pytest

from scanner.judge.engine import judge
from tools.bench import rules
from tools.bench.rule_shapes import SHAPES


def test_figures_are_those_of_real_outcomes() -> None:
    found = {one.name: one for one in rules.figures(rules=len(SHAPES), subjects=30)}
    assert found["rules_million_decisions_seconds"].limit == rules.SECONDS
    assert all(one.value > 0 for one in found.values())
    assert [name for name, one in found.items() if one.limit is not None] == ["rules_million_decisions_seconds"]


def test_rules_are_varied_and_give_every_outcome() -> None:
    book = rules.made_up_rules(60 * len(SHAPES))
    snapshot, _ = rules.made_up_subjects(20)
    outcomes = judge(snapshot, book)
    assert len(outcomes) == 60 * len(SHAPES) * 20
    for start in range(len(SHAPES)):
        words = Counter(
            ruling.word for column in outcomes.columns[start :: len(SHAPES)] for _, ruling in column.rulings()
        )
        assert "high" in words, SHAPES[start]
        assert len(words) >= 3, SHAPES[start]
    assert {ruling.word for _, _, ruling in outcomes.rulings()} == {
        "high",
        "medium",
        "pass",
        "unknown",
        "not-applicable",
    }


def test_a_wrong_word_ends_the_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    right = rules.by_hand

    def wrong(*arguments: object) -> list[str]:
        return ["pass", *right(*arguments)[1:]]  # type: ignore[arg-type]

    monkeypatch.setattr(rules, "by_hand", wrong)
    with pytest.raises(RuntimeError, match="do not say the same"):
        rules.figures(rules=1, subjects=1)
