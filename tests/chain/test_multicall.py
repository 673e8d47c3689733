"""Calls bundled through Multicall3, where it is deployed and worth it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanner.chain.abi import encode_call, selector, word
from scanner.chain.interface import CallRead, Read
from scanner.chain.multicall import MULTICALL3, MULTICALL3_CODEHASH
from scanner.chain.payload import codehash
from scanner.model.evidence import CallEvidence
from scanner.model.observation import Known, Reason, Unknown
from tests.chain.support import COMPILED, NOBODY, Scene, anvil, chain, methods_of, proxy
from tests.chain.test_faults import Call, check_doubles, doubles, error

pytestmark = pytest.mark.node

OURS = codehash(COMPILED["Aggregate3"]["runtime"])


@pytest.fixture(scope="module")
def bundled() -> Iterator[Scene]:
    with anvil() as node:
        made = Scene(node, node.deploy("Subject"))
        node.rpc("anvil_setCode", MULTICALL3, COMPILED["Aggregate3"]["runtime"])
        node.mine()
        yield made


def test_many_calls_are_few(bundled: Scene) -> None:
    with proxy(bundled.node.url) as between, chain(between.url, multicall_codehash=OURS) as opened:
        opened.read([CallRead(bundled.subject, selector("first()"))])
        assert sorted(methods_of(between.seen[-1])) == ["eth_call", "eth_getCode"]
        answers = opened.read(doubles(bundled.subject, 450))
        assert methods_of(between.seen[-1]) == ["eth_call"] * 5
        check_doubles(answers)


def test_each_call_is_evidence_by_itself(bundled: Scene) -> None:
    with chain(bundled.node.url, multicall_codehash=OURS) as opened:
        opened.read([CallRead(bundled.subject, selector("first()"))])
        answers = opened.read(doubles(bundled.subject, 150))
    evidence = answers[20].evidence[0]
    assert isinstance(evidence, CallEvidence)
    assert (evidence.address, evidence.data, evidence.result) == (
        bundled.subject,
        encode_call("double(uint256)", [20]),
        word(40),
    )
    replayed = bundled.node.rpc("eth_call", {"to": evidence.address, "data": evidence.data}, hex(evidence.block_number))
    assert replayed == evidence.result


def test_calls_that_fail_inside_are_asked_again_alone(bundled: Scene) -> None:
    reads: list[Read] = [
        *doubles(bundled.subject, 120),
        CallRead(bundled.subject, encode_call("refuse(uint256)", [5])),
        CallRead(bundled.subject, selector("burn()")),
        CallRead(NOBODY, "0x12345678"),
    ]
    with proxy(bundled.node.url) as between, chain(between.url, multicall_codehash=OURS) as opened:
        opened.read([CallRead(bundled.subject, selector("first()"))])
        answers = opened.read(reads)
        assert len(between.seen) == 4
    check_doubles(answers[:120])
    refused, burnt, nothing = answers[120:]
    assert isinstance(refused, Unknown)
    assert refused.reason is Reason.REVERTED
    assert refused.evidence[0].result == encode_call("Refused(uint256)", [5])  # type: ignore[union-attr]
    assert isinstance(burnt, Unknown)
    assert isinstance(nothing, Known)
    assert nothing.value == "0x"


def test_a_bundle_that_fails_is_taken_apart(bundled: Scene) -> None:
    def no_bundles(call: Call, answer: Call) -> Call:
        bundle = call["method"] == "eth_call" and call["params"][0]["to"] == MULTICALL3
        return error(call, -32000, "out of gas") if bundle else answer

    with proxy(bundled.node.url, rewrite=no_bundles) as between, chain(between.url, multicall_codehash=OURS) as opened:
        opened.read([CallRead(bundled.subject, selector("first()"))])
        check_doubles(opened.read(doubles(bundled.subject, 150)))


@pytest.mark.parametrize("value", ["0x", "0x1234", word(32) + "0" * 64, None, 7])
def test_a_bundle_that_answers_nonsense_is_taken_apart(bundled: Scene, value: object) -> None:
    def nonsense(call: Call, answer: Call) -> Call:
        bundle = call["method"] == "eth_call" and call["params"][0]["to"] == MULTICALL3
        return {**answer, "result": value} if bundle else answer

    with proxy(bundled.node.url, rewrite=nonsense) as between, chain(between.url, multicall_codehash=OURS) as opened:
        opened.read([CallRead(bundled.subject, selector("first()"))])
        check_doubles(opened.read(doubles(bundled.subject, 150)))


def test_other_code_at_the_address_is_not_trusted(bundled: Scene) -> None:
    with proxy(bundled.node.url) as between, chain(between.url, multicall_codehash=MULTICALL3_CODEHASH) as opened:
        opened.read([CallRead(bundled.subject, selector("first()"))])
        check_doubles(opened.read(doubles(bundled.subject, 150)))
        assert methods_of(between.seen[-1]) == ["eth_call"] * 150


def test_a_chain_without_it(scene: Scene) -> None:
    with proxy(scene.node.url) as between, chain(between.url) as opened:
        opened.read([CallRead(scene.subject, selector("first()"))])
        check_doubles(opened.read(doubles(scene.subject, 150)))
        assert methods_of(between.seen[-1]) == ["eth_call"] * 150
