"""Policy, frameworks, suppressions and what was left out, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model.kit import SuppressionState
from scanner.render.kit_view import OVERALL, VERDICTS, state_counts
from scanner.render.lookup import Lookup
from scanner.render.text import line

Words = tuple[tuple[str, str], ...]
"""(style, text), as the summary prints them."""
_STYLES = {"high": "red", "medium": "yellow", "undecided": "reverse", "neutral": "magenta", "none": ""}


def kit_lines(lookup: Lookup) -> Iterator[Words]:
    """Return the lines to print: the policy's verdict first; nothing where nothing was brought along."""
    assessment = lookup.assessment
    policy = assessment.policy
    if policy is not None:
        yield ()
        yield (("bold", f"Policy {line(policy.title, 100)}: {OVERALL[policy.verdict]}"),)
        for item in policy.criteria:
            tone, shape, word = VERDICTS[item.verdict]
            yield (
                (_STYLES[tone], f"  {shape} {word:<16} "),
                ("", f"{line(item.id, 20)} {line(item.title, 100)}: {line(lookup.named(item.reason), 200)}"),
            )
    for framework in assessment.frameworks:
        yield ()
        yield (("bold", f"Framework {line(framework.title, 100)}"), ("", f": {state_counts(framework)}"))
    accepted = sum(one.accepted for one in assessment.findings)
    if accepted:
        yield ()
        yield (("", f"{_counted(accepted, 'finding')} accepted: listed, but not counted for the exit code"),)
    for entry in assessment.suppressions:
        if entry.note:
            named = entry.rule_id or f"{entry.fingerprint[:16]}…"
            word = "warning: " if entry.state is not SuppressionState.ACTIVE else ""
            yield (("", f"{word}suppression on line {entry.line} ({named}): {line(lookup.named(entry.note), 300)}"),)
    if assessment.disabled:
        ids = ", ".join(rule.id for rule in assessment.disabled)
        yield (("", f"{_counted(len(assessment.disabled), 'rule')} left out: {line(ids, 300)}"),)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
