from __future__ import annotations

import logging
import socket

import pytest

from fixtures.sourcify_server import Fault, SourcifyServer
from scanner.model.errors import UsageError
from scanner.model.kinds import Verification
from scanner.model.observation import Reason
from scanner.sources.http import HttpLimits
from scanner.sources.interface import Deployed, NoSource, VerifiedSource
from scanner.sources.sourcify import Sourcify
from tests.sources.support import ABI, ADDRESS, CHAIN, COMPILER, DEPLOYED, QUICK, RUNTIME, add_club


def fetch(server: SourcifyServer, deployed: Deployed = DEPLOYED) -> VerifiedSource | NoSource:
    provider = Sourcify(server.url, QUICK)
    try:
        return provider.fetch(deployed)
    finally:
        provider.close()


@pytest.mark.parametrize(("match", "level"), [("exact_match", Verification.EXACT), ("match", Verification.MATCH)])
def test_equal_runtime_code_keeps_the_level(server: SourcifyServer, match: str, level: Verification) -> None:
    add_club(server, match=match)
    answer = fetch(server)
    assert isinstance(answer, VerifiedSource)
    assert answer.verification is level
    assert answer.detail == ""
    assert answer.abi == tuple(ABI)
    assert (answer.bundle.contract_name, answer.bundle.contract_path) == ("Club", "contracts/Club.sol")
    assert (answer.bundle.compiler, answer.bundle.provider) == (COMPILER, "sourcify")
    assert [file.path for file in answer.bundle.files] == ["contracts/Base.sol", "contracts/Club.sol"]


def test_upper_case_hex_is_the_same_code(server: SourcifyServer) -> None:
    add_club(server, runtime="0x60AB")
    answer = fetch(server, Deployed(CHAIN, ADDRESS, "0x60ab"))
    assert isinstance(answer, VerifiedSource)
    assert answer.verification is Verification.EXACT


def test_other_runtime_code_is_no_source(server: SourcifyServer) -> None:
    add_club(server)
    server.replace_runtime_code(CHAIN, ADDRESS, RUNTIME + "00")
    answer = fetch(server)
    assert isinstance(answer, NoSource)
    assert answer.reason is Reason.OTHER_BYTECODE
    assert "other bytecode" in answer.detail


def test_without_runtime_code_the_source_is_asserted(server: SourcifyServer) -> None:
    add_club(server, runtime="")
    answer = fetch(server)
    assert isinstance(answer, VerifiedSource)
    assert answer.verification is Verification.ASSERTED
    assert "not compared" in answer.detail


def test_unknown_contract_is_not_verified(server: SourcifyServer) -> None:
    answer = fetch(server)
    assert answer == NoSource(Reason.NOT_VERIFIED, "sourcify: not verified")
    assert server.requests == 1


def test_wrong_base_url_is_not_the_same_as_not_verified(server: SourcifyServer) -> None:
    provider = Sourcify(server.url + "/elsewhere", QUICK)
    answer = provider.fetch(DEPLOYED)
    provider.close()
    assert isinstance(answer, NoSource)
    assert answer.reason is Reason.EXPLORER_DOWN
    assert "does not exist" in answer.detail


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.DOWN, "HTTP 503"),
        (Fault.TOO_MANY, "HTTP 429"),
        (Fault.GARBAGE, "not JSON"),
        (Fault.CUT_OFF, "could not be reached"),
    ],
)
def test_faults_are_retried_then_reported_as_down(server: SourcifyServer, fault: Fault, words: str) -> None:
    add_club(server)
    server.fault = fault
    answer = fetch(server)
    assert isinstance(answer, NoSource)
    assert answer.reason is Reason.EXPLORER_DOWN
    assert words in answer.detail
    assert server.requests == QUICK.attempts


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.TOO_MANY, Fault.GARBAGE, Fault.CUT_OFF])
def test_a_passing_fault_costs_only_retries(server: SourcifyServer, fault: Fault) -> None:
    add_club(server)
    server.fault, server.fault_count = fault, QUICK.attempts - 1
    assert isinstance(fetch(server), VerifiedSource)
    assert server.requests == QUICK.attempts


def test_answer_for_another_contract_is_not_believed(server: SourcifyServer) -> None:
    add_club(server)
    server.fault = Fault.OTHER_CONTRACT
    answer = fetch(server)
    assert isinstance(answer, NoSource)
    assert answer.reason is Reason.EXPLORER_DOWN


def test_nobody_listening_is_down_and_soon_not_asked_again() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        provider = Sourcify(f"http://127.0.0.1:{unused.getsockname()[1]}", QUICK)
        details = [provider.fetch(DEPLOYED).detail for _ in range(QUICK.give_up_after + 2)]
        provider.close()
    assert "could not be reached" in details[0]
    assert all("not asked again after 3 failures in a row" in detail for detail in details[QUICK.give_up_after :])
    assert provider.requests == QUICK.give_up_after * QUICK.attempts


def test_a_silent_server_ends_in_a_time_out() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        limits = HttpLimits(attempts=1, timeout_seconds=0.1)
        provider = Sourcify(f"http://127.0.0.1:{silent.getsockname()[1]}", limits)
        answer = provider.fetch(DEPLOYED)
        provider.close()
    assert isinstance(answer, NoSource)
    assert "did not answer in time" in answer.detail


def test_an_answer_without_end_is_cut(server: SourcifyServer) -> None:
    add_club(server)
    provider = Sourcify(server.url, HttpLimits(attempts=1, largest_bytes=200))
    answer = provider.fetch(DEPLOYED)
    provider.close()
    assert isinstance(answer, NoSource)
    assert answer.reason is Reason.EXPLORER_DOWN
    assert "sent more than" in answer.detail


def test_user_path_and_key_in_the_url_work_and_are_never_shown(
    server: SourcifyServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    add_club(server)
    url = server.url.replace("http://", "http://user:hunter2@") + "/?token=s3cret"
    provider = Sourcify(url, QUICK)
    assert isinstance(provider.fetch(DEPLOYED), VerifiedSource)
    server.fault = Fault.DOWN
    refused = provider.fetch(DEPLOYED)
    provider.close()
    everything = caplog.text + repr(refused) + repr(provider.__dict__)
    assert "HTTP Request" in caplog.text
    assert "hunter2" not in everything
    assert "s3cret" not in everything


@pytest.mark.parametrize(
    "url", ["", "sourcify.dev", "ftp://sourcify.dev", "http://", "http://[bad", "file:///etc/passwd"]
)
def test_what_is_no_url_is_the_users_mistake(url: str) -> None:
    with pytest.raises(UsageError) as raised:
        Sourcify(url)
    assert raised.value.where == "--sourcify-url"
    assert raised.value.hint
