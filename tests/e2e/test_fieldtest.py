"""The test for people with a real node, tried on a DAO of the local chain: it agrees, and it can disagree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Field
from tools import fieldtest

pytestmark = pytest.mark.node
_DAY = 86_400


def _listed(field: Field, folder: Path, **changes: Any) -> Path:
    dao = field.daos["healthy"]
    snapshot = field.scan("healthy").snapshot
    governor = snapshot["governors"]["items"][0]
    stated = {"voting_delay_seconds": [2 * _DAY, 3_600], "execution_delay_seconds": 2 * _DAY} | changes
    row = {"name": "Healthy", "chain_id": field.chain.chain_id, "governor": dao.governor, "stated": stated}
    row |= {"token": governor["token"]["value"], "timelock": governor["executor"]["value"]}
    elsewhere = {**row, "name": "Elsewhere", "chain_id": 10}
    folder.joinpath("daos.json").write_text(json.dumps({"daos": [row, elsewhere]}), "utf-8")
    return folder / "daos.json"


def _run(field: Field, daos: Path) -> int:
    return fieldtest.main(
        ["--rpc-url", field.chain.url, "--daos", str(daos), "--", "--sourcify-url", field.sourcify.url]
    )


def test_a_dao_that_is_as_stated(field: Field, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(field, _listed(field, tmp_path)) == 0
    said = capsys.readouterr().out
    assert "Healthy        as stated" in said
    assert "Elsewhere      not run here: it is on chain 10" in said


def test_what_differs_is_said(field: Field, tmp_path: Path) -> None:
    daos = json.loads(_listed(field, tmp_path, execution_delay_seconds=3_600).read_text("utf-8"))["daos"]
    (line,) = fieldtest.compare(daos[0], field.scan("healthy").snapshot)
    assert line == f"execution_delay_seconds: stated 3600, read {2 * _DAY}"
    (line,) = fieldtest.compare({**daos[0], "governor": "0x" + "12" * 20}, field.scan("healthy").snapshot)
    assert "not taken for a governor" in line


def test_without_a_node_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("RPC_URL", raising=False)
    assert fieldtest.main([]) == 0
    assert "not run here: 13 DAOs" in capsys.readouterr().out
    assert fieldtest.main(["--rpc-url", "http://127.0.0.1:1"]) == 2
