"""How a message prints a value: `{governor.voting_delay_seconds:duration}` reads "2 days", not 172800."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scanner.judge.language.types import Type
from scanner.judge.language.values import Range, Unk, shown
from scanner.locale.load import load_locale
from scanner.locale.locale import Locale
from scanner.locale.quantities import duration, share
from scanner.model.authenticators import AUTHENTICATION
from scanner.model.kinds import ActorKind, Guard, MembershipKind, Stage, VoteTime


def _values(kind: type[StrEnum]) -> tuple[str, ...]:
    return tuple(member.value for member in kind)


VOCABULARIES: Mapping[tuple[str, ...], str] = {
    _values(ActorKind): "format.actor",
    _values(MembershipKind): "format.membership_class",
    _values(Stage): "format.stage",
    _values(Guard): "format.guard",
    _values(VoteTime): "format.vote_time",
    ("none", "during-vote", "permanent"): "format.ballot_secrecy",
    ("none", "ragequit", "redeem", "fork"): "format.exit_right",
    ("nobody", "governance", "role", "member-vote", "anyone"): "format.revocable_by",
    ("token", "nft", "share", "one-address", "unknown"): "format.vote_weight",
    ("none", "key", "verified-contract", "unverified-contract"): "format.forwarder",
    ("none", "ipfs", "ipns", "arweave", "swarm", "data", "web3", "https", "other"): "format.pointer",
    ("call", "delegatecall", "delegatecall-bound"): "format.execution",
    AUTHENTICATION: "format.authentication",
}
"""Closed vocabularies by the values that they hold, and where a locale has them as they read inside a sentence."""


def _duration(t: Locale, value: int | Fraction) -> str:
    return duration(t, int(value)) if value else t("duration.none")


def _share(t: Locale, value: int | Fraction) -> str:
    return share(t, int(value)) if value >= 0 else shown(value)


@dataclass(frozen=True)
class _Numeric:
    """A format for numbers: what a number must be, and how it is printed."""

    of: str
    show: Callable[[Locale, int | Fraction], str]


NUMERIC: Mapping[str, _Numeric] = {
    "duration": _Numeric("seconds", _duration),
    "share": _Numeric("hundredths of a percent", _share),
}
NAMES: tuple[str, ...] = (*sorted(NUMERIC), "words")


def problem(name: str, type_: Type) -> str:
    """Return why a value of this type cannot be printed with format `name`; empty when it can."""
    if name not in NAMES:
        return f"no format {name!r}"
    if name == "words":
        return "" if type_.values in VOCABULARIES else "there are no words for the values of this field"
    return "" if type_.numeric else f"format {name!r} is for a number of {NUMERIC[name].of}, not for {type_}"


def formatter(name: str, type_: Type, t: Locale | None = None) -> Callable[[object], str]:
    """Return what prints values of this type in the words of `t`, in English where it is not given.

    Without a `name`, and for a value that is not exactly known, it is the plain value.
    """
    said = t or load_locale()
    section = VOCABULARIES.get(type_.values, "")

    def show(value: object) -> str:
        if isinstance(value, (Unk, Range)) or not name:
            return plain(said, value)
        if name in NUMERIC and isinstance(value, (int, Fraction)):
            return str(NUMERIC[name].show(said, value))
        key = f"{section}.{value}"
        return str(said(key)) if said.has(key) else shown(value)

    return show


def plain(t: Locale, value: object) -> str:
    """Return a value without a format: what is unknown, true, false or empty is said in the words of `t`."""
    if isinstance(value, Unk):
        return str(t("judge.unknown"))
    if isinstance(value, Range):
        low = t.own(str(value.low))
        if value.high is None:
            return str(t("judge.at_least", low=low))
        return str(t("judge.between", low=low, high=t.own(str(value.high))))
    if isinstance(value, bool):
        return str(t("judge.true" if value else "judge.false"))
    return shown(value) if value != () else str(t("judge.none"))
