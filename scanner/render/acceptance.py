"""What stands beside a finding that somebody accepts."""

from __future__ import annotations

from scanner.locale.locale import Locale
from scanner.model.kit import Acceptance


def acceptance_sentence(t: Locale, acceptance: Acceptance | None) -> str:
    """Return what stands beside a finding that somebody accepts, or accepted once; empty for any other."""
    if acceptance is None:
        return ""
    until, why = t.own(acceptance.expires), acceptance.reason
    who = t("acceptance.by", by=acceptance.by, until=until) if acceptance.by else t("acceptance.until", until=until)
    return t("acceptance.expired" if acceptance.expired else "acceptance.active", accepted=who, reason=why)
