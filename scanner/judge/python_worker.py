"""Runs the checks of rules in Python: `python -m scanner.judge.python_worker FOLDER` answers the request in there.

Each check runs on its snapshot in a process of its own, within its own bounds; the answers go into result.json.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import types
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from scanner.judge.checking import Answer
from scanner.judge.language.values import cut, shown
from scanner.limited import Bounds, blame, described, run_limited
from scanner.model.observation import Collection, Known, Unknown
from scanner.model.outcome import Status
from scanner.model.snapshot import Snapshot
from scanner.model.subjects import SUBJECT_KINDS

REQUEST_FILE = "request.json"
RESULT_FILE = "result.json"


def main(folder: Path) -> None:
    """Answer every job of the request, in order."""
    request = json.loads((folder / REQUEST_FILE).read_text(encoding="utf-8"))
    bounds = Bounds(request["bounds"]["seconds"], request["bounds"]["more_bytes"])
    snapshots: dict[str, Snapshot] = {}
    results: list[dict[str, Any]] = []
    for job in request["jobs"]:
        file = job["snapshot"]
        if file not in snapshots:
            snapshots = {file: Snapshot.model_validate_json((folder / file).read_bytes())}
        results.append(_answered(job, snapshots[file], bounds))
    with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as written:
        json.dump(results, written)
    os.replace(written.name, folder / RESULT_FILE)


def _answered(job: dict[str, Any], snapshot: Snapshot, bounds: Bounds) -> dict[str, Any]:
    ended = run_limited(lambda: _run(job, snapshot), bounds)
    if ended.problem:
        return {"answers": [], "failed": f"{Path(job['path']).name}: {ended.problem}"}
    answer: dict[str, Any] = ended.answer
    return answer


def _run(job: dict[str, Any], snapshot: Snapshot) -> dict[str, Any]:
    folder = Path(job["path"]).parent
    told: list[dict[str, Any]] = []
    failed = ""
    try:
        subjects = _subjects(job["subject"], snapshot)
        answers = _check(job, folder)(snapshot) or ()
        for answer in answers:
            told.append(_told(answer, job, subjects, answers))
    except BaseException as error:  # an author's code may raise anything, SystemExit included
        failed = described(error, folder)
    return {"answers": told, "failed": failed}


def _check(job: dict[str, Any], folder: Path) -> Callable[[Snapshot], Iterable[Any]]:
    """Execute the file's text, which is what the pack's digest is of, and return its function."""
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    module = types.ModuleType("daoscan_rule")
    module.__file__ = job["path"]
    sys.modules[module.__name__] = module
    exec(compile(job["text"], job["path"], "exec"), module.__dict__)
    check: Callable[[Snapshot], Iterable[Any]] = module.check
    return check


def _subjects(name: str, snapshot: Snapshot) -> list[tuple[Any, str]]:
    """Return the things that the rule is about, each with its id."""
    kind = next(kind for kind in SUBJECT_KINDS if kind.name == name)
    return [(item, kind.identify(snapshot, item).id) for item in kind.find(snapshot).items]


def _told(answer: object, job: dict[str, Any], subjects: list[tuple[Any, str]], answers: object) -> dict[str, Any]:
    if not isinstance(answer, Answer):
        blame(answers, "check() yields finding(…), passed(…), unknown(…) or not_applicable(…)")
    assert isinstance(answer, Answer)
    subject = next((one for item, one in subjects if item is answer.item), None)
    subject = subject or next((one for item, one in subjects if item == answer.item), None)
    if subject is None:
        blame(answers, f"the rule is about {job['subject']}, this answer is about a {type(answer.item).__name__}")
    if answer.status is Status.FINDING and answer.level not in job["levels"]:
        blame(answers, f"{answer.level!r} is none of the levels that RULE names: {', '.join(job['levels'])}")
    whys = [why for name, value in answer.reads if (why := _why(name, value))]
    said = [answer.message] if answer.message and answer.status is not Status.FINDING else []
    return {
        "subject": subject,
        "status": answer.status.value,
        "level": answer.level,
        "message": answer.message if answer.status is Status.FINDING else "",
        "reason": "; ".join([*said, *(text for text, _ in whys)]),
        "on_chain": any(on_chain for _, on_chain in whys) or (answer.status is Status.UNKNOWN and not whys),
        "values": [[name, _shown(value)] for name, value in answer.reads],
        "evidence": [piece.model_dump(mode="json") for piece in answer.evidence],
    }


def _why(name: str, value: object) -> tuple[str, bool] | None:
    if isinstance(value, Unknown):
        detail = f" ({cut(value.detail)})" if value.detail else ""
        return f"{name}: {value.reason.value}{detail}", value.reason.on_chain
    if isinstance(value, Collection) and not value.complete:
        return f"{name}: not complete ({cut(value.reason)})" if value.reason else f"{name}: not complete", True
    return None


def _shown(value: object) -> str:
    if isinstance(value, Known):
        return shown(value.value)
    if isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, Collection):
        return f"{len(value.items)}{'' if value.complete else ' or more'}"
    return shown(value) if isinstance(value, (bool, int, str)) else cut(str(value))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
