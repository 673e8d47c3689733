"""docs/examples: what a DAO copies into its own repository."""

from __future__ import annotations

import re
from typing import Any

import yaml
from typer.main import get_command

from scanner.cli.main import app
from tests.docs.support import DOCS, text_of

WORKFLOW = (DOCS / "examples" / "daoscan.yml").read_text(encoding="utf-8")
JOB: dict[str, Any] = yaml.safe_load(WORKFLOW)["jobs"]["code"]


def test_the_workflow_has_no_rights_but_those_it_needs() -> None:
    assert yaml.safe_load(WORKFLOW)["permissions"] == {}
    assert JOB["permissions"] == {"contents": "read", "security-events": "write"}
    checkout = next(step for step in JOB["steps"] if "checkout" in step.get("uses", ""))
    assert checkout["with"]["persist-credentials"] is False


def test_every_action_is_pinned_by_hash_with_its_release_beside_it() -> None:
    used = re.findall(r"uses: (\S+)(.*)", WORKFLOW)
    assert len(used) == 3
    for action, comment in used:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), comment


def test_the_workflow_runs_a_command_that_is_there_and_uploads_what_it_writes() -> None:
    (run,) = [step["run"] for step in JOB["steps"] if step.get("run", "").startswith("daoscan ")]
    words = run.split()[1:]
    command = get_command(app).commands[words[0]]  # type: ignore[attr-defined]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known
    folder = words[words.index("--out") + 1]
    upload = next(step for step in JOB["steps"] if "upload-sarif" in step.get("uses", ""))
    assert upload["with"]["sarif_file"] == f"{folder}/code.sarif"
    assert "always()" in upload["if"], "findings make the command fail, and are uploaded all the same"


def test_the_page_names_options_that_are_there() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    known = {option for command in commands.values() for parameter in command.params for option in parameter.opts}
    for page in ("code.md", "analyses.md"):
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text_of(page))) <= known
