"""docs/kit.md, frameworks.md and policies.md: their examples are loaded and run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scanner.content import rules_dir
from scanner.judge.asking import FUNCTIONS
from scanner.judge.assess import assess, exit_code
from scanner.judge.engine import judge
from scanner.judge.framework import CRITERION_KEYS, KEYS, STAGE_KEYS
from scanner.judge.kit import KitOptions, apply_kit, framework_files, load_kit
from scanner.judge.lint import lint
from scanner.judge.policy import CRITERION_KEYS as POLICY_CRITERION_KEYS
from scanner.judge.policy import KEYS as POLICY_KEYS
from scanner.judge.policy import PASSED
from scanner.judge.profile import KEYS as PROFILE_KEYS
from scanner.judge.profile import load_profile
from scanner.judge.rules import load_rulebook
from scanner.judge.scenarios import load_scenarios
from scanner.judge.suppression import ENTRY_KEYS
from scanner.model.outcome import Severity

DOCS = Path(__file__).resolve().parents[3] / "docs"
TEXTS = {name: (DOCS / f"{name}.md").read_text(encoding="utf-8") for name in ("kit", "frameworks", "policies")}
FILE = re.compile(r"<!-- file: (\S+) -->\n```yaml\n(.*?)```", flags=re.DOTALL)


@pytest.fixture
def written(tmp_path):
    """The documents' files, written as the reader would."""
    for text in TEXTS.values():
        for name, content in FILE.findall(text):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(written, make_snapshot, make_governor, known):
    """Judge a DAO whose votes open at once, with the documents' files."""

    def go(**options):
        folders = [rules_dir(), written / "my-rules"]
        book, scenarios = load_rulebook(folders), load_scenarios(rules_dir() / "scenarios")
        left, kit = load_kit(KitOptions(**options), book, scenarios, folders)
        snapshot = make_snapshot(governors=[make_governor(voting_delay_seconds=known(3 * 86_400))])
        return apply_kit(kit, snapshot, assess(snapshot, judge(snapshot, left), left, scenarios))

    return go


def test_every_file_lints(written):
    names = [name for text in TEXTS.values() for name, _ in FILE.findall(text)]
    assert len(names) == 5
    linted = lint([rules_dir(), written / "my-rules"])
    assert [f"{error.where}: {error.what}" for error in linted.problems] == []
    assert sum(str(written) in file for file in linted.others) == 2


def test_the_framework(run):
    (framework,) = run(frameworks=("house",)).frameworks
    assert [one.state.value for one in framework.criteria] == ["evidence-against", "not-assessable"]
    assert framework.criteria[0].evidence_against[0].says == "A vote opens two to four days after its proposal."
    assert [stage.result for stage in framework.stages] == ["true", "false"]


def test_the_policy_and_what_the_document_says_of_its_verdict(run, written):
    policy = run(policy=written / "policy.yaml").policy
    shown = json.loads(TEXTS["policies"].split("<!-- json -->\n```json\n")[1].split("```")[0])["policy"]
    assert set(shown) < set(policy.model_dump())
    assert set(shown["criteria"][0]) < set(policy.criteria[0].model_dump())
    assert [one["id"] for one in shown["criteria"]] == [one.id for one in policy.criteria]
    passed = next(one for one in shown["criteria"] if one["verdict"] == "pass")
    assert passed["reason"] == PASSED
    assert policy.id == shown["id"]


def test_the_suppressions(run, written):
    judged = run(suppressions=written / "accepted.yaml")
    assert [one.state.value for one in judged.suppressions] == ["unused", "active", "unused"]
    assert [one.rule_id for one in judged.findings if one.accepted] == ["RSP-001"]
    assert exit_code(judged, Severity.MEDIUM) == 3


def test_the_profile(run):
    judged = run(profile="insurer")
    assert [one.dimension.value for one in judged.dimensions][:2] == ["code", "control"]
    assert [one.id for one in judged.frameworks] == ["defiscan"]


def test_every_framework_is_in_the_table():
    named = re.findall(r"^\| `([a-z0-9-]+)` \|", TEXTS["frameworks"].split("## States")[0], flags=re.M)
    assert named == list(framework_files([rules_dir()]))


def test_the_table_of_profiles_is_that_of_the_files():
    rows = {
        row[0]: row
        for row in re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", TEXTS["kit"], re.M)
    }
    frameworks = list(framework_files([rules_dir()]))
    files = sorted((rules_dir() / "profiles").glob("*.yaml"))
    assert sorted(rows) == [path.stem for path in files]
    for path in files:
        profile = load_profile(path, frameworks)
        _, first, fail_on, formats, _, named = rows[profile.name]
        assert first.replace("response time", "response-time").replace(
            "listed exposure", "listed-exposure"
        ) == ", ".join(profile.first)
        assert (fail_on, formats, named) == (
            profile.fail_on.value,
            ", ".join(profile.formats),
            ", ".join(profile.frameworks),
        )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_described(name):
    assert f"`{name}(" in TEXTS["frameworks"]


@pytest.mark.parametrize(
    ("document", "keys"),
    [
        ("frameworks", (*KEYS, *CRITERION_KEYS, *STAGE_KEYS)),
        ("policies", (*POLICY_KEYS, *POLICY_CRITERION_KEYS)),
        ("kit", (*PROFILE_KEYS, *ENTRY_KEYS)),
    ],
)
def test_every_key_is_shown(document, keys):
    for key in keys:
        assert re.search(rf"`{key}`|\b{key}:\s", TEXTS[document]), key
