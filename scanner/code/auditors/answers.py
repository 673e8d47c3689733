"""What an auditor's analysis answered about one contract: the facts it states, or why it states none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scanner.model.observation import Reason, Unknown
from scanner.model.stated import FACT_MODELS


def failure(name: str, reason: Reason, words: str) -> dict[str, Any]:
    """Return the answer of an analysis that stated nothing, and that may fare better another time."""
    return {"facts": [], "failed": [reason.value, f"{name}.py: {words}"]}


def missing(name: str, declared: Iterable[tuple[str, str]], answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the facts of an answer, with every declared one that it does not state as unknown and why."""
    stated = {fact["name"]: fact for fact in answer["facts"]}
    failed = answer["failed"]
    reason = Reason(failed[0]) if failed else Reason.UNRESOLVED
    detail = failed[1] if failed else f"{name}.py does not state it for this contract"
    for fact, type_ in declared:
        if fact not in stated:
            value = Unknown(reason=reason, detail=detail)
            stated[fact] = FACT_MODELS[type_](name=fact, analysis=name, value=value).model_dump(mode="json")
    return [stated[fact] for fact in sorted(stated)]
