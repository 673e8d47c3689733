"""The fork server of scans: imports everything and loads the rules once, and forks one process for each DAO.

`python -m scanner.fleet.child_main SETTINGS`, SETTINGS being the settings of the run as JSON. The store and the nodes
are named by the environment: DAOSCAN_DB, and DAOSCAN_ENDPOINTS or DAOSCAN_RPC_URL.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scanner.code.requests import REQUEST_FILE, RESULT_FILE
from scanner.code.worker_main import serve
from scanner.fleet.task import Result, Task


def load() -> Callable[[Path], None]:
    """Import what a scan needs, load the rules, and return the function that does one."""
    # what would be imported late is imported here, so that each child has it already
    from scanner import pipeline  # noqa: F401
    from scanner.fleet.memory import rare_collections
    from scanner.fleet.scan_one import Run, scan_one
    from scanner.fleet.settings import Settings, rules_digest

    settings = Settings.model_validate_json(sys.argv[1])
    rules, brought, problem = None, None, ""
    contents = settings.contents()
    try:
        rules, brought = settings.loaded_rules(), settings.brought()
        digest = rules_digest(rules)
        if contents:
            contents.digest()  # once for all children
    except Exception as error:  # told by every child, so that the coordinator hears of it
        problem, digest = f"{type(error).__name__}: {error}"[:300], ""

    rare_collections()

    def run(folder: Path) -> None:
        request: dict[str, Any] = json.loads((folder / REQUEST_FILE).read_text("utf-8"))
        task = Task.model_validate(request["task"])
        if rules is None or brought is None:
            result = Result(key=task.key.digest, kind="rules", reason=problem)
        elif digest != task.rules:
            said = "the rules on this worker are not those of the run"
            result = Result(key=task.key.digest, kind="rules", reason=said)
        else:
            cache_dir, owner = Path(request["cache_dir"]), request["owner"]
            result = scan_one(task, Run(settings, rules, brought, cache_dir, owner, contents))
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        cpu = sum(one.ru_utime + one.ru_stime for one in used)
        result = result.model_copy(update={"cpu_seconds": cpu})
        written = folder / f"{RESULT_FILE}.new"
        written.write_text(result.model_dump_json(), "utf-8")
        os.replace(written, folder / RESULT_FILE)

    return run


if __name__ == "__main__":
    serve(load)
