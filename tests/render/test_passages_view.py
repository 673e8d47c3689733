"""Who may call what, and the answers of the map, as the page says them."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.locale.load import load_locale
from scanner.model.answers import Answer
from scanner.model.kinds import ActorKind
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.passages import GuardHolder, Passage
from scanner.model.snapshot import Snapshot
from scanner.render.html import render_html
from scanner.render.lookup import look_up
from scanner.render.passages_view import passage_rows, questions
from tests.render import factory

_NOBODY = Unknown(reason=Reason.NOT_SUPPORTED, detail="nobody can")


def _seconds(value: int) -> Known[int]:
    return Known(value=value, evidence=())


def _passage(contract: str, guard: str, checked: str, *functions: str, **more: Any) -> Passage:
    return Passage(contract=contract, functions=functions, guard=guard, asks="", checked=checked, evidence=(), **more)


def _holder(number: int, delay: int) -> GuardHolder:
    kind = ActorKind.EOA
    return GuardHolder(
        address=f"0x{number:040x}", kind=kind, actors=(kind,), label=f"key {number}", delay_seconds=_seconds(delay)
    )


def _snapshot(*, complete: bool = True) -> Snapshot:
    made = factory.snapshot()
    here = made.contracts.items[0].address
    passages = (
        _passage(here, "anyone", "not-asked", "ping()"),
        _passage(here, "caller", "passed", *(f"f{n}()" for n in range(8)), holders=(_holder(1, 0), _holder(2, 3_600))),
        _passage(here, "caller", "refused", "gone()"),
        _passage(here, "caller", "not-checkable", "dark()", complete=False, reason="no view and no slot"),
        _passage(here, "claim", "contradicted", "owner()", holders=(_holder(3, 0),)),
    )
    lines = [
        Answer(
            question="fastest",
            subject=here,
            subject_label=f"vault {number}",
            actor=f"0x{number:040x}",
            actor_kind=ActorKind.EOA,
            actor_label=f"key {number}",
            path=(),
            delay_seconds=_seconds(0),
            keys=_seconds(1),
            votes=_NOBODY,
            evidence=(),
        )
        for number in range(1, 6)
    ]
    reason = "" if complete else "the crawl was cut short"
    answers = Collection[Answer](items=tuple(lines), complete=complete, reason=reason)
    return made.model_copy(
        update={
            "passages": Collection[Passage](items=passages, complete=True),
            "dao": made.dao.model_copy(update={"answers": answers}),
        }
    )


def test_each_contract_s_functions_stand_with_who_may_call_them_the_doubtful_first() -> None:
    snapshot = _snapshot()
    lookup = look_up(snapshot, factory.assessment(), load_locale("en"))
    rows = passage_rows(lookup)[snapshot.contracts.items[0].address]
    said = [(str(row.functions), str(row.who), str(row.checked)) for row in rows]
    assert said[0] == ("owner", "key 3 (one key (EOA), at once)", "the calls say otherwise")
    assert said[-1] == ("ping", "anyone", "")
    told = {functions: (who, checked) for functions, who, checked in said}
    assert told["gone"] == ("nobody", "✓ checked")
    assert told["dark"] == ("not known", "(not checkable)")
    assert told["f0, f1, f2, f3, f4, f5 and 2 more"] == (
        "key 1 (one key (EOA), at once); key 2 (one key (EOA), after 1 hour)",
        "✓ checked",
    )


@pytest.mark.parametrize(
    ("complete", "nothing"),
    [(True, "Nothing was found."), (False, "Nothing was found, but not everything could be read.")],
)
def test_a_question_without_an_answer_is_safe_only_where_everything_was_read(complete: bool, nothing: str) -> None:
    found = questions(look_up(_snapshot(complete=complete), factory.assessment(), load_locale("en")))
    fastest, *others = found
    assert [str(line) for line in fastest.lines][:1] == ["vault 1: key 1, delay: none, needs: 1 key"]
    assert (len(fastest.lines), fastest.more) == (3, 2)
    assert {str(one.nothing) for one in others} == {nothing}


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_the_page_says_both(lang: str) -> None:
    t = load_locale(lang)
    page = render_html(_snapshot(), factory.assessment(), factory.SNAPSHOT_SHA256, t)
    assert str(t("passages.title")) in page
    assert str(t("passages.checked.contradicted")) in page
    old = render_html(factory.snapshot(), factory.assessment(), factory.SNAPSHOT_SHA256, t)
    assert str(t("passages.title")) not in old
