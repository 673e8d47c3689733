"""All fixture DAOs on one real chain, scanned once by the command line as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from fixtures.catalogue import deploy_all
from fixtures.localchain import LocalChain, project_root
from fixtures.sourcify_server import SourcifyServer
from fixtures.story import DeployedDao

TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Run:
    """One call of the command line."""

    code: int
    stdout: str
    stderr: str
    out: Path

    @cached_property
    def report(self) -> dict[str, Any]:
        return dict(json.loads((self.out / "report.json").read_text("utf-8")))

    @cached_property
    def snapshot(self) -> dict[str, Any]:
        return dict(json.loads((self.out / "snapshot.json").read_text("utf-8")))


def daoscan(*arguments: str, out: Path | None = None, env: dict[str, str] | None = None) -> Run:
    """Run `daoscan` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "scanner.cli.main", *arguments, *(("--out", str(out)) if out else ())],
        cwd=project_root(),
        env={**{k: v for k, v in os.environ.items() if not k.startswith("DAOSCAN_RPC")}, **(env or {})},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return Run(done.returncode, done.stdout, done.stderr, out or Path())


@dataclass
class Field:
    """The local chain with every DAO on it, and the scans that were made of them so far."""

    chain: LocalChain
    sourcify: SourcifyServer
    daos: dict[str, DeployedDao]
    folder: Path

    def __post_init__(self) -> None:
        self._runs: dict[str, Run] = {}

    def options(self) -> tuple[str, ...]:
        return ("--rpc-url", self.chain.url, "--sourcify-url", self.sourcify.url)

    def scan(self, name: str) -> Run:
        """Return the scan of a fixture; it is made once."""
        if name not in self._runs:
            dao = self.daos[name]
            self._runs[name] = daoscan("scan", dao.governor, *self.options(), "--name", name, out=self.folder / name)
        return self._runs[name]


@pytest.fixture(scope="session")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with LocalChain() as chain, SourcifyServer() as sourcify:
        daos = {dao.name: dao for dao in deploy_all(chain, sourcify)}
        yield Field(chain, sourcify, daos, tmp_path_factory.mktemp("scans"))
