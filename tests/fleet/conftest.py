"""A small field of DAOs on a local chain, and `daoscan batch` as a user runs it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.catalogue import deploy_all
from fixtures.localchain import LocalChain
from fixtures.sourcify_server import SourcifyServer
from scanner.cli.options import default_cache_dir
from scanner.model.snapshot import RoundTrips, Snapshot
from scanner.pipeline import load_snapshot
from scanner.store.store import Store
from tests.fleet.receiver import Receiver, receiving
from tests.store.postgres import Server, server

TIED = (sys.executable, "-IS", str(Path(__file__).with_name("tied.py")), str(os.getpid()), sys.executable)
"""Python, as a process that does not outlive the tests, also where these are killed."""
TWO = ("open-club", "oz4")
NO_TRIPS = RoundTrips(node_requests=0, node_reads=0, cached_reads=0, explorer_requests=0)
DAOS = ("open-club", "oz4", "healthy-bravo", "call-time-votes")


@dataclass(frozen=True)
class Field:
    """The chain, and the addresses of its DAOs by name."""

    chain: LocalChain
    url: str
    explorer: SourcifyServer
    daos: dict[str, str]
    timelock: str
    """Of healthy-bravo."""
    token: str
    """Of oz4."""

    @property
    def sourcify(self) -> str:
        """Where the source server is."""
        return self.explorer.url

    def targets(self, *names: str) -> str:
        """Return CSV lines for some DAOs, all when none is named."""
        return "".join(f"31337,{self.daos[name]},{name}\n" for name in names or self.daos)


@pytest.fixture(scope="session")
def field() -> Iterator[Field]:
    with LocalChain() as chain, SourcifyServer() as sourcify:
        deployed = {dao.name: dao for dao in deploy_all(chain, sourcify, only=DAOS)}
        daos = {name: dao.governor for name, dao in deployed.items()}
        yield Field(
            chain,
            chain.url,
            sourcify,
            daos,
            deployed["healthy-bravo"].parts["timelock"],
            deployed["oz4"].parts["token"],
        )


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with server() as running:
        yield running


@dataclass(frozen=True)
class Fleet:
    """One store, one folder of targets; `run` gives the same command again and again."""

    field: Field
    folder: Path
    db: str

    def arguments(self, *options: str, command: str = "batch") -> list[str]:
        """Return the command line of a run; by one worker, as each costs seconds to begin."""
        given = [command, "--db", self.db, "--rpc-url", self.field.url, "--sourcify-url", self.field.sourcify]
        return [*TIED, "-m", "scanner.cli.main", *given, "--offline-compilers", "--workers", "1", *options]

    def environment(self, **more: str) -> dict[str, str]:
        """Return an environment without options of the user's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DAOSCAN_")}
        return {**kept, "DAOSCAN_CACHE": str(default_cache_dir()), **more}

    def run(
        self, targets: str, *options: str, command: str = "batch", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end; without targets in a file of their own they come from standard input."""
        return subprocess.run(
            self.arguments(*options, *(["-"] if targets or command == "batch" else []), command=command),
            input=targets,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )

    @contextlib.contextmanager
    def started(self, targets: str, *options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
        """Run it in the background, in a session of its own."""
        path = self.folder / "targets.csv"
        path.write_text(targets)
        with (self.folder / "log").open("w") as log:
            process = subprocess.Popen(
                self.arguments(*options, str(path)),
                env=self.environment(**environment),
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
            try:
                yield process
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, 9)
                process.wait()

    def rows(self) -> list[tuple[str, str, str]]:
        """Return name, status and kind of error of every scan in the store."""
        store = Store(self.db)
        try:
            return sorted((row.name, row.status, row.error_kind) for row in store.scans(latest=False, status=""))
        finally:
            store.close()


@pytest.fixture
def fleet(field: Field, tmp_path: Path) -> Fleet:
    return Fleet(field, tmp_path, f"sqlite:///{tmp_path / 'store.sqlite'}")


def snapshots(fleet: Fleet) -> dict[str, Snapshot]:
    """Return what is stored, by name, apart from how often was asked for it."""
    store = Store(fleet.db)
    try:
        read = [load_snapshot(data, row.name) for row, data in store.snapshots(store.scans())]
    finally:
        store.close()
    return {one.target.name: one.model_copy(update={"round_trips": NO_TRIPS}) for one in read}


@pytest.fixture(scope="session")
def scanned(field: Field, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two DAOs, scanned through a node without faults, and the facts of their code."""
    folder = tmp_path_factory.mktemp("right")
    fleet = Fleet(field, folder, f"sqlite:///{folder / 'store.sqlite'}")
    ended = fleet.run(field.targets(*TWO))
    assert ended.returncode == 0, ended.stderr
    return folder / "store.sqlite"


@pytest.fixture(scope="session")
def right(field: Field, scanned: Path) -> dict[str, Snapshot]:
    """What a node without faults tells."""
    return snapshots(Fleet(field, scanned.parent, f"sqlite:///{scanned}"))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found
