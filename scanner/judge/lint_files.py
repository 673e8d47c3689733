"""What lint says about frameworks, profiles and policies that stand beside rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from scanner.judge.asking import Names
from scanner.judge.framework import FRAMEWORK_FOLDER, Framework, load_framework
from scanner.judge.policy import Policy, load_policy
from scanner.judge.profile import PROFILE_FOLDER, load_profile
from scanner.judge.wording import check
from scanner.judge.yaml_strict import Mark
from scanner.model.errors import RuleError

POLICY_FOLDER = "policies"


def check_files(folders: Sequence[Path], names: Names) -> tuple[list[str], list[RuleError]]:
    """Return the files that were looked at, and every problem of theirs."""
    seen: list[str] = []
    problems: list[RuleError] = []
    known: list[str] = []
    for path in _files(folders, FRAMEWORK_FOLDER):
        seen.append(str(path))
        known.append(path.stem)
        try:
            problems.extend(_framework(load_framework(path, names)))
        except RuleError as error:
            problems.append(error)
    for path in _files(folders, PROFILE_FOLDER):
        seen.append(str(path))
        try:
            problems.extend(_wording(load_profile(path, known).mark, path.stem, {"title": path.stem}))
        except RuleError as error:
            problems.append(error)
    for path in _files(folders, POLICY_FOLDER):
        seen.append(str(path))
        try:
            problems.extend(_policy(load_policy(path, names)))
        except RuleError as error:
            problems.append(error)
    return seen, problems


def _files(folders: Sequence[Path], kind: str) -> list[Path]:
    return [path for folder in folders for path in sorted((folder / kind).glob("*.yaml"))]


def _framework(framework: Framework) -> Iterator[RuleError]:
    yield from _wording(framework.mark, framework.id, {"title": framework.title, "note": framework.note})
    for criterion in framework.criteria:
        yield from _wording(criterion.mark, f"{framework.id} {criterion.id}", criterion.texts())


def _policy(policy: Policy) -> Iterator[RuleError]:
    yield from _wording(policy.mark, policy.id, {"title": policy.title})
    for criterion in policy.criteria:
        yield from _wording(criterion.mark, f"{policy.id} {criterion.id}", criterion.texts())


def _wording(mark: Mark, name: str, texts: Mapping[str, str]) -> Iterator[RuleError]:
    for key, text in texts.items():
        for wording in check(text):
            yield mark.error(f"{key} of {name} says {wording.passage!r}", wording.hint)
