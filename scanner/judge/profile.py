"""Profiles (schema 1): what a kind of reader looks at first. A profile re-orders and chooses; it never re-words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.judge.language.source import did_you_mean
from scanner.judge.reader import Reader
from scanner.judge.rule import Rule
from scanner.judge.rules import read_text
from scanner.judge.yaml_strict import Mark, load
from scanner.model.errors import UsageError
from scanner.model.kit import ProfileUse
from scanner.model.outcome import Assessment, Confidence, Dimension, Severity

PROFILE_FOLDER = "profiles"
KEYS = (
    "schema",
    "name",
    "title",
    "first",
    "fail_on",
    "formats",
    "experimental",
    "confidence",
    "frameworks",
)
FORMATS = ("html", "json", "sarif", "md")
_RANKS = {Confidence.LOW: 0, Confidence.MEDIUM: 1, Confidence.HIGH: 2}


@dataclass(frozen=True)
class Profile:
    """One profile file and the SHA-256 of its bytes. What is None or empty is left as it is without a profile."""

    name: str
    title: str
    first: tuple[str, ...]
    fail_on: Severity | None
    formats: tuple[str, ...]
    experimental: bool
    confidence: Confidence
    frameworks: tuple[str, ...]
    digest: str
    mark: Mark

    def leaves_out(self, rule: Rule) -> str:
        """Return why the profile leaves a rule out, or nothing."""
        if not self.experimental and rule.status == "experimental":
            return f"profile {self.name} leaves experimental rules out"
        if _RANKS[rule.confidence] < _RANKS[self.confidence]:
            return f"profile {self.name} leaves out rules of less than {self.confidence} confidence"
        return ""

    def used(self) -> ProfileUse:
        """Return what a report says about it."""
        settings = (
            ("first", ", ".join(self.first)),
            ("fail on", self.fail_on.value if self.fail_on else ""),
            ("formats", ", ".join(self.formats)),
            ("experimental rules", "run" if self.experimental else "left out"),
            ("least confidence", self.confidence.value),
            ("frameworks", ", ".join(self.frameworks)),
        )
        return ProfileUse(name=self.name, title=self.title, settings=tuple(pair for pair in settings if pair[1]))


def load_profile(path: Path, frameworks: Sequence[str]) -> Profile:
    """Return the profile of a file. RuleError with its place; `frameworks` are those that it may name."""
    text = read_text(path)
    top = Reader(load(text, str(path)), KEYS, "a profile")
    if top.integer("schema") != 1:
        raise top.error("schema", "this engine reads schema 1")
    name = top.kebab("name")
    if path.stem != name:
        raise top.error("name", f"the profile is {name!r} but the file {path.name!r}", "name and file name agree")
    return Profile(
        name=name,
        title=top.text("title"),
        first=_known(top, "first", [one.value for one in Dimension]),
        fail_on=top.member("fail_on", Severity) if top.has("fail_on") else None,
        formats=_known(top, "formats", FORMATS),
        experimental=top.choice("experimental", ("run", "left-out")) == "run" if top.has("experimental") else True,
        confidence=top.member("confidence", Confidence) if top.has("confidence") else Confidence.LOW,
        frameworks=_known(top, "frameworks", frameworks),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        mark=top.mark("name"),
    )


def _known(top: Reader, key: str, known: Sequence[str]) -> tuple[str, ...]:
    for line in top.lines(key):
        if line.text.strip() not in known:
            hint = did_you_mean(line.text.strip(), known) or f"one of {', '.join(known)}"
            raise line.error(f"{key!r} cannot hold {line.text[:60]!r}", hint=hint)
    return top.texts(key)


def find_profile(wanted: str, folders: Sequence[Path]) -> Path:
    """Return the file of a profile: a path, or the name of one in a `profiles` folder. Raises UsageError."""
    if wanted.endswith((".yaml", ".yml")):
        return Path(wanted)
    files = {path.stem: path for folder in reversed(folders) for path in (folder / PROFILE_FOLDER).glob("*.yaml")}
    if wanted not in files:
        hint = did_you_mean(wanted, sorted(files)) or f"one of {', '.join(sorted(files))}, or the path of a file"
        raise UsageError(f"no profile {wanted[:60]!r}", where="--profile", hint=hint)
    return files[wanted]


def in_order(assessment: Assessment, first: Sequence[str]) -> Assessment:
    """Return the assessment with the dimensions that a profile names before the others."""
    rank = {name: place for place, name in enumerate(first)}
    dimensions = sorted(assessment.dimensions, key=lambda one: rank.get(one.dimension.value, len(rank)))
    return assessment.model_copy(update={"dimensions": tuple(dimensions)})
