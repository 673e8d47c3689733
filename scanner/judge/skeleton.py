"""A new rule to begin from: it loads, lints and passes its own tests before anything is changed in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from scanner.judge.language.functions import RULE_ID
from scanner.judge.language.source import did_you_mean
from scanner.judge.pack import PACK_FILE
from scanner.judge.reader import KEBAB
from scanner.judge.rule import Rulebook
from scanner.judge.rules import collect
from scanner.judge.threshold import read_threshold
from scanner.model.errors import OutputError, RuleError
from scanner.model.kinds import Stage
from scanner.model.outcome import Dimension, Severity


@dataclass(frozen=True)
class Start:
    """What a new rule about a subject begins with: an integer field and a fitting dimension."""

    field: str
    dimension: Dimension


STARTS: dict[str, Start] = {
    "dao": Start("governor_count", Dimension.CONTROL),
    "membership": Start("member_count", Dimension.MEMBERSHIP),
    "governor": Start("voting_delay_seconds", Dimension.RESPONSE_TIME),
    "timelock": Start("min_delay_seconds", Dimension.RESPONSE_TIME),
    "token": Start("holders", Dimension.TOKEN),
    "safe": Start("threshold", Dimension.CONTROL),
    "contract": Start("code_size_bytes", Dimension.CODE),
    "treasury": Start("bypass_signers", Dimension.TREASURY),
    "control": Start("delay_seconds", Dimension.CONTROL),
    "proposal": Start("seconds_to_execution", Dimension.PROPOSALS),
}

_RULE = """\
schema: 1
id: {id}                      # stable for ever
name: {name}                  # = file name; states the problem
title: {title}
subject: {subject}            # the engine asks this of every {subject}
confidence: medium            # high, medium or low
status: experimental          # experimental, stable or deprecated
dimension: {dimension}
applies: []                   # conditions; where one is false the rule does not apply
levels:                       # from the worst down; the first whose lines are all true wins
  - {level}
    where:
      - {condition}
message: "{path} is {shown}."
why: Say what this setting allows, and to whom.
legitimate_use: Say why an honest DAO may have this.
remediation:
  effort: low
  text: Say what to change.
false_positives: []
references: []
scenarios: []                 # for instance {{id: MS-12, relation: facilitates}}
evidence_class: E1            # E1 state … E8 inference
tests:                        # facts that are not named are unknown
  - {{name: beyond the limit, facts: {{{path}: {meets}}}, expect: {word}}}
  - {{name: within the limit, facts: {{{path}: {misses}}}, expect: pass}}
  - {{name: unreadable, facts: {{}}, expect: unknown}}
"""

_PACK = """\
name: {name}
prefix: {prefix}
version: 0.1.0
engine: ">=1,<2"
"""


@dataclass(frozen=True)
class NewRule:
    """What a new rule is about. What is left empty is chosen: the next number, a name after the condition."""

    subject: str
    condition: str = ""
    level: str = ""
    rule_id: str = ""
    name: str = ""


def first_condition(subject: str) -> str:
    """Return the condition that a rule about a subject begins with when nobody says another."""
    return f"{subject}.{STARTS[subject].field} < 10"


def levels_of(subject: str) -> tuple[str, ...]:
    """Return the words that a level of a rule about a subject can have: severities, or stages where it describes."""
    if STARTS[subject].dimension.descriptive:
        return tuple(stage.value for stage in Stage if stage is not Stage.ABSENT)
    return tuple(severity.value for severity in Severity)


def check_subject(subject: str) -> str:
    """Return the subject. RuleError when there is none of that name."""
    if subject not in STARTS:
        raise RuleError(f"{subject[:60]!r} is no subject", hint=did_you_mean(subject, STARTS) or ", ".join(STARTS))
    return subject


def write_rule(folder: Path, new: NewRule) -> Path:
    """Write a new rule (and `pack.yaml` where there is none) and return its path; nothing is overwritten."""
    check_subject(new.subject)
    threshold = read_threshold(new.condition or first_condition(new.subject), new.subject)
    start = STARTS[new.subject]
    word = new.level or ("configured" if start.dimension.descriptive else "medium")
    if word not in levels_of(new.subject):
        kind = "stage" if start.dimension.descriptive else "severity"
        raise RuleError(f"{word[:40]!r} is no {kind}", hint=f"one of {', '.join(levels_of(new.subject))}")
    rulebook, _ = collect([folder]) if (folder / PACK_FILE).exists() else (None, [])
    rule_id = new.rule_id or _next_id(folder, rulebook)
    name = new.name or threshold.slug
    _check(rule_id, name)
    path = folder / f"{name}.yaml"
    if rulebook is not None:
        _check_free(folder, rule_id, rulebook)
    if path.exists():
        raise RuleError("the file is there already", where=f"{path}:1:1", hint="choose another name with --name")
    text = _RULE.format(
        id=rule_id,
        name=name,
        title=name.replace("-", " ").capitalize(),
        subject=new.subject,
        dimension=start.dimension.value,
        level=f"{'stage' if start.dimension.descriptive else 'severity'}: {word}",
        condition=_scalar(threshold.text),
        path=threshold.path,
        shown=threshold.shown,
        meets=threshold.meets,
        misses=threshold.misses,
        word=word,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if rulebook is None:
            prefix = rule_id.split("-", maxsplit=1)[0]
            _write(folder / PACK_FILE, _PACK.format(name=_pack_name(folder), prefix=prefix))
        _write(path, text)
    except OSError as error:
        raise OutputError(f"the rule could not be written: {error.strerror}", where=str(path)) from None
    return path


def _scalar(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _pack_name(folder: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "my-pack"


def _next_id(folder: Path, rulebook: Rulebook | None) -> str:
    """The pack's own prefix with the next free number; of a new pack, the first letters of its name."""
    if rulebook is None or not rulebook.packs:
        letters = re.sub(r"[^A-Z]", "", folder.resolve().name.upper())[:4]
        return f"{letters if len(letters) >= 2 else 'AUD'}-001"
    prefix = rulebook.packs[0].prefixes[0]
    taken = [int(rule.id.split("-")[1]) for rule in rulebook.rules if rule.id.startswith(f"{prefix}-")]
    return f"{prefix}-{max(taken, default=0) + 1:03d}"


def _write(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as handle:
        handle.write(text)


def _check(rule_id: str, name: str) -> None:
    if not RULE_ID.match(rule_id):
        raise RuleError(
            f"{rule_id[:60]!r} is no rule id", hint="two to eight capital letters and three digits: AUD-001"
        )
    if not KEBAB.match(name):
        raise RuleError(f"{name[:60]!r} is no rule name", hint="lower-case words joined by hyphens: no-guardian")


def _check_free(folder: Path, rule_id: str, rulebook: Rulebook) -> None:
    taken = rulebook.rule(rule_id)
    if taken is not None:
        raise RuleError(f"id {rule_id} is used already", where=str(taken.mark), hint="choose the next number")
    for pack in rulebook.packs:
        if rule_id.split("-", maxsplit=1)[0] not in pack.prefixes:
            raise RuleError(
                f"id {rule_id} does not begin with the pack's prefix",
                where=f"{folder / PACK_FILE}:1:1",
                hint=" or ".join(pack.prefixes),
            )
