"""Why something stayed undecided, in the language of the report.

Judging writes reasons as `field: reason (detail)`, joined by semicolons: fields and details have no language, the
reasons are a closed vocabulary. English shows them as they were written.
"""

from __future__ import annotations

import re

from scanner.locale.load import ENGLISH
from scanner.locale.locale import Locale
from scanner.model.observation import Reason
from scanner.render.words import words

_REASONS = {reason.value: reason for reason in Reason}
_PART = re.compile(r"(?P<what>[A-Za-z0-9_.…\[\]-]+): (?P<reason>not complete|[a-z-]+)(?P<detail> \(.*)?", re.DOTALL)


def undecided_reason(t: Locale, text: str) -> str:
    """Return a reason of an outcome with what is known of it put into words."""
    if t.lang == ENGLISH:
        return text
    return t.joined((_part(t, part) for part in text.split("; ")), "semicolon")


def _part(t: Locale, text: str) -> str:
    found = _PART.fullmatch(text)
    if found is None:
        return text
    reason = _REASONS.get(found["reason"])
    if reason is None and found["reason"] != "not complete":
        return text
    said = words(t, reason) if reason is not None else t("unchecked.not_complete")
    if found["detail"]:
        detail = found["detail"].strip()
        whole = detail.endswith(")")
        said = t("remark", text=said, remark=detail[1:-1]) if whole else t("labelled", label=said, text=detail[1:])
    return t("labelled", label=found["what"], text=said)
