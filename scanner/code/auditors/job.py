"""Runs auditors' analyses inside a worker: each on each contract, in a process of its own within its own bounds."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

from scanner.code.analyses.program import Program
from scanner.code.auditors.answers import failure
from scanner.code.helpers import Code
from scanner.limited import Bounds, blame, described, run_limited
from scanner.model.observation import Reason
from scanner.model.stated import IntegerFact, NamesFact, TextFact, TruthFact


def run_analysis(analysis: dict[str, Any], program: Program, bounds: Bounds) -> dict[str, Any]:
    """Return what one analysis states about one contract: `facts`, and `failed` with reason and words, or nothing.

    `analysis` holds its `name`, `path`, `text` and declared `facts`. Facts that were stated before it failed stay.
    """
    ended = run_limited(lambda: _run(analysis, program), bounds)
    if ended.problem:
        reason = Reason.LIMIT if ended.limit else Reason.ANALYSIS_FAILED
        return failure(analysis["name"], reason, ended.problem)
    return {**ended.answer, "kept": True}


def _run(analysis: dict[str, Any], program: Program) -> dict[str, Any]:
    folder = Path(analysis["path"]).parent
    stated: dict[str, Any] = {}
    failed: list[str] = []
    try:
        code = Code(program, analysis["name"], dict(analysis["facts"]))
        answers = _analyse(analysis, folder)(code) or ()
        for fact in answers:
            if not isinstance(fact, (IntegerFact, TextFact, TruthFact, NamesFact)):
                blame(answers, "analyse() yields what code.fact(…) and code.unknown(…) return")
            if fact.name in stated:
                blame(answers, f"fact {fact.name!r} is stated twice")
            stated[fact.name] = fact.model_dump(mode="json")
    except BaseException as error:  # an auditor's code may raise anything, SystemExit included
        failed = [Reason.ANALYSIS_FAILED.value, described(error, folder) or f"{analysis['name']}.py"]
    return {"facts": [stated[name] for name in sorted(stated)], "failed": failed}


def _analyse(analysis: dict[str, Any], folder: Path) -> Any:
    """Execute the file's text, which is what its digest is of, and return its function."""
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    module = types.ModuleType(f"daoscan_analysis_{analysis['name']}")
    module.__file__ = analysis["path"]
    sys.modules[module.__name__] = module  # dataclasses and the like look their module up
    exec(compile(analysis["text"], analysis["path"], "exec"), module.__dict__)
    return module.analyse
