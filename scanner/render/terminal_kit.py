"""Policy, frameworks, suppressions and what was left out, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model.kit import SuppressionState
from scanner.render.kit_view import VERDICTS, state_counts
from scanner.render.lookup import Lookup
from scanner.render.text import line

Words = tuple[tuple[str, str], ...]
"""(style, text), as the summary prints them."""
_STYLES = {"high": "red", "medium": "yellow", "undecided": "reverse", "neutral": "magenta", "none": ""}


def kit_lines(lookup: Lookup) -> Iterator[Words]:
    """Return the lines to print: the policy's verdict first; nothing where nothing was brought along."""
    t, assessment = lookup.t, lookup.assessment
    policy = assessment.policy
    if policy is not None:
        yield ()
        overall = t(f"policy_verdict.{policy.verdict.value}")
        yield (("bold", t("terminal.policy", title=line(policy.title, 100), verdict=overall)),)
        for item in policy.criteria:
            tone, shape = VERDICTS[item.verdict]
            word = t(f"verdict.{item.verdict.value}")
            yield (
                (_STYLES[tone], f"  {shape} {word:<16} "),
                ("", f"{line(item.id, 20)} {line(item.title, 100)}: {line(lookup.named(item.reason), 200)}"),
            )
    for framework in assessment.frameworks:
        yield ()
        title = t("terminal.framework", title=line(framework.title, 100))
        yield (("bold", title), ("", f": {state_counts(t, framework)}"))
    accepted = sum(one.accepted for one in assessment.findings)
    if accepted:
        yield ()
        yield (("", t("terminal.accepted", n=accepted)),)
    for entry in assessment.suppressions:
        if entry.note:
            named = entry.rule_id or f"{entry.fingerprint[:16]}…"
            key = "suppression" if entry.state is SuppressionState.ACTIVE else "suppression_warning"
            note = line(lookup.named(entry.note), 300)
            yield (("", t(f"terminal.{key}", line=t.own(str(entry.line)), named=named, note=note)),)
    if assessment.disabled:
        ids = ", ".join(rule.id for rule in assessment.disabled)
        yield (("", t("terminal.left_out", n=len(assessment.disabled), ids=line(ids, 300))),)
