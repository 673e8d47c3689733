"""Texts of rules and scenarios in another language: nothing but words changes, and what is wrong has its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scanner.content import rules_dir
from scanner.judge.assess import assess
from scanner.judge.engine import judge
from scanner.judge.lint import lint
from scanner.judge.locales import locale_file, translation_problems, without_text, worded
from scanner.judge.rules import load_rulebook
from scanner.judge.scenarios import Scenarios, load_scenarios
from scanner.judge.template import Printed, reword
from scanner.locale.load import load_locale
from scanner.model.errors import RuleError
from scanner.model.outcome import Outcome

AR = load_locale("ar")
TEXT = """\
TST-001:
  title: يبدأ التصويت مبكرًا
  message: "{message}"
  why: لأن الأعضاء يحتاجون إلى وقت.
  legitimate_use: مجموعة صغيرة تريد السرعة.
  remediation: إطالة المهلة.
"""
SPOKEN = "يبدأ بعد {governor.voting_delay_seconds:duration}."
MESSAGE = "Opens {governor.voting_delay_seconds:duration} after it is made."


@pytest.fixture(name="pack")
def _pack(write_pack, rule_text):
    def make(text: str | None, **changes: str) -> Path:
        folder = write_pack(delay_short=rule_text(message=f'"{MESSAGE}"', **{"false_positives": "[]", **changes}))
        (folder / "locales").mkdir(exist_ok=True)
        if text is not None:
            locale_file(folder, "ar").write_text(text, encoding="utf-8")
        return folder

    return make


def said(folder: Path):
    return worded(load_rulebook([folder]), Scenarios((), ""), [], AR)


def test_only_words_change(pack) -> None:
    folder = pack(TEXT.replace("{message}", SPOKEN))
    book = load_rulebook([folder])
    made = worded(book, Scenarios((), ""), [], AR)
    assert (made.errors, made.missing) == ((), ())
    (before,), (after,) = book.rules, made.rulebook.rules
    assert after.title == "يبدأ التصويت مبكرًا"
    assert after.remediation.effort == before.remediation.effort
    words = ("title", "message", "why", "legitimate_use", "remediation")
    same = {name: getattr(before, name) for name in words}
    assert replace(after, **same) == before
    ((name, digest),) = made.rulebook.translations
    assert name == "rules/pack/locales/ar"
    assert len(digest) == 64


def test_messages_print_values_in_the_language(pack, make_snapshot, make_governor, known) -> None:
    folder = pack(TEXT.replace("{message}", SPOKEN))
    made = said(folder).rulebook
    english = load_rulebook([folder])
    seen = make_snapshot(governors=[make_governor(voting_delay_seconds=known(60))])
    one, other = (
        assess(seen, judge(seen, book), book, Scenarios((), ""), t)
        for book, t in ((english, load_locale()), (made, AR))
    )
    assert (one.lang, other.lang) == ("en", "ar")
    assert [item.message for item in one.findings] == ["Opens 1 minute after it is made."]
    assert [item.message for item in other.findings] == ["يبدأ بعد دقيقة واحدة."]
    assert [item.fingerprint for item in one.findings] == [item.fingerprint for item in other.findings]
    assert [bare(item) for item in one.outcomes] == [bare(item) for item in other.outcomes]
    assert set(other.digests) - set(one.digests) == set(made.translations)


def bare(outcome: Outcome) -> Outcome:
    return outcome.model_copy(update={"message": ""})


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        (TEXT.replace("{message}", "بلا قيمة."), "the message lacks {governor.voting_delay_seconds}", 3),
        (TEXT.replace("{message}", "{governor.voting_delay_seconds}"), "in another format", 3),
        (TEXT.replace("{message}", "{governor.voting_period_seconds:duration}"), "prints no such value", 3),
        (TEXT.replace("{message}", f"{SPOKEN} {{"), "an opening brace", 3),
        (TEXT.replace("TST-001", "TST-002"), "nothing in this folder has the id 'TST-002'", 1),
        (TEXT.replace("{message}", SPOKEN).replace("  why: لأن الأعضاء يحتاجون إلى وقت.\n", ""), "has no 'why'", 2),
        (TEXT.replace("{message}", SPOKEN) + "  effort: كثير\n", "unknown key 'effort'", 7),
        (TEXT.replace("{message}", SPOKEN) + "  false_positives: [حالة]\n", "has 1 items", 7),
        (TEXT.replace("{message}", SPOKEN) + "  base_rate: نسبة\n", "has no 'base_rate'", 7),
        ("- TST-001\n", "maps ids to texts", 1),
    ],
)
def test_what_is_wrong_has_its_place(pack, text: str, what: str, line: int) -> None:
    folder = pack(text)
    made = said(folder)
    (error,) = made.errors
    assert what in error.what
    assert error.where.startswith(f"{locale_file(folder, 'ar')}:{line}:")
    assert made.missing == ("TST-001",)
    assert [one.where for one in lint([folder], []).problems] == [error.where]


def test_a_value_may_stand_twice_and_in_another_order(pack) -> None:
    template = load_rulebook([pack(None)]).rules[0].message
    from scanner.judge.language.source import Mark, Text

    twice = reword(template, Text(f"{SPOKEN} {SPOKEN}", Mark("x.yaml", 1, 1)), AR)
    assert sum(isinstance(part, Printed) for part in twice.parts) == 2
    with pytest.raises(RuleError, match="more than"):
        reword(template, Text(SPOKEN * 200, Mark("x.yaml", 1, 1)), AR)


def test_what_has_no_text_keeps_its_english_and_is_listed(pack) -> None:
    folder = pack(None, status="stable")
    book = load_rulebook([folder])
    made = worded(book, Scenarios((), ""), [], AR)
    assert made.missing == ("TST-001",)
    assert made.rulebook.rules == book.rules
    (error,) = without_text(made, "ar")
    assert "TST-001 has no text in language 'ar'" in error.what
    assert [one.what for one in lint([folder], [], langs=["ar"]).problems] == [error.what]
    assert lint([folder], []).problems == ()
    assert list(without_text(said(pack(None, status="experimental")), "ar")) == []


def test_wording_is_checked_in_every_language(pack) -> None:
    folder = pack(TEXT.replace("{message}", SPOKEN).replace("مجموعة صغيرة", "مجموعة مشبوهة"))
    (problem,) = lint([folder], []).problems
    assert "legitimate_use of TST-001 says 'مشبوهة'" in problem.what


def test_english_changes_nothing(pack) -> None:
    book = load_rulebook([pack(TEXT.replace("{message}", "x"))])
    made = worded(book, Scenarios((), ""), [], load_locale())
    assert made.rulebook is book
    assert made.missing == ()


def test_the_built_in_texts_are_right() -> None:
    scenarios = load_scenarios(rules_dir() / "scenarios")
    book = load_rulebook([rules_dir()])
    problems = translation_problems(book, scenarios.items, [rules_dir() / "scenarios"])
    assert [f"{one.where}: {one.what}" for one in problems] == []
    made = worded(book, scenarios, [rules_dir() / "scenarios"], AR)
    assert [rule.conditions for rule in made.rulebook.rules] == [rule.conditions for rule in book.rules]
    spoken = [one for one in (*made.rulebook.rules, *made.scenarios.items) if one.id not in made.missing]
    assert len(spoken) >= 11 + 16
    for one in spoken:
        for key, text in one.texts().items():
            assert not text or any("\u0600" <= letter <= "\u06ff" for letter in text), (one.id, key)
