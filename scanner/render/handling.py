"""The head of a report: how far it may be passed on, and by which rules it was judged."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from scanner.locale.locale import Locale
from scanner.model.handling import Handling
from scanner.model.outcome import Assessment, Dimension, Severity


@dataclass(frozen=True)
class HandlingView:
    """The label as the Traffic Light Protocol writes it, what it means, and who says so."""

    label: str
    tone: str
    meaning: str
    chosen: str


def handling_of(assessment: Assessment) -> Handling:
    """Return the label: AMBER for a critical finding about code, which may be a map for an attacker; else GREEN.

    An accepted finding counts: accepting it does not make it less of a map.
    """
    if assessment.handling is not None:
        return assessment.handling
    critical = any(
        item.dimension is Dimension.CODE and item.severity is Severity.CRITICAL for item in assessment.findings
    )
    return Handling.AMBER if critical else Handling.GREEN


def handling_view(t: Locale, assessment: Assessment) -> HandlingView:
    """Return the label in words."""
    label = handling_of(assessment)
    if assessment.handling is not None:
        chosen = t("handling.chosen")
    else:
        chosen = t("handling.for_code" if label is Handling.AMBER else "handling.by_default")
    return HandlingView(f"TLP:{label.value}", label.value.lower(), t(f"handling.{label.value.lower()}"), chosen)


def packs_sentence(t: Locale, assessment: Assessment) -> str:
    """Return which rules judged: one digest over the digests of the packs and of everything else that they read."""
    every = "\n".join(f"{name} {digest}" for name, digest in sorted(assessment.digests))
    return t("header.packs_of", digest=sha256(every.encode()).hexdigest()[:12])
