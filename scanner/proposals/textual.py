"""The text of a proposal against all of its calls: what is named and does not happen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scanner.chain.abi import selector
from scanner.discovery.account import nonzero
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.proposals import Action
from scanner.proposals.ends import codes_of
from scanner.proposals.nested import Call
from scanner.proposals.text import MAX_CHARACTERS, Text

_FACTS = (
    "text_mixed_scripts",
    "text_links",
    "text_content_ids",
    "text_points_elsewhere",
    "text_addresses",
    "text_addresses_unused",
    "text_functions_unused",
    "text_names_others",
)


def text_facts(text: Text, calls: Sequence[Call], actions: Sequence[Action]) -> dict[str, Any]:
    """Return what the text names as counts, and how much of it no call has."""
    if not text.whole:
        missing = Unknown(reason=Reason.LIMIT, detail=f"the text has more than {MAX_CHARACTERS} characters")
        return dict.fromkeys(_FACTS, missing)
    ends = _ends(calls, actions)
    return {
        "text_mixed_scripts": _known(text.mixed_scripts),
        "text_links": _known(len(text.links)),
        "text_content_ids": _known(len(text.content_ids)),
        "text_points_elsewhere": _known(text.points_elsewhere),
        "text_references": text.references,
        "text_addresses": _known(len(text.addresses)),
        "text_addresses_unused": ends if isinstance(ends, Unknown) else _known(len(text.addresses - ends)),
        "text_functions_unused": _functions_unused(text, calls),
        "text_names_others": _names_others(text, actions),
    }


def _known(value: Any) -> Known[Any]:
    return Known(value=value, evidence=())


def _ends(calls: Sequence[Call], actions: Sequence[Action]) -> frozenset[str] | Unknown:
    """Return every address that a call has: target, arguments, code that is put in place."""
    found: set[str] = set()
    for call, action in zip(calls, actions, strict=True):
        found.add(call.target)
        found.update(codes_of(call))
        found.update(f"0x{call.calldata[at + 24 : at + 64]}" for at in range(10, len(call.calldata) - 63, 64))
        found.add(nonzero(action.beneficiary) or call.target)
    return frozenset(found)


def _functions_unused(text: Text, calls: Sequence[Call]) -> Known[int] | Unknown:
    if not text.signatures:
        return _known(0)
    made = {call.calldata[:10] for call in calls}
    unread = next((one.decoded.signature for one in calls if isinstance(one.decoded.signature, Unknown)), None)
    missing = [one for one in text.signatures if selector(one) not in made]
    return unread if unread is not None and missing else _known(len(missing))


def _names_others(text: Text, actions: Sequence[Action]) -> Known[bool] | Unknown:
    """Whether the text names addresses, somebody gains by the calls, and it names none of those who do."""
    if not text.addresses:
        return Known(value=False, evidence=(), derivation="the text names no address")
    unknown: Unknown | None = None
    somebody = False
    for action in actions:
        if isinstance(action.beneficiary, Unknown):
            unknown = unknown or action.beneficiary
        elif nonzero(action.beneficiary) is not None:
            somebody = True
            if text.names(action.beneficiary.value):
                return _known(False)
    return unknown or _known(somebody)
