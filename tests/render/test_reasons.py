"""Reasons of judging in another language: known reasons in words, everything else as it was."""

from __future__ import annotations

import pytest

from scanner.model.observation import Reason
from scanner.render.reasons import undecided_reason
from tests.render.factory import ARABIC, ENGLISH


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "contract.code.mint: not-verified (sourcify: not verified)",
            "contract.code.mint: لا شيفرة مصدرية موثقة (sourcify: not verified)",
        ),
        ("dao.controls: not complete (a limit was reached)", "dao.controls: غير مكتمل (a limit was reached)"),
        ("a.b: reverted; c.d[0]: limit", "a.b: رُفض الاستدعاء؛ c.d[0]: بُلغ حد"),
        ("a.b: limit (x; y)", "a.b: بُلغ حد: x؛ y)"),
        ("something else: of its own (x)", "something else: of its own (x)"),
        ("", ""),
    ],
)
def test_reasons(text: str, shown: str) -> None:
    assert undecided_reason(ARABIC, text) == shown
    assert undecided_reason(ENGLISH, text) == text


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_known(reason: Reason) -> None:
    assert reason.value not in undecided_reason(ARABIC, f"dao.x: {reason.value}").split()
