"""Where the work may be done: off loopback only under TLS, and with every file of the key."""

from __future__ import annotations

from pathlib import Path

import pytest
from distributed import LocalCluster

from scanner.fleet import engine
from scanner.fleet.batch import Batch
from scanner.fleet.engine import Place, client_of, do
from scanner.fleet.settings import Settings
from scanner.fleet.targets import Targets, Wanted
from scanner.fleet.task import FATAL
from scanner.model.errors import UsageError
from tests.fleet.test_progress import TASK


@pytest.mark.parametrize(
    ("scheduler", "said"),
    [
        ("tcp://10.0.0.7:8786", "under TLS only"),
        ("tcp://scheduler:8786", "under TLS only"),
        ("tcp://127.0.0.1.example:8786", "under TLS only"),
        ("ws://127.0.0.1:8786", "not the address of a scheduler"),
        ("scheduler:8786", "not the address of a scheduler"),
        ("tls://scheduler:8786", "a file of the TLS key is missing"),
    ],
)
def test_addresses_that_are_refused(scheduler: str, said: str) -> None:
    with pytest.raises(UsageError, match=said), client_of(Place(scheduler=scheduler)):
        pass


def test_a_run_is_refused_before_it_begins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No store is made for it, and no node is asked."""
    monkeypatch.setenv("DAOSCAN_DB", f"sqlite:///{tmp_path / 'store.sqlite'}")
    with pytest.raises(UsageError, match="under TLS only"):
        Batch(Settings(), Place(scheduler="tcp://10.0.0.7:8786"), quiet=True)
    monkeypatch.delenv("DAOSCAN_RPC_URL", raising=False)
    monkeypatch.delenv("DAOSCAN_ENDPOINTS", raising=False)
    wanted = Targets((Wanted(1, "0x" + "a1" * 20), Wanted(10, "0x" + "a1" * 20)), ())
    with pytest.raises(UsageError, match="no node is named for chain 1"):
        Batch(Settings(), Place(), quiet=True).scan(wanted, block=None)
    assert list(tmp_path.iterdir()) == []


def test_a_scheduler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_CONNECT", "0.3s")
    with pytest.raises(UsageError, match="cannot be reached") as caught, client_of(Place(1, "tcp://127.0.0.1:9")):
        pass
    assert caught.value.where == "--scheduler tcp://127.0.0.1:9"


def test_a_scheduler_without_workers_is_told() -> None:
    """Its tasks wait for a worker: what waits without a word looks like what hangs."""
    said: list[str] = []
    quiet = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
    with (
        LocalCluster(n_workers=0, dashboard_address=None, host="127.0.0.1", scheduler_kwargs=quiet) as cluster,
        client_of(Place(1, cluster.scheduler_address), said.append),
    ):
        pass
    assert said == ["the scheduler has no worker: the run begins when `dask worker` brings one"]


@pytest.mark.parametrize("missing", ["DAOSCAN_DB", "DAOSCAN_CACHE"])
def test_a_worker_that_was_not_told_where_the_store_is_says_so(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """At once and for the whole run: each other DAO would end like the first."""
    for name in ("DAOSCAN_DB", "DAOSCAN_CACHE"):
        monkeypatch.setenv(name, "somewhere")
    monkeypatch.delenv(missing)
    (result,) = do([TASK, TASK], Settings().model_dump_json())
    assert (result.kind in FATAL, result.reason) == (True, f"a worker has no {missing} in its environment")


def test_each_file_of_the_key_is_wanted(tmp_path: Path) -> None:
    there, none = tmp_path / "there.pem", str(tmp_path / "none.pem")
    there.write_text("")
    for missing, name in enumerate(("--tls-ca", "--tls-cert", "--tls-key")):
        files = [none if place == missing else str(there) for place in range(3)]
        with pytest.raises(UsageError) as caught, client_of(Place(1, "tls://scheduler:8786", *files)):
            pass
        assert caught.value.where == name
