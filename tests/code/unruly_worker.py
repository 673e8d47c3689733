"""A fork server whose jobs misbehave as the request says: what a hostile contract might do to a worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from scanner.code.requests import REQUEST_FILE, RESULT_FILE
from scanner.code.worker_main import Server


def run_job(folder: Path) -> None:
    request = json.loads((folder / REQUEST_FILE).read_text(encoding="utf-8"))
    match request["do"]:
        case "answer":
            (folder / RESULT_FILE).write_text(json.dumps({"said": request["say"], "pid": os.getpid()}))
        case "sleep":
            time.sleep(120)
        case "eat":
            kept = [b"x" * 10_000_000 for _ in range(100)]
            time.sleep(120 if kept else 0)
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "raise":
            raise RecursionError
        case "kill-server":
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(120)
        case "print":
            os.write(1, b'{"run": 1, "status": 0}\n')
            subprocess.run([sys.executable, "-S", "-c", "print('noise')"], check=True)
            (folder / RESULT_FILE).write_text('{"said": "printed"}')


if __name__ == "__main__":
    out = os.dup(1)
    os.write(out, b'{"ready": 1}\n')
    Server(run_job, out).serve()
