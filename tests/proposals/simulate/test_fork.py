from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fixtures.localchain import LocalChain, anvil_binary, project_root
from scanner.proposals.simulate.fork import Fork, Moment, Tx
from scanner.proposals.simulate.process import AnvilProcess, ForkGone, ForkLimits
from scanner.proposals.simulate.program import Program
from scanner.proposals.simulate.trace import missing_features, reason_of
from tests.proposals.simulate import hostile
from tests.proposals.simulate.conftest import forked

pytestmark = pytest.mark.node

SENDER = "0x" + "51" * 20
NOTES = "435f5542600155" + "00"
"""Writes block number and time to slots 0 and 1."""


def contract(local: LocalChain, runtime: str, last: int) -> str:
    address = f"0x{'c0' * 19}{last:02x}"
    local.rpc("anvil_setCode", address, f"0x{runtime}")
    return address


def word(number: int) -> str:
    return f"0x{number:064x}"


@pytest.fixture(scope="module")
def contracts(local: LocalChain) -> dict[str, str]:
    codes = {
        "notes": NOTES,
        "loop": hostile.LOOP,
        "events": hostile.EVENTS,
        "creations": hostile.CREATIONS,
        "calls": hostile.CALLS,
        "arbsys": hostile.ARBSYS,
        "says": hostile.says("not today"),
    }
    made = {name: contract(local, code, index) for index, (name, code) in enumerate(codes.items())}
    local.mine()
    return made


def test_a_fork_is_at_the_pinned_block_and_executes_at_any_moment(
    local: LocalChain, program: Program, contracts: dict[str, str]
) -> None:
    with forked(local, program) as (fork, _):
        now = fork.now()
        assert (now.number, now.time) == (local.block_number, local.time)
        later = Moment(now.number + 1_000_000, now.time + 10**9)
        done = fork.execute(Tx(SENDER, contracts["notes"]), later)
        assert done.trace.succeeded
        slots = done.diff.accounts[contracts["notes"]].slots
        assert slots == {word(0): (word(0), word(later.number)), word(1): (word(0), word(later.time))}
        assert list(done.diff.accounts) == [contracts["notes"]], "the sender's nonce is no effect"
        again = fork.look(Tx(SENDER, contracts["notes"]), later)
        assert again.diff.accounts == {}, "what was executed stands"
        assert [(step.step, step.block_number, step.succeeded) for step in fork.steps] == [("call", later.number, True)]
        fork.reset()
        assert fork.steps == []
        assert fork.look(Tx(SENDER, contracts["notes"]), later).diff == done.diff, "and was taken back"


def test_value_moves_and_both_sides_are_told(local: LocalChain, program: Program) -> None:
    payer, payee = local.accounts[0], "0x" + "d0" * 20
    with forked(local, program) as (fork, _):
        done = fork.execute(Tx(payer, payee, value=7), fork.now())
        assert done.diff.accounts[payee].balance == (0, 7)
        before, after = done.diff.accounts[payer].balance or (0, 0)
        assert before - after == 7, "no fee is taken"
        assert fork.balance_of(payee) == 7
        fork.fund(SENDER, 5, fork.now())
        fork.fund(SENDER, 3, fork.now())
        assert fork.balance_of(SENDER) == 5, "only what is missing is given"
        assert [step.step for step in fork.steps] == ["call", "set-balance"]


def test_what_a_call_reads_is_told(local: LocalChain, program: Program, contracts: dict[str, str]) -> None:
    with forked(local, program) as (fork, _):
        reads = fork.reads_of(Tx(SENDER, contracts["notes"]), fork.now())
    assert reads == {(contracts["notes"], word(0)), (contracts["notes"], word(1))}


def test_a_reason_is_decoded(local: LocalChain, program: Program, contracts: dict[str, str]) -> None:
    with forked(local, program) as (fork, _):
        done = fork.execute(Tx(SENDER, contracts["says"]), fork.now())
    assert reason_of(done.trace) == "it reverts: not today"
    assert done.diff.accounts == {}


def test_a_loop_ends_with_its_gas(local: LocalChain, program: Program, contracts: dict[str, str]) -> None:
    with forked(local, program) as (fork, _):
        started = time.monotonic()
        done = fork.execute(Tx(SENDER, contracts["loop"]), fork.now())
    assert "out of gas" in done.trace.error.lower()
    assert time.monotonic() - started < 30


