from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.sourcify_server import Fault, SourcifyServer
from scanner.model.kinds import Verification
from scanner.model.observation import Reason
from scanner.sources.bundle import build_bundle
from scanner.sources.collect import AT_ONCE, CollectedSources, SourceOptions, open_sources
from scanner.sources.interface import Deployed, NoSource, SourceAnswer, SourceProvider, VerifiedSource
from tests.sources.support import ABI, ADDRESS, CHAIN, COMPILER, DEPLOYED, QUICK, RUNTIME, STANDARD, Explorer, add_club

BUNDLE = build_bundle(STANDARD, contract="contracts/Club.sol:Club", compiler=COMPILER, provider="local")
FOUND = VerifiedSource(BUNDLE, tuple(ABI), Verification.ASSERTED, "not compared")


class Fixed(SourceProvider):
    """Gives one answer, slowly when told to, and notes how many are asked at once."""

    def __init__(self, answer: SourceAnswer, *, name: str = "fixed", seconds: float = 0.0) -> None:
        self.name, self.place = name, ""
        self.answer, self.seconds = answer, seconds
        self.asked = self.running = self.most = 0
        self.lock = threading.Lock()

    @property
    def requests(self) -> int:
        return self.asked

    def fetch(self, deployed: Deployed) -> SourceAnswer:
        with self.lock:
            self.asked += 1
            self.running += 1
            self.most = max(self.most, self.running)
        time.sleep(self.seconds)
        with self.lock:
            self.running -= 1
        return self.answer


def no(reason: Reason) -> Fixed:
    return Fixed(NoSource(reason, reason.value))


def answer_of(*providers: SourceProvider) -> SourceAnswer:
    return CollectedSources(providers).fetch_all([DEPLOYED])[ADDRESS]


def test_the_first_provider_with_source_wins_and_later_ones_are_not_asked() -> None:
    later = Fixed(replace(FOUND, detail="later"))
    assert answer_of(no(Reason.EXPLORER_DOWN), Fixed(FOUND), later) == FOUND
    assert later.asked == 0


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ([Reason.NOT_VERIFIED, Reason.EXPLORER_DOWN, Reason.OTHER_BYTECODE], Reason.EXPLORER_DOWN),
        ([Reason.NOT_VERIFIED, Reason.OTHER_BYTECODE], Reason.OTHER_BYTECODE),
        ([Reason.NOT_VERIFIED, Reason.UNDECODABLE], Reason.UNDECODABLE),
        ([Reason.NO_SOURCE_PROVIDER, Reason.NOT_VERIFIED], Reason.NOT_VERIFIED),
        ([Reason.NO_SOURCE_PROVIDER], Reason.NO_SOURCE_PROVIDER),
        ([], Reason.NO_SOURCE_PROVIDER),
    ],
)
def test_of_several_reasons_the_gravest_is_given(reasons: list[Reason], expected: Reason) -> None:
    answer = answer_of(*map(no, reasons))
    assert isinstance(answer, NoSource)
    assert answer.reason is expected
    assert all(reason.value in answer.detail for reason in reasons)


def test_uncompared_source_keeps_the_doubt_of_another_verifier() -> None:
    answer = answer_of(no(Reason.OTHER_BYTECODE), Fixed(FOUND))
    assert isinstance(answer, VerifiedSource)
    assert answer.detail == "not compared; other-bytecode"


def test_an_account_without_code_is_not_asked_for() -> None:
    provider = Fixed(FOUND)
    answers = CollectedSources([provider]).fetch_all([Deployed(CHAIN, ADDRESS, "0x")])
    assert answers[ADDRESS] == NoSource(Reason.NO_CODE, "no code at this address")
    assert provider.asked == 0


def test_contracts_are_asked_for_at_once_but_not_all_and_each_once() -> None:
    provider = Fixed(FOUND, seconds=0.05)
    wanted = [Deployed(CHAIN, f"0x{number:040x}", RUNTIME) for number in range(2 * AT_ONCE)]
    answers = CollectedSources([provider]).fetch_all([*wanted, *wanted])
    assert list(answers) == [deployed.address for deployed in wanted]
    assert provider.asked == len(wanted)
    assert 1 < provider.most <= AT_ONCE


