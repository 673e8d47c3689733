"""Words and sentences that a rule or scenario must not use: the report describes structures, it accuses nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = (
    r"extremis\w*",
    r"terroris\w*",
    r"criminal\w*",
    r"illicit\w*",
    r"suspicious\w*",
    r"launder\w*",
    r"shady",
    r"scam\w*",
    r"bad actors?",
    r"taint\w*",
    r"dirty",
    r"guilty",
    r"hides",
    r"(?:ال|وال|بال|لل)?(?:إرهاب|متطرف|تطرف|إجرام|مجرم|مشبوه|احتيال)\w*",
    r"غس[يل]?ل الأموال",
)
_PERSONS = (
    r"(?:founders?|teams?|members?|developers?|leaders?|insiders?|people|persons?"
    r"|holders|delegates|owners|deployers|voters|users|investors|administrators|beneficiaries|signers)"
)
"""A single holder, owner or signer may be a contract; several are spoken of as people."""
_ACTORS = _PERSONS[:-1] + r"|holder|delegate|owner|deployer|voter|user|investor|administrator|beneficiary|signer)"
_INTENT = r"(?:wants?|intends?|plans?|hopes?|tries|try|lies?|steals?|cheats?|refuses?|pretends?|believes?|supports?)"
_SUBJECTS = (
    r"(?:the|this|a) dao is",
    r"(?:the|this) dao (?:" + _INTENT + r")",
    r"(?:the|this) dao's " + _PERSONS + r" (?:is|are|was|were)",
    r"(?:the|its|their|these|those|such) " + _PERSONS + r" (?:is|are|was|were)",
    r"(?:the|its|their|these|those|such|an?|some) " + _ACTORS + r" " + _INTENT,
    r"(?:he|she) (?:is|was|has|can)",
)
_BAD = re.compile(r"\b(?:" + "|".join(_WORDS) + r")\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?:^|[.!?:;]\s+)(?:" + "|".join(_SUBJECTS) + r")\b", re.IGNORECASE)


@dataclass(frozen=True)
class Wording:
    """One passage that must be written differently."""

    passage: str
    hint: str


def check(text: str) -> list[Wording]:
    """Return what is wrong with the wording of `text`."""
    flat = " ".join(text.split())
    hint = "say what the structure allows, without a judgement"
    found = [Wording(match.group()[:60], hint) for match in _BAD.finditer(flat)]
    for match in _SENTENCE.finditer(flat):
        passage = match.group().lstrip(".!?:; ")
        found.append(Wording(passage, "the subject of a sentence is a contract, a role, a setting or a document"))
    return found
