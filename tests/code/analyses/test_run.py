"""Each analysis fails alone, and the same source gives the same facts in every process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from fixtures.localchain import project_root
from scanner.code.analyses import run
from scanner.code.analyses.interface import Unit
from scanner.model.code import CodeFacts
from scanner.model.evidence import SourceEvidence
from scanner.model.observation import Known, Reason, Unknown
from tests.code.support import AT

PRINT_FACTS = """
import sys, hashlib
from pathlib import Path
from tests.code.analyses import support
support.default_cache_dir = lambda: Path(sys.argv[1])
facts = support.facts_of("Votes.sol") | support.facts_of("Privacy.sol")
print("\\n".join(facts[name].model_dump_json() for name in sorted(facts)))
"""


def unit() -> Unit:
    contract = SimpleNamespace(functions=[], modifiers=[], functions_entry_points=[], state_variables_entry_points=[])
    contract.events, contract.state_variables = [], []

    def line(_: object) -> SourceEvidence:
        return SourceEvidence(
            **AT.model_dump(),
            address="0x" + "11" * 20,
            source_id="s",
            file="a.sol",
            first_line=1,
            last_line=9,
            file_sha256="0x" + "00" * 32,
        )

    return Unit(slither=None, contract=contract, source_id="s", at=AT, address="0x" + "11" * 20, source_line=line)


def test_every_fact_is_stated_by_one_analysis() -> None:
    stated = [name for name, _ in run.ANALYSES]
    assert sorted([*stated, "analysed_from", "detectors", "storage", "structs", "outside", "facts"]) == sorted(
        CodeFacts.model_fields
    )


def test_an_empty_contract_is_known_to_be_empty() -> None:
    facts = run.analyse_source(unit())
    assert facts.functions.complete
    assert facts.functions.items == ()
    assert isinstance(facts.arbitrary_call, Known)
    assert facts.arbitrary_call.value is False
    assert not facts.detectors.complete


def test_an_analysis_that_raises_costs_its_own_fact_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> object:
        raise ZeroDivisionError

    changed = tuple((name, broken if name in ("flash_mint", "functions") else a) for name, a in run.ANALYSES)
    monkeypatch.setattr(run, "ANALYSES", changed)
    facts = run.analyse_source(unit())
    assert facts.flash_mint == Unknown(reason=Reason.ANALYSIS_FAILED, detail="flash_mint: ZeroDivisionError")
    assert not facts.functions.complete
    assert "functions: ZeroDivisionError" in facts.functions.reason
    assert isinstance(facts.arbitrary_call, Known)


@pytest.mark.compiler
def test_the_same_facts_under_another_hash_seed(tmp_path: os.PathLike[str]) -> None:
    digests = set()
    for seed in ("1", "2"):
        cache = os.path.join(tmp_path, seed)
        os.makedirs(cache)
        os.symlink(_compilers(), os.path.join(cache, "solc-js"))
        found = subprocess.run(
            [sys.executable, "-c", PRINT_FACTS, cache],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(project_root())},
            cwd=project_root(),
            capture_output=True,
            text=True,
            check=True,
        )
        assert '"call-time"' in found.stdout
        digests.add(hashlib.sha256(found.stdout.encode()).hexdigest())
    assert len(digests) == 1


def _compilers() -> str:
    from scanner.cli.options import default_cache_dir

    kept = default_cache_dir() / "solc-js"
    kept.mkdir(parents=True, exist_ok=True)
    return str(kept)