def test_configured_providers_in_order(server: SourcifyServer, etherscan: Explorer, tmp_path: Path) -> None:
    add_club(server)
    second, third = "0x" + "cc" * 20, "0x" + "dd" * 20
    (tmp_path / f"{second}.json").write_text(
        json.dumps({**STANDARD, "daoscan": {"contract": "Club", "compiler": COMPILER}})
    )
    etherscan.entry = {"SourceCode": "contract Club {}", "ContractName": "Club", "CompilerVersion": "v0.8.28"}
    sources = open_sources(
        SourceOptions(
            folder=tmp_path,
            sourcify_url=server.url,
            etherscan_key="KEY",
            etherscan_url=etherscan.url,
            limits=QUICK,
        )
    )
    answers = sources.fetch_all([DEPLOYED, replace(DEPLOYED, address=second), replace(DEPLOYED, address=third)])
    sources.close()
    providers = {
        address: answer.bundle.provider for address, answer in answers.items() if isinstance(answer, VerifiedSource)
    }
    assert providers == {ADDRESS: "sourcify", second: "folder", third: "etherscan"}
    assert sources.requests == server.requests + len(etherscan.queries) == 3
    assert sources.refused_keys == ()


def test_a_refused_key_is_told(etherscan: Explorer) -> None:
    etherscan.error = "Invalid API Key"
    sources = open_sources(SourceOptions(etherscan_key="KEY", etherscan_url=etherscan.url, limits=QUICK))
    sources.fetch_all([DEPLOYED])
    sources.close()
    assert sources.refused_keys == ("etherscan",)


def test_nothing_configured() -> None:
    sources = open_sources(SourceOptions())
    assert sources.fetch_all([DEPLOYED]) == {
        ADDRESS: NoSource(Reason.NO_SOURCE_PROVIDER, "no source provider is configured")
    }
    assert sources.requests == 0


def test_keys_do_not_show_in_the_options() -> None:
    shown = repr(SourceOptions(sourcify_url="https://user:pw@host", etherscan_key="SECRET"))
    assert "SECRET" not in shown
    assert "pw" not in shown


def cached(server: SourcifyServer, folder: Path, deployed: Deployed = DEPLOYED) -> SourceAnswer:
    url = server.url.replace("http://", "http://user:hunter2@") + "?token=s3cret"
    sources = open_sources(SourceOptions(sourcify_url=url, cache_dir=folder, limits=QUICK))
    try:
        return sources.fetch_all([deployed])[ADDRESS]
    finally:
        sources.close()


def test_found_source_is_kept_on_disk_without_keys(server: SourcifyServer, tmp_path: Path) -> None:
    add_club(server)
    first = cached(server, tmp_path)
    server.fault = Fault.DOWN
    assert cached(server, tmp_path) == first
    assert server.requests == 1
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 1
    content = files[0].read_text()
    assert "hunter2" not in content
    assert "s3cret" not in content
    assert server.url not in content


def test_kept_source_is_not_used_for_other_code(server: SourcifyServer, tmp_path: Path) -> None:
    add_club(server)
    cached(server, tmp_path)
    answer = cached(server, tmp_path, Deployed(CHAIN, ADDRESS, RUNTIME + "00"))
    assert isinstance(answer, NoSource)
    assert answer.reason is Reason.OTHER_BYTECODE


def test_a_missing_source_is_asked_for_again(server: SourcifyServer, tmp_path: Path) -> None:
    assert isinstance(cached(server, tmp_path), NoSource)
    add_club(server)
    assert isinstance(cached(server, tmp_path), VerifiedSource)


@pytest.mark.parametrize(
    "change", [lambda text: text[:-20], lambda text: text.replace("contract Base {}", "contract Evil {}")]
)
def test_a_damaged_file_counts_as_absent(server: SourcifyServer, tmp_path: Path, change: object) -> None:
    add_club(server)
    first = cached(server, tmp_path)
    kept = next(path for path in tmp_path.rglob("*.json"))
    assert callable(change)
    kept.write_text(change(kept.read_text()))
    assert cached(server, tmp_path) == first
    assert server.requests == 2


def test_a_cache_that_cannot_be_written_is_no_error(server: SourcifyServer, tmp_path: Path) -> None:
    add_club(server)
    (tmp_path / "sourcify").write_text("a file where the folder should be")
    assert isinstance(cached(server, tmp_path), VerifiedSource)
    assert isinstance(cached(server, tmp_path), VerifiedSource)
    assert server.requests == 2
