"""Wrong input and bad nodes, through the command line: one clear message, the right exit code, nothing half-written."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from fixtures.localchain import project_root
from tests.e2e.conftest import Field, Run, daoscan

_NOBODY = "0x" + "77" * 20
_SECRET = "s3cr3t-k3y-f0r-t3sts"


def _refused(run: Run, code: int, *words: str) -> None:
    assert run.code == code, run.stderr
    assert "error:" in run.stderr
    assert "Traceback" not in run.stderr
    for word in words:
        assert word in run.stderr, run.stderr
    assert not run.out.exists() or not any(run.out.iterdir())


@contextlib.contextmanager
def _server(status: int, body: bytes, *, stop_after: int = 10**9, forward: str = "") -> Iterator[str]:
    """A node that answers the same to everything, or that forwards and then stops."""
    count = 0

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            nonlocal count
            count += 1
            data = self.rfile.read(int(self.headers["Content-Length"]))
            if forward and count <= stop_after:
                import urllib.request

                request = urllib.request.Request(forward, data, {"Content-Type": "application/json"})
                with urllib.request.urlopen(request) as answer:
                    self._send(200, answer.read())
                return
            if forward:
                self.connection.close()
                return
            self._send(status, body)

        def _send(self, code: int, content: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def _arguments_seen() -> Iterator[set[bytes]]:
    """The arguments of every process that runs meanwhile."""
    seen: set[bytes] = set()
    done = Event()

    def look() -> None:
        while not done.wait(0.05):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    seen.add(path.read_bytes())

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def test_not_an_address(field: Field, tmp_path: Path) -> None:
    run = daoscan("scan", "0x1234", *field.options(), out=tmp_path / "out")
    _refused(run, 2, "not an address", "hint:")


def test_an_account_without_code(field: Field, tmp_path: Path) -> None:
    run = daoscan("scan", _NOBODY, *field.options(), out=tmp_path / "out")
    _refused(run, 2, "without code", "hint:")


def test_a_contract_that_is_no_governor_is_scanned_and_what_is_missing_is_said(field: Field, tmp_path: Path) -> None:
    safe = field.scan("healthy").snapshot["safes"]["items"][0]["address"]
    run = daoscan("scan", safe, *field.options(), out=tmp_path / "out")
    assert run.code in (0, 1, 3), run.stderr
    assert run.snapshot["governors"] == {
        "items": [],
        "complete": False,
        "reason": "no governor found from this address: name one with --governor",
    }
    assert [one["address"] for one in run.snapshot["safes"]["items"]] == [safe]


def test_a_token_is_an_entry_too(field: Field, tmp_path: Path) -> None:
    token = field.scan("healthy").snapshot["tokens"]["items"][0]["address"]
    run = daoscan("scan", token, *field.options(), out=tmp_path / "out")
    assert [one["address"] for one in run.snapshot["tokens"]["items"]] == [token]


def test_the_wrong_chain(field: Field, tmp_path: Path) -> None:
    dao = field.daos["healthy"].governor
    _refused(daoscan("scan", dao, *field.options(), "--chain-id", "1", out=tmp_path / "out"), 2, "31337")
    _refused(daoscan("scan", f"eip155:1:{dao}", *field.options(), out=tmp_path / "out"), 2, "31337")


def test_a_node_that_is_down(field: Field, tmp_path: Path) -> None:
    run = daoscan("scan", field.daos["healthy"].governor, "--rpc-url", "http://127.0.0.1:9", out=tmp_path / "out")
    _refused(run, 3, "127.0.0.1", "hint:")


@pytest.mark.parametrize("body", [b"<html>hello</html>", b"{}", b"[]", b'{"jsonrpc":"2.0","id":1,"result":"0x"'])
def test_a_node_that_answers_garbage(field: Field, tmp_path: Path, body: bytes) -> None:
    with _server(200, body) as url:
        run = daoscan("scan", field.daos["healthy"].governor, "--rpc-url", url, out=tmp_path / "out")
    _refused(run, 3, "hint:")


def test_a_node_that_stops_half_way(field: Field, tmp_path: Path) -> None:
    with _server(200, b"", stop_after=2, forward=field.chain.url) as url:
        run = daoscan(
            "scan", field.daos["healthy"].governor, "--rpc-url", url, "--sourcify-url", field.sourcify.url,
            "--no-cache", out=tmp_path / "out",
        )  # fmt: skip
    _refused(run, 3, "hint:")


def test_a_refused_key_is_named_without_being_shown(field: Field, tmp_path: Path) -> None:
    with _server(401, b'{"error":"bad key"}') as url:
        run = daoscan("scan", field.daos["healthy"].governor, "--rpc-url", f"{url}/v3/{_SECRET}", out=tmp_path / "out")
    _refused(run, 2, "hint:")
    assert _SECRET not in run.stderr + run.stdout


def test_keys_reach_no_result_no_cache_and_no_process_argument(field: Field, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with _server(200, b"", forward=field.chain.url) as url, _arguments_seen() as seen:
        run = daoscan(
            "scan", field.daos["open-club"].governor, "--sourcify-url", field.sourcify.url, "--etherscan-url",
            "http://127.0.0.1:9/api", out=tmp_path / "out",
            env={
                "DAOSCAN_RPC_URL": f"{url}/{_SECRET}",
                "DAOSCAN_ETHERSCAN_KEY": _SECRET + "2",
                "DAOSCAN_CACHE": str(cache),
            },
        )  # fmt: skip
    assert any(b"worker_main" in line for line in seen), "no worker was seen: the test looked at nothing"
    assert not [line for line in seen if _SECRET.encode() in line]
    assert (tmp_path / "out" / "report.html").is_file(), run.stderr
    assert _SECRET not in run.stdout + run.stderr
    for folder in (tmp_path / "out", cache):
        for path in folder.rglob("*"):
            if path.is_file() and "solc-js" not in path.parts:
                assert _SECRET.encode() not in path.read_bytes(), path


def test_a_rule_file_with_a_typo_stops_before_the_chain_is_read(field: Field, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    made = daoscan("rules", "new", str(pack), "--id", "XYZ-001", "--name", "my-first-rule", "--subject", "governor")
    if made.code != 0:
        pytest.fail(made.stderr + made.stdout)
    rule = next(path for path in pack.rglob("*.yaml") if path.name != "pack.yaml")
    text = rule.read_text("utf-8")
    assert "governor." in text
    rule.write_text(text.replace("governor.", "governor.x", 1), "utf-8")
    run = daoscan(
        "scan", field.daos["healthy"].governor, "--rpc-url", "http://127.0.0.1:9", "--rules", str(pack),
        out=tmp_path / "out",
    )  # fmt: skip
    _refused(run, 2, f"{rule.name}:")


def test_a_folder_that_cannot_be_written(field: Field, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("here already")
    dao = field.daos["healthy"].governor
    run = daoscan("scan", dao, *field.options(), out=blocked / "out")
    assert run.code == 4
    assert "could not be written" in run.stderr
    assert blocked.read_text() == "here already"


def test_a_snapshot_that_is_none(tmp_path: Path) -> None:
    wrong = tmp_path / "snapshot.json"
    wrong.write_text('{"schema_version": "9"}')
    run = daoscan("report", str(wrong))
    assert run.code == 2
    assert "not a snapshot" in run.stderr
    assert daoscan("report", str(tmp_path / "missing.json")).code == 2


def test_ctrl_c_leaves_nothing_and_no_process_behind(field: Field, tmp_path: Path) -> None:
    out, cold = tmp_path / "out", tmp_path / "cold"
    process = subprocess.Popen(
        [sys.executable, "-m", "scanner.cli.start", "scan", field.daos["healthy"].governor, *field.options(),
         "--out", str(out)],
        cwd=project_root(),
        env={**os.environ, "DAOSCAN_CACHE": str(cold), "DAOSCAN_OFFLINE_COMPILERS": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert _until(cold.exists), "the scan did not begin"
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=120)
    assert (process.returncode, "interrupted" in stderr, "Traceback" in stderr) == (130, True, False)
    assert not out.exists() or not any(out.iterdir())
    assert _until(lambda: not _group(process.pid)), _group(process.pid)


def _until(done: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.02)
    return done()


def _group(leader: int) -> str:
    return subprocess.run(["pgrep", "-g", str(leader)], capture_output=True, text=True, check=False).stdout.strip()


def test_without_any_source_provider_the_report_says_so(field: Field, tmp_path: Path) -> None:
    run = daoscan(
        "scan", field.daos["healthy"].governor, "--rpc-url", field.chain.url, "--sourcify-url", "",
        out=tmp_path / "out",
    )  # fmt: skip
    reasons = {gap["reason"] for gap in run.report["gaps"]}
    assert "no-source-provider" in reasons
    assert not any(one["rule_id"] == "COD-001" and one["status"] == "pass" for one in run.report["outcomes"])


def test_an_explorer_that_is_down_is_not_an_unverified_contract(field: Field, tmp_path: Path) -> None:
    run = daoscan(
        "scan", field.daos["open-club"].governor, "--rpc-url", field.chain.url, "--sourcify-url",
        "http://127.0.0.1:9", "--cache-dir", str(tmp_path / "cache"), "--offline-compilers", out=tmp_path / "out",
    )  # fmt: skip
    statuses = {one["status"] for one in run.report["outcomes"] if one["rule_id"] == "COD-001"}
    assert statuses == {"unknown"}
    assert "explorer-down" in {gap["reason"] for gap in run.report["gaps"]}
    assert run.code in (1, 3)
