"""`daoscan rules new`: a rule to begin from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.errors import print_error
from scanner.cli.rules_shared import stop
from scanner.judge.skeleton import STARTS, NewRule, check_subject, first_condition, levels_of, write_rule
from scanner.judge.threshold import read_threshold
from scanner.model.errors import DaoscanError, RuleError, UsageError


def new_command(
    folder: Annotated[Path, typer.Argument(help="folder of the pack; made when it is not there")],
    rule_id: Annotated[str, typer.Option("--id", help="stable for ever; default: the pack's next number")] = "",
    name: Annotated[str, typer.Option(help="file name, states the problem; default: after the condition")] = "",
    subject: Annotated[str, typer.Option(help=f"what it is about: {', '.join(STARTS)}")] = "",
    condition: Annotated[str, typer.Option(help='threshold, e.g. "governor.voting_delay_seconds < 2 * DAY"')] = "",
    severity: Annotated[str, typer.Option(help="severity; a stage where the subject is described, not graded")] = "",
) -> None:
    """Write a new rule that lints and passes its tests. On a terminal it asks three questions for what is missing."""
    try:
        new = NewRule(subject=subject, condition=condition, level=severity, rule_id=rule_id, name=name)
        path = write_rule(folder, _asked(new) if sys.stdin.isatty() else _complete(new))
    except DaoscanError as error:
        raise stop(error) from None
    typer.echo(f"{path} written. Change it, then run: daoscan rules lint {folder} && daoscan rules test {folder}")


def _complete(new: NewRule) -> NewRule:
    if not new.subject:
        raise UsageError(
            "what the rule is about is missing",
            hint=f"--subject with one of {', '.join(STARTS)}; on a terminal this command asks",
        )
    return new


def _asked(new: NewRule) -> NewRule:
    """Ask for what is missing, again until it can be used: what about, which condition, how bad."""
    subject = new.subject or _ask(f"1/3 What is it about ({', '.join(STARTS)})?", "governor", check_subject)
    check_subject(subject)
    condition = new.condition or _ask(
        "2/3 What is the threshold condition?",
        first_condition(subject),
        lambda text: read_threshold(text, subject).text,
    )
    words = levels_of(subject)
    middle = words[len(words) // 2]
    kind = "How bad is it" if not STARTS[subject].dimension.descriptive else "How far does it go"
    level = new.level or _ask(f"3/3 {kind} ({', '.join(words)})?", middle, lambda text: _among(text, words))
    return NewRule(subject=subject, condition=condition, level=level, rule_id=new.rule_id, name=new.name)


def _ask(question: str, default: str, check: object) -> str:
    assert callable(check)
    while True:
        answer = str(typer.prompt(question, default=default)).strip()
        try:
            return str(check(answer))
        except RuleError as error:
            print_error(error)


def _among(text: str, words: tuple[str, ...]) -> str:
    if text not in words:
        raise RuleError(f"{text[:40]!r} is none of these", hint=", ".join(words))
    return text
