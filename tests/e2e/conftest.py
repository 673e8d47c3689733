"""All fixture DAOs on one real chain, scanned once by the command line as a user would."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from fixtures.catalogue import deploy_all
from fixtures.localchain import LocalChain
from fixtures.sourcify_server import SourcifyServer
from fixtures.story import DeployedDao
from tests.forked import run

TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Run:
    """One call of the command line."""

    code: int
    stdout: str
    stderr: str
    out: Path
    seconds: float = 0.0
    """Of a processor: how long it takes on a clock says more about what else runs there."""

    @cached_property
    def report(self) -> dict[str, Any]:
        return dict(json.loads((self.out / "report.json").read_text("utf-8")))

    @cached_property
    def snapshot(self) -> dict[str, Any]:
        return dict(json.loads((self.out / "snapshot.json").read_text("utf-8")))


def daoscan(*arguments: str, out: Path | None = None, env: dict[str, str] | None = None) -> Run:
    """Run `daoscan` in a process of its own."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("DAOSCAN_RPC")}
    done = run((*arguments, *(("--out", str(out)) if out else ())), {**own, **(env or {})}, seconds=TIMEOUT_SECONDS)
    return Run(done.code, done.stdout, done.stderr, out or Path(), done.seconds)


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

    def scan(self, name: str, *more: str) -> Run:
        """Return the scan of a fixture, with further options; it is made once for the same options."""
        key = " ".join((name, *more))
        if key not in self._runs:
            words = ("scan", self.daos[name].governor, *self.options(), "--name", name, *more)
            self._runs[key] = daoscan(*words, out=self.folder / key.replace(" ", ""))
        return self._runs[key]


@pytest.fixture(scope="session")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with LocalChain() as chain, SourcifyServer() as sourcify:
        daos = {dao.name: dao for dao in deploy_all(chain, sourcify)}
        yield Field(chain, sourcify, daos, tmp_path_factory.mktemp("scans"))
