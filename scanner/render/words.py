"""The closed vocabularies in the words of a locale, and their shapes: nothing on a page is told by colour alone."""

from __future__ import annotations

from enum import StrEnum

from scanner.locale.locale import Locale
from scanner.locale.phrase import Phrase
from scanner.model.holders import HolderKind
from scanner.model.kinds import ActorKind, Capability, Effect, MembershipKind, Role, Stage, Verification
from scanner.model.observation import Reason, Unknown
from scanner.model.outcome import Confidence, Dimension, Relation, ScenarioState, Severity

SECTIONS: dict[type[StrEnum], str] = {
    Dimension: "dimension",
    Severity: "severity",
    ScenarioState: "state",
    Relation: "relation",
    Stage: "stage",
    Confidence: "confidence",
    ActorKind: "actor",
    Capability: "capability",
    Role: "role",
    Verification: "verification",
    MembershipKind: "membership_class",
    Effect: "effect",
    HolderKind: "holder_kind",
    Reason: "reason",
}
"""Where a locale file has the words for the values of a vocabulary."""

SEVERITY_SHAPES: dict[Severity, str] = {
    Severity.CRITICAL: "◆",
    Severity.HIGH: "▲",
    Severity.MEDIUM: "■",
    Severity.LOW: "●",
    Severity.INFO: "○",
}

STATE_SHAPES: dict[ScenarioState, str] = {
    ScenarioState.EXERCISED: "◆",
    ScenarioState.ENABLED: "▲",
    ScenarioState.FACILITATED: "■",
    ScenarioState.NOT_ASSESSABLE: "?",
    ScenarioState.NOT_ENABLED: "–",
}
"""Strongest state first."""

CHAINS: dict[int, tuple[str, str]] = {
    1: ("Ethereum", "ETH"),
    10: ("OP Mainnet", "ETH"),
    56: ("BNB Smart Chain", "BNB"),
    100: ("Gnosis", "xDAI"),
    137: ("Polygon", "POL"),
    8453: ("Base", "ETH"),
    31337: ("Local chain", "ETH"),
    42161: ("Arbitrum One", "ETH"),
    43114: ("Avalanche C-Chain", "AVAX"),
    59144: ("Linea", "ETH"),
    534352: ("Scroll", "ETH"),
    11155111: ("Sepolia", "ETH"),
}
"""(name, native currency) of chains by EIP-155 id; names are the same in every language"""


def words(t: Locale, member: StrEnum) -> Phrase:
    """Return the words for a value of a closed vocabulary."""
    return t(f"{SECTIONS[type(member)]}.{member.value}")


def inline(t: Locale, severity: Severity) -> Phrase:
    """Return a severity as it reads inside a sentence."""
    return t(f"severity_inline.{severity.value}")


def question(t: Locale, dimension: Dimension) -> Phrase:
    """Return the question that a dimension answers."""
    return t(f"question.{dimension.value}")


def chain_name(t: Locale, chain_id: int) -> Phrase:
    """Return the chain's name with its id."""
    known = CHAINS.get(chain_id)
    return t("chain.known", name=known[0], id=str(chain_id)) if known else t("chain.unlisted", id=str(chain_id))


def native_symbol(t: Locale, chain_id: int) -> str:
    """Return the symbol of the chain's own currency, or a plain word where it is not listed."""
    known = CHAINS.get(chain_id)
    return known[1] if known else t("chain.native_units")


def looked_up(t: Locale, section: str, key: str) -> str:
    """Return the words for `key` in a section, or `key` itself where a newer vocabulary or a rule pack holds more."""
    return t(f"{section}.{key}") if t.has(f"{section}.{key}") else key


def term(t: Locale, key: str) -> str:
    """Return a term of the vocabularies without an enumeration; what is not listed is shown as it is."""
    return looked_up(t, "term", key)


def by_value(t: Locale, kind: type[StrEnum], value: str) -> str:
    """Return the words for a vocabulary value that an observation holds as text."""
    return looked_up(t, SECTIONS[kind], value)


def why_unknown(t: Locale, observation: Unknown) -> Phrase:
    """Return the reason in words, with its detail."""
    said = words(t, observation.reason)
    return t("labelled", label=said, text=observation.detail) if observation.detail else said
