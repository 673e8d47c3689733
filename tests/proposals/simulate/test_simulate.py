"""A sound DAO with open proposals that waste, fail, wait, and depend on each other; simulated as a scan does it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fixtures.build import Workshop
from fixtures.catalogue import deploy_all
from fixtures.contract import Contract, calldata
from fixtures.daos.healthy import dao as river
from fixtures.localchain import LocalChain
from fixtures.ozgovernor import FOR, Call, OzProposal, propose
from fixtures.recipes import OZ5_TIMELOCK
from fixtures.sourcify_server import SourcifyServer
from fixtures.story import DAY, ETHER, DeployedDao
from scanner import pipeline
from scanner.cli.options import default_cache_dir
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.simulation import Party, Simulation, Turn
from scanner.model.snapshot import Snapshot
from scanner.proposals.simulate import simulate as simulating
from scanner.proposals.simulate import single
from scanner.proposals.simulate.process import AnvilProcess, ForkLimits
from scanner.proposals.simulate.simulate import SimulateOptions
from scanner.sources.collect import SourceOptions
from tests.proposals.simulate import hostile

pytestmark = [pytest.mark.node, pytest.mark.compiler]

PAYEE = "0x" + "00" * 17 + "9a4e01"


@dataclass
class Scene:
    """The chain with the DAO, and the scan of it with everything simulated."""

    chain: LocalChain
    sourcify: SourcifyServer
    dao: DeployedDao
    proposals: dict[str, OzProposal]
    folder: Path

    def scan(self, **options: Any) -> Snapshot:
        return pipeline.collect(
            pipeline.ScanOptions(
                rpc_url=self.chain.url,
                entry=self.dao.governor,
                cache_dir=default_cache_dir(),
                sources=SourceOptions(sourcify_url=self.sourcify.url),
                use_cache=False,
                simulate=SimulateOptions(default_cache_dir(), limits=ForkLimits(seconds=20.0), **options),
            ),
            lambda text: None,
        )

    def find(self, snapshot: Snapshot, name: str) -> Simulation:
        number = str(self.proposals[name].id)
        return next(one for one in snapshot.simulations.items if one.proposal == number)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with LocalChain() as chain, SourcifyServer() as sourcify:
        workshop = Workshop()
        (dao,) = deploy_all(chain, sourcify, only=["healthy"], workshop=workshop)
        governor = Contract(chain, dao.governor, workshop.contract(river.RECIPE, "RiverGovernor").abi)
        timelock = Contract(chain, dao.parts["timelock"], workshop.contract(OZ5_TIMELOCK, "TimelockController").abi)
        token = Contract(chain, dao.parts["token"], workshop.contract(river.RECIPE, "RiverToken").abi)
        delegates = chain.accounts[:12]
        made: dict[str, OzProposal] = {}

        def make(name: str, *calls: Call) -> OzProposal:
            made[name] = propose(governor, delegates[0], f"# {name}", calls)
            return made[name]

        whole = token.data("transfer", PAYEE, token.call("balanceOf", timelock.address))
        queued = make("sweep", Call(token.address, whole))
        chain.advance(2 * DAY + 1)
        queued.vote(dict.fromkeys(delegates, FOR))
        voted = make("sweep again", Call(token.address, token.data("transfer", PAYEE, ETHER)))
        chain.advance(7 * DAY)
        queued.queue(delegates[0])
        late = chain.time + 5 * DAY
        codes = {"loop": hostile.LOOP, "events": hostile.EVENTS, "creations": hostile.CREATIONS}
        codes |= {"arbsys": hostile.ARBSYS, "late": hostile.too_late(late), "refusal": hostile.says("not today")}
        targets = {name: chain.deploy(delegates[0], hostile.creation(code)) for name, code in codes.items()}
        for name in ("loop", "events", "creations"):
            targets[name] = chain.deploy(delegates[0], hostile.creation(hostile.gate(targets[name])))
        for name, target in targets.items():
            make(name, Call(target, hostile.GATED))
        make(
            "airdrop", *(Call(token.address, token.data("transfer", f"0x{0xA1D0 + i:040x}", ETHER)) for i in range(40))
        )
        make("delay", Call(timelock.address, timelock.data("updateDelay", DAY)))
        make("nobody", Call("0x" + "c0de" * 10, calldata("tidy()")))
        chain.mine()
        assert voted.state
        yield Scene(chain, sourcify, dao, made, tmp_path_factory.mktemp("simulate"))


@pytest.fixture(scope="module")
def snapshot(scene: Scene) -> Snapshot:
    return scene.scan()


def known(observation: Known[Any] | Unknown) -> Any:
    assert isinstance(observation, Known), observation
    return observation.value


def unknown(observation: Known[Any] | Unknown) -> Unknown:
    assert isinstance(observation, Unknown), observation
    return observation


def whole(collection: Collection[Any]) -> tuple[Any, ...]:
    assert collection.complete, collection.reason
    return collection.items


def test_every_open_proposal_is_there_queued_ones_first(scene: Scene, snapshot: Snapshot) -> None:
    states = {one.id: known(one.state) for one in snapshot.proposals.items}
    order = [states[one.proposal] for one in snapshot.simulations.items]
    assert order[:2] == ["Queued", "Active"]
    assert len(order) == len(scene.proposals)
    assert snapshot.simulations.complete
    assert "Pending" in order


def test_a_queued_proposal_needs_no_votes(scene: Scene, snapshot: Snapshot) -> None:
    one = scene.find(snapshot, "sweep")
    assert known(one.succeeds)
    assert one.path_note == ""
    assert [step.step for step in one.evidence[0].steps] == ["call"]  # type: ignore[union-attr]
    assert known(one.treasury_outflow_bps) > 9_000


def test_what_a_proposal_needs_may_be_taken_by_one_before_it(scene: Scene, snapshot: Snapshot) -> None:
    first, second = (scene.find(snapshot, name) for name in ("sweep", "sweep again"))
    assert first.after == ()
    assert known(second.succeeds), "alone it succeeds"
    assert second.after == (first.proposal,)
    assert not known(second.same_after), "nothing is left for it"


def test_a_call_that_burns_all_gas_is_a_limit(scene: Scene, snapshot: Snapshot) -> None:
    one = scene.find(snapshot, "loop")
    assert unknown(one.succeeds).reason is Reason.LIMIT
    assert not one.balances.complete


def test_ten_thousand_events_are_counted_and_some_are_kept(scene: Scene, snapshot: Snapshot) -> None:
    one = scene.find(snapshot, "events")
    assert known(one.succeeds)
    assert not one.events.complete
    assert len(one.events.items) == 200


def test_a_thousand_new_contracts_are_told(scene: Scene, snapshot: Snapshot) -> None:
    one = scene.find(snapshot, "creations")
    assert known(one.succeeds)
    assert not one.created.complete
    assert len(one.created.items) == 200
    assert {item.size_bytes for item in one.created.items} == {1}


def test_a_fork_that_lacks_what_is_called_knows_nothing(scene: Scene, snapshot: Snapshot) -> None:
    one = scene.find(snapshot, "arbsys")
    for fact in (one.succeeds, one.treasury_outflow_bps, one.gas_used):
        assert unknown(fact).reason is Reason.NOT_SUPPORTED
        assert "ArbSys" in unknown(fact).detail
    assert not one.controls.complete
    assert known(one.path) == "vote", "how far it came is known"


def test_a_revert_after_time_travel_alone_does_not_count(scene: Scene, snapshot: Snapshot) -> None:
    one = scene.find(snapshot, "late")
    assert "depends on time" in unknown(one.succeeds).detail
    assert known(one.path) == "executor"
    assert whole(one.balances) == ()


def test_a_revert_now_and_later_counts(scene: Scene, snapshot: Snapshot) -> None:
    one = scene.find(snapshot, "refusal")
    assert not known(one.succeeds)
    assert known(one.revert_reason) == "it reverts: not today"
    assert unknown(one.treasury_outflow_bps).reason is Reason.REVERTED, "what it would do is not known"


def test_many_small_receivers_are_one_line(scene: Scene, snapshot: Snapshot) -> None:
    one = scene.find(snapshot, "airdrop")
    named = [item for item in whole(one.balances) if item.accounts == 1]
    assert {item.party for item in named} == {Party.TREASURY, Party.BENEFICIARY}
    assert len(whole(one.balances)) == 41, "those whom the calls name are named"


def test_a_delay_is_compared_on_every_line_it_stands_on(scene: Scene, snapshot: Snapshot) -> None:
    one = scene.find(snapshot, "delay")
    (parameter,) = whole(one.parameters)
    assert (parameter.name, parameter.before, parameter.after) == ("getMinDelay()", 2 * DAY, DAY)
    assert parameter.lowered
    changed = whole(one.controls)
    assert {item.turn for item in changed} == {Turn.CHANGED}
    assert {known(item.delay_after_seconds) for item in changed} == {DAY}
    assert any(item.variable == "_minDelay" for item in one.storage.items)


def test_code_that_is_not_there_yet_may_become_anything(scene: Scene, snapshot: Snapshot) -> None:
    one = scene.find(snapshot, "nobody")
    (item,) = one.replaceable.items
    assert item.how.value == "no-code"


def test_the_same_scan_gives_the_same_simulations_and_their_number_is_bounded(
    scene: Scene, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulating, "MAX_SIMULATED", 2)
    again = scene.scan().simulations.items
    assert again[:2] == snapshot.simulations.items[:2]
    assert {unknown(one.succeeds).detail for one in again[2:]} == {"more than 2 open proposals"}


def test_one_alone_is_simulated_after_what_is_queued_before_it(
    scene: Scene, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    look = single.Single._looked_at

    def noted(self: Any, reached: Any) -> Any:
        looked.append(self.plan.proposal.id)
        return look(self, reached)

    monkeypatch.setattr(single.Single, "_looked_at", noted)
    number = str(scene.proposals["sweep again"].id)
    alone = scene.scan(only=number)
    assert scene.find(alone, "sweep again") == scene.find(snapshot, "sweep again"), "what was queued before counts"
    assert looked == [number]
    others = [one for one in alone.simulations.items if one.proposal != number]
    assert len(others) == len(scene.proposals) - 1
    assert {unknown(one.succeeds).detail for one in others} == {"another proposal alone was asked for"}


def test_what_a_queued_one_changes_may_not_be_known_and_then_nothing_after_it_is_sure(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued = str(scene.proposals["sweep"].id)
    reach = single.Single._reach

    def lost(self: Any, start: Any) -> Any:
        if self.plan.proposal.id == queued:
            return Unknown(reason=Reason.NOT_SUPPORTED, detail="for a test")
        return reach(self, start)

    monkeypatch.setattr(single.Single, "_reach", lost)
    one = scene.find(scene.scan(only=str(scene.proposals["sweep again"].id)), "sweep again")
    assert known(one.succeeds)
    assert one.after == ()
    assert unknown(one.same_after).detail == f"what proposal {queued} changes, which is due before it, is not known"


def test_a_fork_that_dies_on_the_way_leaves_one_unknown_and_the_next_is_simulated(
    scene: Scene, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulating, "MAX_SIMULATED", 3)
    number = str(scene.proposals["sweep again"].id)
    execute = single.by_vote
    pids = _started(monkeypatch)

    def killed(fork: Any, plan: Any, at: Any) -> Any:
        if plan.proposal.id == number:
            os.kill(pids[-1], signal.SIGKILL)
        return execute(fork, plan, at)

    monkeypatch.setattr(single, "by_vote", killed)
    again = scene.scan()
    one = scene.find(again, "sweep again")
    assert unknown(one.succeeds).reason is Reason.NO_FORK
    assert "ended before it answered" in unknown(one.succeeds).detail
    assert len(pids) == 2
    assert scene.find(again, "loop") == scene.find(snapshot, "loop")


def _started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the process ids of the forks that are started from now on."""
    pids: list[int] = []
    enter = AnvilProcess.__enter__

    def noted(self: AnvilProcess) -> AnvilProcess:
        started = enter(self)
        pids.append(started.pid)
        return started

    monkeypatch.setattr(AnvilProcess, "__enter__", noted)
    return pids


def test_without_anvil_every_open_proposal_says_so(scene: Scene, tmp_path: Path) -> None:
    none = tmp_path / "none"
    none.write_text("#!/bin/sh\nexit 1\n")
    none.chmod(0o755)
    found = scene.scan(anvil=none).simulations
    assert found.complete
    assert len(found.items) == len(scene.proposals)
    for one in found.items:
        assert unknown(one.succeeds).reason is Reason.NO_FORK
        assert unknown(one.succeeds).detail == "none does not say that it is anvil"
        assert one.evidence == ()


def test_an_anvil_that_always_ends_is_not_started_for_each(scene: Scene, tmp_path: Path) -> None:
    count = tmp_path / "count"
    broken = tmp_path / "anvil"
    broken.write_text(f'#!/bin/sh\n[ "$1" = --version ] && {{ echo anvil 1.0; exit 0; }}\necho x >> {count}\nexit 1\n')
    broken.chmod(0o755)
    found = scene.scan(anvil=broken).simulations
    assert {unknown(one.succeeds).detail for one in found.items} == {"anvil could not fork the node: it ended at once"}
    assert count.read_text().count("x") == 2
