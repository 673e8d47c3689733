"""How a message prints a value: `{governor.voting_delay_seconds:duration}` reads "2 days", not 172800."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scanner.judge.language.types import Type
from scanner.judge.language.values import Range, Unk, shown
from scanner.model.kinds import ActorKind, Guard, MembershipKind, Stage, VoteTime
from scanner.model.numbers import duration, share


def _values(kind: type[StrEnum]) -> tuple[str, ...]:
    return tuple(member.value for member in kind)


WORDS: Mapping[tuple[str, ...], Mapping[str, str]] = {
    _values(ActorKind): {
        "eoa": "a single key",
        "multisig": "a multisig",
        "token-vote": "a token vote",
        "nft-vote": "an NFT vote",
        "share-vote": "a share vote",
        "anyone": "anyone",
        "nobody": "nobody",
        "unresolved": "an account that could not be resolved",
    },
    _values(MembershipKind): {
        "OPEN-FREE": "anyone can join without paying",
        "OPEN-PAID": "anyone can join by paying",
        "OPEN-MARKET": "anyone can buy voting units",
        "OPEN-PROOF": "anyone who holds a proof can join",
        "SPONSORED": "a member must sponsor or members must agree",
        "ALLOWLIST": "an allow-list decides",
        "IDENTITY": "an identity check decides",
        "CLOSED-LIST": "a role adds members",
        "HYBRID": "several ways, of different kinds",
        "UNDETERMINED": "the way could not be determined",
    },
    _values(Stage): {
        "absent": "not there",
        "present": "in the code",
        "reachable": "in the code and can be called",
        "configured": "set up",
        "exercised": "used on chain",
    },
    _values(Guard): {
        "no-function": "there is no such function",
        "none": "no check at all",
        "payment": "a payment",
        "proof": "a proof",
        "identity": "an identity check",
        "member": "membership",
        "caller": "a check of who calls",
    },
    _values(VoteTime): {
        "past-block": "a past block",
        "call-time-locked": "the moment of voting, units locked until the end",
        "call-time": "the moment of voting",
    },
    ("none", "during-vote", "permanent"): {
        "none": "none",
        "during-vote": "until the vote is over",
        "permanent": "for good",
    },
    ("none", "ragequit", "redeem", "fork"): {
        "none": "no way",
        "ragequit": "quitting against a payout (ragequit)",
        "redeem": "redeeming units",
        "fork": "leaving with others (fork)",
    },
    ("nobody", "governance", "role", "member-vote", "anyone"): {
        "nobody": "nobody",
        "governance": "a vote on a proposal",
        "role": "the holder of a role",
        "member-vote": "a vote of the members",
        "anyone": "anyone",
    },
    ("token", "nft", "share", "one-address", "unknown"): {
        "token": "tokens held",
        "nft": "NFTs held",
        "share": "shares held",
        "one-address": "address, one vote each",
        "unknown": "a measure that is not known",
    },
    ("call", "delegatecall", "delegatecall-bound"): {
        "call": "an ordinary call",
        "delegatecall": "delegatecall",
        "delegatecall-bound": "delegatecall to code that was fixed before the vote",
    },
}
"""Closed vocabularies, by the values that they hold, as they read inside a sentence."""


def _duration(value: int | Fraction) -> str:
    return duration(int(value)) if value else "none"


def _share(value: int | Fraction) -> str:
    return share(int(value)) if value >= 0 else shown(value)


@dataclass(frozen=True)
class _Numeric:
    """A format for numbers: what a number must be, and how it is printed."""

    of: str
    show: Callable[[int | Fraction], str]


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
        return "" if type_.values in WORDS else "there are no words for the values of this field"
    return "" if type_.numeric else f"format {name!r} is for a number of {NUMERIC[name].of}, not for {type_}"


def formatter(name: str, type_: Type) -> Callable[[object], str]:
    """Return what prints values of this type; a value that is not exactly known reads as it does without a format."""
    words = WORDS.get(type_.values, {})

    def show(value: object) -> str:
        if isinstance(value, (Unk, Range)):
            return shown(value)
        if name in NUMERIC and isinstance(value, (int, Fraction)):
            return NUMERIC[name].show(value)
        return words.get(str(value)) or shown(value)

    return show