def test_ten_thousand_events_are_read(local: LocalChain, program: Program, contracts: dict[str, str]) -> None:
    with forked(local, program) as (fork, _):
        done = fork.execute(Tx(SENDER, contracts["events"]), fork.now())
    assert done.trace.succeeded
    assert len(done.trace.logs) == 10_000


def test_a_thousand_contracts_are_made_and_taken_back(
    local: LocalChain, program: Program, contracts: dict[str, str]
) -> None:
    with forked(local, program) as (fork, _):
        done = fork.execute(Tx(SENDER, contracts["creations"]), fork.now())
        made = [frame.target for frame in done.trace.frames if frame.kind == "CREATE"]
        assert done.trace.succeeded
        assert len(set(made)) == 1_000
        codes = fork.ask([("eth_getCode", [address, "latest"]) for address in made])
        assert {answer.value for answer in codes} == {"0x00"}  # type: ignore[union-attr]
        fork.apply(done.diff.inverse())
        codes = fork.ask([("eth_getCode", [address, "latest"]) for address in made])
        assert {answer.value for answer in codes} == {"0x"}  # type: ignore[union-attr]


def test_a_trace_that_is_too_long_is_a_limit_and_no_flood(
    local: LocalChain, program: Program, contracts: dict[str, str]
) -> None:
    limits = ForkLimits(gas=1_000_000, answer_bytes=500_000)
    with forked(local, program, limits) as (fork, _), pytest.raises(ForkGone, match="trace of more than") as caught:
        fork.execute(Tx(SENDER, contracts["calls"]), fork.now())
    assert caught.value.limit


def test_calls_without_end_are_cut_off_by_time(local: LocalChain, program: Program, contracts: dict[str, str]) -> None:
    started = time.monotonic()
    with forked(local, program, ForkLimits(seconds=1.5)) as (fork, process), pytest.raises(ForkGone):
        fork.execute(Tx(SENDER, contracts["calls"]), fork.now())
    assert process.reason == "the fork took longer than 1.5 s"
    assert time.monotonic() - started < 30


def test_what_a_fork_lacks_shows_in_the_trace(local: LocalChain, program: Program, contracts: dict[str, str]) -> None:
    with forked(local, program) as (fork, _):
        done = fork.execute(Tx(SENDER, contracts["arbsys"]), fork.now())
    assert done.trace.succeeded, "a call to nothing succeeds: that is why it has to be noticed"
    assert missing_features(done.trace, 42161) == ("ArbSys (0x64)",)


def _gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        time.sleep(0.05)
    return False


def test_a_fork_that_is_killed_is_gone_for_its_client(local: LocalChain, program: Program) -> None:
    with forked(local, program) as (fork, process):
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(ForkGone, match="ended before it answered"):
            fork.now()


def test_time_is_limited(local: LocalChain, program: Program) -> None:
    with forked(local, program, ForkLimits(seconds=0.3)) as (fork, process):
        assert _gone(process.pid)
        with pytest.raises(ForkGone):
            fork.now()
        assert process.reason == "the fork took longer than 0.3 s"


def test_memory_is_limited(local: LocalChain, program: Program) -> None:
    with forked(local, program, ForkLimits(resident_bytes=1 << 20)) as (_, process):
        assert _gone(process.pid)
        assert process.reason == "the fork used more than 1 MB of memory"


def test_it_ends_with_its_owner_whatever_happens(local: LocalChain, program: Program) -> None:
    pids: list[int] = []

    def interrupted() -> None:
        with forked(local, program) as (_, process):
            pids.append(process.pid)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert _gone(pids[0])


def test_it_does_not_outlive_a_killed_scan(local: LocalChain) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from scanner.proposals.simulate.process import AnvilProcess, ForkLimits\n"
        "from scanner.proposals.simulate.program import Program\n"
        f"with AnvilProcess(Program(Path({str(anvil_binary())!r}), 'anvil'), {local.url!r}, ForkLimits()) as process:\n"
        "    print(process.pid, flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=project_root(), stdout=subprocess.PIPE, text=True) as scan:
        assert scan.stdout is not None
        pid = int(scan.stdout.readline())
        scan.kill()
    assert _gone(pid)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exit 1", "ended at once"),
        ("echo Listening on 127.0.0.1:1; sleep 5", "ended before it answered"),
    ],
)
def test_an_anvil_that_does_not_work_is_told(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "anvil"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    with (
        pytest.raises(ForkGone, match=said),
        AnvilProcess(Program(path, "anvil"), "http://127.0.0.1:1", ForkLimits()) as it,
    ):
        Fork(it.url, ForkLimits(), gas=1)
