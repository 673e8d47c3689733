"""Nodes that have less than a scan wants: what is missing is unknown with its reason, and never good news."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests.e2e.conftest import Field, daoscan

_FIRST_WITH_LOGS = 300


@contextmanager
def poorer(url: str, refuse: Callable[[dict[str, Any]], str]) -> Iterator[str]:
    """A node in front of `url` that answers requests with an error where `refuse` gives a text for it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            requests = asked if isinstance(asked, list) else [asked]
            answers = [self._one(request) for request in requests]
            body = json.dumps(answers if isinstance(asked, list) else answers[0]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _one(self, request: dict[str, Any]) -> Any:
            text = refuse(request)
            if text:
                return {"jsonrpc": "2.0", "id": request["id"], "error": {"code": -32000, "message": text}}
            passed = urllib.request.Request(url, json.dumps(request).encode(), {"Content-Type": "application/json"})
            with urllib.request.urlopen(passed) as answer:
                return json.loads(answer.read())

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _no_old_logs(request: dict[str, Any]) -> str:
    if request["method"] == "eth_getLogs" and int(request["params"][0]["fromBlock"], 16) < _FIRST_WITH_LOGS:
        return "logs before this block are not kept by this provider"
    return ""


def _no_proofs(request: dict[str, Any]) -> str:
    return "the method eth_getProof does not exist" if request["method"] == "eth_getProof" else ""


def _no_archive(keeps: int) -> Callable[[dict[str, Any]], str]:
    """State is kept of one block alone; headers and logs are there of all."""

    def refuse(request: dict[str, Any]) -> str:
        if request["method"] not in ("eth_call", "eth_getCode", "eth_getBalance", "eth_getStorageAt", "eth_getProof"):
            return ""
        block = request["params"][-1]
        number = block.get("blockNumber", "") if isinstance(block, dict) else block
        return "" if number in ("latest", hex(keeps)) else "missing trie node (path ) state is not available"

    return refuse


def test_a_node_that_is_no_archive_leaves_an_older_block_undecided(field: Field, tmp_path: Path) -> None:
    last = field.chain.block_number
    with poorer(field.chain.url, _no_archive(last)) as url:
        run = daoscan(
            "scan", field.daos["healthy"].governor, "--rpc-url", url, "--sourcify-url", field.sourcify.url,
            "--no-cache", "--block", str(last - 1), out=tmp_path / "out",
        )  # fmt: skip
    assert run.code == 3, run.stderr
    assert not run.snapshot["proposals"]["complete"]
    assert "state-pruned" in {gap["reason"] for gap in run.snapshot["gaps"]}
    about = [one for one in run.report["outcomes"] if one["rule_id"].startswith("PRO-")]
    assert {one["status"] for one in about} == {"unknown"}


def test_logs_that_the_node_does_not_keep_leave_proposals_and_roles_undecided(field: Field, tmp_path: Path) -> None:
    with poorer(field.chain.url, _no_old_logs) as url:
        run = daoscan(
            "scan", field.daos["healthy"].governor, "--rpc-url", url, "--sourcify-url", field.sourcify.url,
            "--no-cache", out=tmp_path / "out",
        )  # fmt: skip
    assert run.code in (1, 3), run.stderr
    assert not run.snapshot["proposals"]["complete"]
    assert {"no-logs", "node-error"} & {gap["reason"] for gap in run.snapshot["gaps"]}
    about_proposals = [one for one in run.report["outcomes"] if one["rule_id"].startswith("PRO-")]
    assert about_proposals
    assert {one["status"] for one in about_proposals} == {"unknown"}
    for rule in ("CTL-001", "CTL-004"):
        assert {one["status"] for one in run.report["outcomes"] if one["rule_id"] == rule} == {"unknown"}, rule


def test_without_proofs_storage_is_read_all_the_same_and_says_so_by_their_absence(field: Field, tmp_path: Path) -> None:
    with poorer(field.chain.url, _no_proofs) as url:
        run = daoscan(
            "scan", field.daos["healthy"].governor, "--rpc-url", url, "--sourcify-url", field.sourcify.url,
            "--no-cache", out=tmp_path / "out",
        )  # fmt: skip
    assert run.code == field.scan("healthy").code, run.stderr
    with_proof = field.scan("healthy").snapshot["safes"]["items"][0]["guard"]
    without = run.snapshot["safes"]["items"][0]["guard"]
    assert with_proof["value"] == without["value"]
    assert with_proof["evidence"][0]["storage_proof"]
    assert not without["evidence"][0]["storage_proof"]
