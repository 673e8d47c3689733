"""Where the work may be done: off loopback only under TLS, and with every file of the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.fleet.engine import Place, client_of, do
from scanner.fleet.settings import Settings
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
