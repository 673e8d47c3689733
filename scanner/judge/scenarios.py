"""Scenario files (schema 1): ways in which a structure could be misused, and what the same structure is good for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scanner.judge.language.compiled import Compiled
from scanner.judge.language.compiler import Scope, compile_condition
from scanner.judge.language.model_schema import model_schema
from scanner.judge.reader import Reader
from scanner.judge.rules import RuleErrors, folder_digest, read_text
from scanner.judge.schema import SCENARIO_ID
from scanner.judge.yaml_strict import Mark, load
from scanner.model.errors import RuleError

SCENARIO_FOLDER = "scenarios"
KEYS = (
    "schema",
    "id",
    "name",
    "title",
    "description",
    "needs",
    "exercised_when",
    "out_of_scope",
    "would_change",
    "legitimate_use",
    "content_note",
)


@dataclass(frozen=True)
class Scenario:
    """One scenario. `needs` and `exercised_when` are conditions over rule outcomes; all lines must hold."""

    id: str
    name: str
    title: str
    description: str
    needs: tuple[Compiled, ...]
    exercised_when: tuple[Compiled, ...]
    out_of_scope: str
    would_change: tuple[str, ...]
    legitimate_use: str
    content_note: str
    marks: Mapping[str, Mark]

    @property
    def mark(self) -> Mark:
        return self.marks["id"]

    def texts(self) -> dict[str, str]:
        """Return the sentences that a reader sees, by where they stand in the file."""
        return {
            "title": self.title,
            "description": self.description,
            "out_of_scope": self.out_of_scope,
            "would_change": "\n".join(self.would_change),
            "legitimate_use": self.legitimate_use,
            "content_note": self.content_note,
        }


@dataclass(frozen=True)
class Scenarios:
    """All scenarios, sorted by id, and the SHA-256 over their files."""

    items: tuple[Scenario, ...]
    digest: str


def load_scenarios(folder: Path) -> Scenarios:
    """Return the scenarios of a folder. RuleErrors with everything that is wrong."""
    found, errors = collect_scenarios(folder)
    if errors:
        raise RuleErrors(errors)
    return Scenarios(tuple(found), folder_digest(folder.glob("*.yaml")))


def collect_scenarios(folder: Path) -> tuple[list[Scenario], list[RuleError]]:
    """Return the scenarios that could be loaded, and what is wrong with the others."""
    found: list[Scenario] = []
    errors: list[RuleError] = []
    if not folder.is_dir():
        return [], [RuleError("no such folder of scenarios", where=f"{folder}:1:1")]
    for path in sorted(folder.glob("*.yaml")):
        try:
            scenario = read_scenario(read_text(path), path)
            _unique(scenario, found)
            found.append(scenario)
        except RuleError as error:
            errors.append(error)
    return sorted(found, key=lambda one: one.id), errors


def read_scenario(text: str, path: Path) -> Scenario:
    """Return the scenario of one file. RuleError at the first thing that is wrong."""
    top = Reader(load(text, str(path)), KEYS, "a scenario")
    if top.integer("schema") != 1:
        raise top.error("schema", "this engine reads schema 1")
    scenario_id = top.matching("id", SCENARIO_ID, "MS-12")
    if path.stem != scenario_id:
        raise top.error(
            "id", f"the scenario is {scenario_id} but the file {path.name!r}", "id and file name are the same"
        )
    out_of_scope = top.optional("out_of_scope")
    if out_of_scope and (top.items("needs") or top.items("exercised_when")):
        raise top.error("out_of_scope", "a scenario out of scope needs nothing", "remove 'needs' and 'exercised_when'")
    return Scenario(
        id=scenario_id,
        name=top.kebab("name"),
        title=top.text("title"),
        description=top.text("description"),
        needs=_conditions(top, "needs", least=0 if out_of_scope else 1),
        exercised_when=_conditions(top, "exercised_when"),
        out_of_scope=out_of_scope,
        would_change=top.texts("would_change"),
        legitimate_use=top.text("legitimate_use", "say what the same structure is good for"),
        content_note=top.optional("content_note"),
        marks={key: node.mark for key, node in top.node.entries.items()},
    )


def _conditions(top: Reader, key: str, *, least: int = 0) -> tuple[Compiled, ...]:
    scope = Scope(model_schema(), {}, outcomes=True)
    return tuple(compile_condition(line, scope) for line in top.lines(key, least=least))


def _unique(scenario: Scenario, others: Iterable[Scenario]) -> None:
    for other in others:
        if other.name == scenario.name:
            raise scenario.marks["name"].error(
                f"name {scenario.name!r} is used twice", f"first at {other.marks['name']}"
            )
