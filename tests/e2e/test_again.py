"""The report made again from its snapshot, offline; the evidence read again from another node."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.localchain import project_root
from tests.e2e.conftest import Field, daoscan

# Runs the command line in a process in which every attempt to open a network connection is an error.
_CUT_OFF = """
import socket, sys
def refuse(*arguments, **options):
    raise AssertionError("the network was used")
socket.socket.connect = refuse
socket.socket.connect_ex = refuse
socket.getaddrinfo = refuse
from scanner.cli.main import app
app(sys.argv[1:])
"""


# The scan itself had a seed of its own.
@pytest.mark.parametrize(("name", "seed"), [("healthy", "0"), ("call-time-votes", "4711"), ("anonymous-members", "1")])
def test_a_snapshot_gives_the_same_report_byte_for_byte_without_network(
    field: Field, tmp_path: Path, name: str, seed: str
) -> None:
    run = field.scan(name)
    snapshot = tmp_path / "snapshot.json"
    shutil.copy(run.out / "snapshot.json", snapshot)
    done = subprocess.run(
        [sys.executable, "-c", _CUT_OFF, "report", str(snapshot)],
        cwd=project_root(),
        env={"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": seed, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == run.code, done.stderr
    for file in ("report.html", "report.json"):
        assert (tmp_path / file).read_bytes() == (run.out / file).read_bytes(), file


def test_the_same_node_confirms_every_piece_of_evidence(field: Field) -> None:
    run = field.scan("healthy")
    done = daoscan("verify", str(run.out / "snapshot.json"), "--rpc-url", field.chain.url)
    assert done.code == 0, done.stdout
    assert "0 mismatch, 0 unavailable" in done.stdout


def test_a_node_with_one_changed_slot_is_found_out_there_and_nowhere_else(field: Field) -> None:
    """The Safe's guard slot of the single-key DAO is changed on a copy of the chain."""
    run = field.scan("healthy")
    stored = sorted(
        {
            (item["address"], item["slot"])
            for item in _evidence(run.snapshot)
            if item["kind"] == "storage" and int(item["slot"], 16) > 0 and int(item["value"], 16) == 0
        }
    )
    safe = next(safe["address"] for safe in run.snapshot["safes"]["items"])
    address, slot = next(one for one in stored if one[0] == safe)
    with field.chain.clone() as other:
        height = run.snapshot["blocks"][0]["number"]
        other.set_storage(address, int(slot, 16), 0x1234)
        assert other.block_number >= height
        done = daoscan("verify", str(run.out / "snapshot.json"), "--rpc-url", other.url, "--json")
    results = json.loads(done.stdout)["results"]
    wrong = [one for one in results if one["verdict"] == "mismatch"]
    assert [(one["evidence"]["kind"], one["evidence"]["address"], one["evidence"]["slot"]) for one in wrong] == [
        ("storage", address, slot)
    ]
    assert done.code == 1


def test_storage_evidence_carries_its_proof(field: Field) -> None:
    run = field.scan("healthy")
    stored = [item for item in _evidence(run.snapshot) if item["kind"] == "storage"]
    assert stored
    assert all(item["account_proof"] for item in stored)


def test_a_node_of_another_chain_is_refused(field: Field, tmp_path: Path) -> None:
    run = field.scan("healthy")
    changed = tmp_path / "snapshot.json"
    text = (run.out / "snapshot.json").read_text("utf-8")
    changed.write_text(text.replace('"chain_id":31337', '"chain_id":1').replace('"chain_id": 31337', '"chain_id": 1'))
    done = daoscan("verify", str(changed), "--rpc-url", field.chain.url)
    assert done.code == 2
    assert "chain" in done.stderr


def _evidence(value: object) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if isinstance(value, dict):
        if {"kind", "block_hash", "block_number"} <= set(value):
            found.append(value)
        for item in value.values():
            found += _evidence(item)
    elif isinstance(value, list):
        for item in value:
            found += _evidence(item)
    return found
