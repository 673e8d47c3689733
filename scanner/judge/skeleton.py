"""A new rule to begin from: it loads, lints and passes its own tests before anything is changed in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from scanner.judge.language.functions import RULE_ID
from scanner.judge.language.source import did_you_mean
from scanner.judge.reader import KEBAB
from scanner.judge.rules import PACK_FILE, collect
from scanner.model.errors import OutputError, RuleError
from scanner.model.outcome import Dimension


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
      - {subject}.{field} < 10
message: "{subject}.{field} is {{{subject}.{field}}}."
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
  - {{name: below, facts: {{{subject}.{field}: 9}}, expect: {word}}}
  - {{name: at the limit, facts: {{{subject}.{field}: 10}}, expect: pass}}
  - {{name: unreadable, facts: {{}}, expect: unknown}}
"""

_PACK = """\
name: {name}
prefix: {prefix}
version: 0.1.0
engine: ">=1,<2"
"""


def write_rule(folder: Path, *, rule_id: str, name: str, subject: str) -> Path:
    """Write a new rule (and `pack.yaml` where there is none) and return its path; nothing is overwritten."""
    _check(rule_id, name, subject)
    path = folder / f"{name}.yaml"
    prefix = rule_id.split("-", maxsplit=1)[0]
    new_pack = not (folder / PACK_FILE).exists()
    if not new_pack:
        _check_free(folder, rule_id)
    if path.exists():
        raise RuleError("the file is there already", where=f"{path}:1:1", hint="choose another name")
    start = STARTS[subject]
    word = "configured" if start.dimension.descriptive else "medium"
    text = _RULE.format(
        id=rule_id,
        name=name,
        title=name.replace("-", " ").capitalize(),
        subject=subject,
        dimension=start.dimension.value,
        level=f"{'stage' if start.dimension.descriptive else 'severity'}: {word}",
        field=start.field,
        word=word,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if new_pack:
            pack_name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "my-pack"
            _write(folder / PACK_FILE, _PACK.format(name=pack_name, prefix=prefix))
        _write(path, text)
    except OSError as error:
        raise OutputError(f"the rule could not be written: {error.strerror}", where=str(path)) from None
    return path


def _write(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as handle:
        handle.write(text)


def _check(rule_id: str, name: str, subject: str) -> None:
    if not RULE_ID.match(rule_id):
        raise RuleError(
            f"{rule_id[:60]!r} is no rule id", hint="two to eight capital letters and three digits: AUD-001"
        )
    if not KEBAB.match(name):
        raise RuleError(f"{name[:60]!r} is no rule name", hint="lower-case words joined by hyphens: no-guardian")
    if subject not in STARTS:
        raise RuleError(f"{subject[:60]!r} is no subject", hint=did_you_mean(subject, STARTS))


def _check_free(folder: Path, rule_id: str) -> None:
    rulebook, _ = collect([folder])
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
