"""What is told when somebody stops listening, or the watch is stopped: each event once, none lost, none half."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from scanner.fleet.batch import Batch
from scanner.fleet.engine import Place
from scanner.fleet.settings import Settings, rules_digest
from scanner.fleet.watch import Watch
from scanner.fleet.webhook import Webhook
from scanner.model.errors import OutputError
from scanner.pipeline import dump_snapshot
from scanner.store.records import ScanKey
from scanner.store.schema import claims
from scanner.store.store import Store
from scanner.store.watching import Changes
from tests.fleet.conftest import TIED
from tests.fleet.receiver import Receiver
from tests.fleet.test_webhook import hostile
from tests.render import factory

EVENTS = ("one", "two", "three")
WAITING = "1 watched, the next is due in 2 h\n"
INTERRUPTED = "error: interrupted; what was done is in the store, what was not told is told by the next run\n"


@pytest.fixture(name="store")
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store with one target and events that nobody heard yet; nothing is due."""
    monkeypatch.setenv("DAOSCAN_DB", f"sqlite:///{tmp_path / 'store.sqlite'}")
    store, snapshot = Store(os.environ["DAOSCAN_DB"]), factory.snapshot()
    for number in range(len(EVENTS) + 1):
        block, target = snapshot.blocks[0], snapshot.target
        key = ScanKey(target.chain_id, target.address, block.hash, f"{number:064x}", "0")
        assert store.save(key, snapshot, dump_snapshot(snapshot), judged=None)
    rows = store.scans(latest=False)
    kept = Changes(store.database)
    for event, old, new in zip(EVENTS, rows, rows[1:], strict=False):
        assert kept.save(old.id, new.id, difference="{}", event=json.dumps({"id": event}))
    yield store
    store.close()


def untold(store: Store) -> list[str]:
    return [json.loads(one.event)["id"] for one in Changes(store.database).untold()]


def claimed(store: Store) -> int:
    with store.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(claims)).scalar_one())


def test_a_line_that_nobody_can_read_is_not_told(store: Store) -> None:
    heard: list[str] = []

    def deaf(line: str) -> None:
        if len(heard) == 1:
            raise OutputError("standard output cannot be written: Broken pipe")
        heard.append(json.loads(line)["id"])

    watch = Watch(Settings(), Place(1), webhook=None, say=deaf, quiet=True)
    with pytest.raises(OutputError):
        watch.forever(None, 3600)  # what nobody hears is not said again and again
    assert (heard, untold(store), claimed(store)) == (["one"], ["two", "three"], 0)
    heard.clear()
    with contextlib.suppress(OutputError):
        watch.round(None, 3600)
    assert heard == ["two"]


def test_a_receiver_that_is_away_is_left_alone_until_the_next_round(
    store: Store, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that refuses an event is shown the others; each is told when it takes it, and once."""
    said: list[str] = []
    hook = Webhook(receiver.url, "s3cret", sleep=lambda _: None)
    watch = Watch(Settings(), Place(1), webhook=hook, say=said.append, quiet=True)
    receiver.answers = [503]
    assert not watch.round(None, 3600)
    assert len(receiver.seen) == 4  # the first event, four times
    assert capsys.readouterr().err == "warning: the webhook answered 503; told again in the next round\n"
    receiver.answers = [400, 204]
    assert not watch.round(None, 3600)
    assert untold(store) == ["one"]
    assert watch.round(None, 3600)
    assert [json.loads(line)["id"] for line in said] == ["two", "three", "one"]
    assert (untold(store), claimed(store)) == ([], 0)


def test_rules_are_those_of_the_round(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of them may change while the watch goes on: workers read it anew, and so has the coordinator to."""
    accepted, digests = tmp_path / "accepted.yaml", []

    def scan(batch: Batch, *_: object, **__: object) -> bool:
        digests.append(rules_digest(batch.rules))
        return True

    def accept(rule: str) -> None:
        accepted.write_text(
            f"schema: 1\nsuppressions:\n  - {{rule: {rule}, reason: We looked at it., expires: 2099-01-01}}\n"
        )

    monkeypatch.setattr(Batch, "scan", scan)
    accept("CTL-003")
    watch = Watch(Settings(suppressions=str(accepted)), Place(1), webhook=None, say=lambda _: None, quiet=True)
    watch.round(None, 0)
    accept("CTL-002")
    watch.round(None, 0)
    assert len(set(digests)) == 2


@contextlib.contextmanager
def watching(*options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAOSCAN_")}
    words = [*TIED, "-m", "scanner.cli.main", "watch", "--every", "7200", *options]
    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**kept, "DAOSCAN_DB": os.environ["DAOSCAN_DB"], **environment},
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_it_is_ended_while_it_waits(store: Store, kind: int) -> None:
    with watching() as process:
        assert process.stderr is not None
        assert process.stdout is not None
        assert process.stderr.readline() == WAITING
        os.killpg(process.pid, kind)
        assert process.wait(30) == 130
        assert process.stderr.read() == INTERRUPTED
        assert [json.loads(line)["id"] for line in process.stdout] == list(EVENTS)
    assert untold(store) == []


def test_ctrl_c_while_it_tells(store: Store) -> None:
    """What the receiver had not taken is untold, and free for the next run at once."""
    asked: list[float] = []

    def drips() -> Iterator[bytes]:
        while True:
            asked.append(time.monotonic())
            yield b"HTTP/1.1 100 Continue\r\n\r\n"

    with hostile(drips(), 0.05) as url, watching("--webhook", url, DAOSCAN_WEBHOOK_SECRET="s3cret") as process:
        until = time.monotonic() + 60
        while not asked and time.monotonic() < until:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 130
        assert process.communicate() == ("", INTERRUPTED)
    assert (untold(store), claimed(store)) == (list(EVENTS), 0)


def test_a_reader_that_goes_away(store: Store) -> None:
    """As `| head -0`: it ends at once, with one error and no event lost."""
    with watching() as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait(60) == 4
        assert process.stderr.read() == (
            "error: standard output cannot be written: Broken pipe\nhint: what was not told is told by the next run\n"
        )
    assert (untold(store), claimed(store)) == (list(EVENTS), 0)
