"""Which results of static-analysis detectors do not count for a governance or a treasury, each with its reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from scanner.content import rules_dir
from scanner.model.code import CodeFacts, DetectorHit
from scanner.model.kinds import Role
from scanner.model.observation import Known, Unknown

COUNTED_IMPACTS = ("high", "medium")


@dataclass(frozen=True)
class Reason:
    """Why results of some detectors are set aside, and where: what is empty asks for nothing."""

    detectors: frozenset[str]
    text: str
    roles: frozenset[str]
    compiler: tuple[int, ...]
    digests: frozenset[str]
    bound: bool
    """Only in functions whose text is one of `digests`."""

    def covers(self, hit: DetectorHit, roles: Sequence[Role], compiler: tuple[int, ...]) -> bool:
        """Whether it covers one result. A contract that several roles meet in is covered by any of them."""
        return (
            hit.detector in self.detectors
            and (not self.roles or any(role.value in self.roles for role in roles))
            and (not self.compiler or compiler >= self.compiler)
            and (not self.bound or (bool(hit.functions) and self.digests.issuperset(hit.functions)))
        )


@cache
def reasons() -> tuple[Reason, ...]:
    """Return the reasons of the rules' data, in their order."""
    folder = rules_dir() / "data"
    rows: list[dict[str, Any]] = json.loads((folder / "set_aside.json").read_text("utf-8"))
    known: dict[str, dict[str, dict[str, str]]] = json.loads((folder / "known_functions.json").read_text("utf-8"))
    return tuple(_reason(row, known.get(row.get("library", ""), {})) for row in rows)


def _reason(row: dict[str, Any], known: dict[str, dict[str, str]]) -> Reason:
    names: list[str] = row.get("functions", [])
    published = f" (published code of {row['library']})" if names else ""
    return Reason(
        detectors=frozenset(row["detectors"]),
        text=row["reason"] + published,
        roles=frozenset(row.get("roles", ())),
        compiler=_version(row.get("compiler", "")),
        digests=frozenset(digest for name in names for digest in known.get(name, ())),
        bound=bool(names),
    )


def _version(text: str) -> tuple[int, ...]:
    plain = text.lstrip("v").split("+")[0].split("-")[0]
    parts = plain.split(".")
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else ()


def set_aside(code: CodeFacts, roles: Sequence[Role], compiler: Known[str] | Unknown) -> CodeFacts:
    """Return the facts with each result of a detector that does not count marked with the reason."""
    version = _version(compiler.value) if isinstance(compiler, Known) else ()
    hits = tuple(_marked(hit, roles, version) for hit in code.detectors.items)
    return code.model_copy(update={"detectors": code.detectors.model_copy(update={"items": hits})})


def _marked(hit: DetectorHit, roles: Sequence[Role], version: tuple[int, ...]) -> DetectorHit:
    if hit.impact not in COUNTED_IMPACTS:
        return hit
    found = next((reason for reason in reasons() if reason.covers(hit, roles, version)), None)
    return hit.model_copy(update={"set_aside": found.text}) if found else hit


def set_aside_texts(code: CodeFacts) -> tuple[str, ...]:
    """Return, per reason, one sentence: which detectors' results do not count, how many, and why."""
    aside = [hit for hit in code.detectors.items if hit.set_aside]
    texts = []
    for why in sorted({hit.set_aside for hit in aside}):
        named = sorted({hit.detector for hit in aside if hit.set_aside == why})
        count = sum(hit.set_aside == why for hit in aside)
        texts.append(f"{', '.join(named)} ({count} result{'' if count == 1 else 's'}): {why}")
    return tuple(sorted(texts))
