"""Auditors' analyses in the limited worker: what they state, and what becomes of those that fail, loop or eat."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.code.analyse import analyse
from scanner.code.auditors.load import load_analyses
from scanner.code.interface import CodeOptions
from scanner.model.observation import Known, Reason, Unknown
from tests.code.auditors.support import FILE, audited, line_of, write
from tests.code.support import address, job

pytestmark = pytest.mark.compiler

SWEEP = """
from _words import DRAIN
from scanner.code.helpers import Code

FACTS = {"open_ways": "integer", "named_drain": "true/false"}


def analyse(code: Code):
    ways = [path for path in code.value_paths() if path.open]
    yield code.fact("open_ways", len(ways), *(path.node for path in ways))
    yield code.fact("named_drain", any(way.function.name == DRAIN for way in ways))
"""
BROKEN = """
FACTS = {"before": "integer", "after": "integer"}


def analyse(code):
    yield code.fact("before", 1)
    raise ZeroDivisionError("as auditors do")
    yield code.fact("after", 2)
"""
LOOPS = """
FACTS = {"never": "integer"}


def analyse(code):
    while True:
        pass
"""
EATS = """
FACTS = {"huge": "integer"}


def analyse(code):
    kept = []
    while True:
        kept.append(bytearray(20_000_000))
"""
SWEEP_FILES = {"sweep": SWEEP, "_words": 'DRAIN = "drain"\n'}


def facts(result: object) -> dict[str, object]:
    return {fact.name: fact.value for fact in result.facts.facts.items}  # type: ignore[attr-defined]


def test_an_analysis_states_facts_with_their_lines(cache: Path, tmp_path: Path) -> None:
    result = audited(cache, write(tmp_path / "a", **SWEEP_FILES))
    stated = result.facts.facts
    assert [fact.analysis for fact in stated.items] == ["sweep", "sweep"]
    assert isinstance(stated.open_ways, Known)
    assert stated.open_ways.value == 3
    assert [(e.file, e.first_line, e.address) for e in stated.open_ways.evidence] == [
        (FILE, line_of("payable(msg.sender)"), address(1)),
        (FILE, line_of("token.transfer(to"), address(1)),
        (FILE, line_of("token.transferFrom"), address(1)),
    ]
    assert stated.named_drain.value is True
    assert stated.elsewhere == Unknown(reason=Reason.ANALYSIS_NOT_RUN, detail="no analysis that states it was run")


def test_one_fails_one_loops_one_eats_and_the_others_stand(cache: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "a", broken=BROKEN, loops=LOOPS, eats=EATS, **SWEEP_FILES)
    result = audited(cache, folder, seconds_per_analysis=2.0, bytes_per_analysis=200_000_000)
    stated = facts(result)
    assert isinstance(result.facts.arbitrary_call, Known)
    assert result.facts.arbitrary_call.value is True
    assert isinstance(stated["before"], Known)
    assert isinstance(stated["open_ways"], Known)
    reasons = {name: (fact.reason, fact.detail) for name, fact in stated.items() if isinstance(fact, Unknown)}
    assert reasons == {
        "after": (Reason.ANALYSIS_FAILED, "broken.py:7: ZeroDivisionError: as auditors do"),
        "never": (Reason.LIMIT, "loops.py: it ran longer than 2 s"),
        "huge": (Reason.LIMIT, "eats.py: it used more than 190 MB of memory"),
    }
    assert {(gap.what, gap.reason) for gap in result.gaps} == {
        ("analysis broken", Reason.ANALYSIS_FAILED),
        ("analysis loops", Reason.LIMIT),
        ("analysis eats", Reason.LIMIT),
    }


MISTAKES = {
    "undeclared": ('yield code.fact("b", 1)', "TypeError: fact 'b' is not declared in FACTS"),
    "other_type": ('yield code.fact("a", True)', "TypeError: fact 'a' is declared integer, the value is bool"),
    "twice": ('yield code.fact("a", 1); yield code.fact("a", 1)', "TypeError: fact 'a' is stated twice"),
    "no_fact": ("yield 7", "TypeError: analyse() yields what"),
    "leaves": ("raise SystemExit", "SystemExit"),
    "network": ('import socket; socket.create_connection(("127.0.0.1", 9)); yield', "PermissionError: socket."),
    "program": ('import subprocess; subprocess.run(["true"]); yield', "PermissionError: subprocess.Popen is not"),
    "writes": ('open("left-behind", "w"); yield', "PermissionError: open is not allowed here"),
}


def test_mistakes_are_told_with_file_and_line(cache: Path, tmp_path: Path) -> None:
    files = {
        name: f'FACTS = {{"fact_of_{name}": "integer", "{name}_a": "integer"}}\n\n\ndef analyse(code):\n    {body}\n'
        for name, (body, _) in MISTAKES.items()
    }
    files = {name: text.replace('"a"', f'"{name}_a"').replace("fact 'a'", "") for name, text in files.items()}
    stated = facts(audited(cache, write(tmp_path / "a", **files)))
    for name, (_, words) in MISTAKES.items():
        fact = stated[f"fact_of_{name}"]
        assert isinstance(fact, Unknown)
        assert fact.reason is Reason.ANALYSIS_FAILED
        assert fact.detail.startswith(f"{name}.py:5: {words.replace(chr(39) + 'a' + chr(39), repr(name + '_a'))}")


def test_answers_are_kept_by_the_digest_of_code_and_analysis(cache: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "a", **SWEEP_FILES)
    done: list[str] = []
    first = audited(cache, folder, progress=done)
    assert done == ["looking for solc 0.8.28", "code 1 of 1: Vault"]
    again: list[str] = []
    assert audited(cache, folder, progress=again) == first
    assert again == []
    write(folder, _words='DRAIN = "nothing"\n')
    changed: list[str] = []
    assert facts(audited(cache, folder, progress=changed))["named_drain"] != facts(first)["named_drain"]
    assert changed == done
    assert audited(cache, folder, progress=again).facts.arbitrary_call == first.facts.arbitrary_call


def test_without_source_every_declared_fact_is_unknown(cache: Path, tmp_path: Path) -> None:
    analyses = load_analyses([write(tmp_path / "a", **SWEEP_FILES)])
    options = CodeOptions(cache_dir=cache, analyses=analyses)
    bare = job(2, None, why="not-verified: nobody published it")
    empty = job(3, None, code="0x")
    results = analyse([bare, empty], options)
    for name in ("open_ways", "named_drain"):
        assert getattr(results[bare.address].facts.facts, name) == Unknown(
            reason=Reason.NOT_VERIFIED, detail="nobody published it"
        )
        assert getattr(results[empty.address].facts.facts, name).reason is Reason.NO_CODE
