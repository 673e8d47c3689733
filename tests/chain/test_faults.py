"""A node that limits, stumbles, prunes or stops: what is asked again, what is given up, what is said."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.chain.abi import encode_call, selector, word
from scanner.chain.faults import Kind, classify, revert_data
from scanner.chain.interface import AccountRead, CallRead, CodeRead, Read, StorageRead
from scanner.model.errors import NodeError, UsageError
from scanner.model.evidence import StorageEvidence
from scanner.model.observation import Known, Reason, Unknown
from tests.chain.support import ALICE, Fault, Proxy, Scene, anvil, calls_of, chain, hurried, methods_of, proxy, slot

pytestmark = pytest.mark.node

Call = dict[str, Any]


def doubles(subject: str, count: int) -> list[Read]:
    return [CallRead(subject, encode_call("double(uint256)", [number])) for number in range(count)]


def check_doubles(answers: tuple[Known[Any] | Unknown, ...]) -> None:
    assert [answer.value for answer in answers if isinstance(answer, Known)] == [
        word(2 * number) for number in range(len(answers))
    ]


def error(call: Call, code: int, message: str, data: Any = None) -> Call:
    extra = {} if data is None else {"data": data}
    return {"jsonrpc": "2.0", "id": call["id"], "error": {"code": code, "message": message, **extra}}


def after_pinning(fault: Fault, times: int = 10**9) -> Any:
    """Let the first request through, then give `fault` the next `times`."""

    def meddle(proxy: Proxy, payload: Any) -> Fault | None:
        return fault if 1 < len(proxy.seen) <= 1 + times else None

    return meddle


# -------------------------------------------------------------------------------------------------- passing


@pytest.mark.parametrize(
    "fault",
    [
        Fault(429, b"slow down"),
        Fault(500, b"oops"),
        Fault(502, b"<html>bad gateway</html>"),
        Fault(503, {"jsonrpc": "2.0", "id": None, "error": {"code": -32000, "message": "try later"}}),
        Fault(drop=True),
        Fault(200, b"<html>maintenance</html>"),
        Fault(200, b'[{"jsonrpc":"2.0","id":5,"res'),
        Fault(200, b"", {"Content-Encoding": "gzip", "Content-Length": "0"}),
    ],
    ids=["429", "500", "502", "503", "reset", "html", "truncated", "empty"],
)
def test_a_fault_that_passes_costs_one_more_request(scene: Scene, fault: Fault) -> None:
    with proxy(scene.node.url, after_pinning(fault, 1)) as between, chain(between.url) as opened:
        check_doubles(opened.read(doubles(scene.subject, 20)))
        assert between.sizes[1:] == [21, 21]


def test_retry_after_is_respected_within_bounds(scene: Scene) -> None:
    for header, expected in (("7", 7.0), ("86400", 60.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)):
        waits: list[float] = []
        fault = Fault(429, b"", {"Retry-After": header})
        with (
            proxy(scene.node.url, after_pinning(fault, 1)) as between,
            chain(between.url, patience=hurried(waits)) as opened,
        ):
            check_doubles(opened.read(doubles(scene.subject, 3)))
        assert waits == [expected]


@pytest.mark.parametrize("header", ["soon", "-5", "1e400", "", "٣"])
def test_waits_grow_with_jitter(scene: Scene, header: str) -> None:
    waits: list[float] = []
    fault = Fault(429, b"", {"Retry-After": header.encode().decode("latin-1")} if header else {})
    with (
        proxy(scene.node.url, after_pinning(fault, 3)) as between,
        chain(between.url, patience=hurried(waits, first_wait_seconds=1.0)) as opened,
    ):
        check_doubles(opened.read(doubles(scene.subject, 3)))
    assert len(waits) == 3
    for wait, longest in zip(waits, (1, 2, 4), strict=True):
        assert longest / 2 <= wait <= longest


# ---------------------------------------------------------------------------------------------------- limits

REFUSALS = {
    "413": Fault(413, b"Request Entity Too Large"),
    "400": Fault(400, b"bad request"),
    "code -32600": Fault(200, {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "Invalid Request"}}),
    "code -32005": Fault(200, {"jsonrpc": "2.0", "id": None, "error": {"code": -32005, "message": "batch too large"}}),
    "code -32602": Fault(400, {"jsonrpc": "2.0", "id": None, "error": {"code": -32602, "message": "nope"}}),
    "in a list": Fault(200, [{"jsonrpc": "2.0", "id": None, "error": {"code": -32000, "message": "ouch"}}]),
    "with an id": Fault(200, {"jsonrpc": "2.0", "id": 4, "error": {"code": 1, "message": "the cat sat on the mat"}}),
    "text error": Fault(200, {"error": "more than you paid for"}),
    "500": Fault(500, {"jsonrpc": "2.0", "id": None, "error": {"code": -32603, "message": "query timeout"}}),
    "gateway": Fault(504, b""),
    "html": Fault(200, b"<html>sorry</html>"),
    "reset": Fault(drop=True),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_batch_that_is_refused_is_cut_up_whatever_the_words(scene: Scene, kind: str) -> None:
    def at_most_seven(proxy: Proxy, payload: Any) -> Fault | None:
        return REFUSALS[kind] if isinstance(payload, list) and len(payload) > 7 else None

    with proxy(scene.node.url, at_most_seven) as between, chain(between.url) as opened:
        check_doubles(opened.read(doubles(scene.subject, 60)))
        refused = len(between.seen)
        check_doubles(opened.read(doubles(scene.subject, 30)))
        assert len(between.seen) - refused <= 12  # what was learned is not forgotten at once


def test_a_node_without_batches(scene: Scene) -> None:
    def none(proxy: Proxy, payload: Any) -> Fault | None:
        if isinstance(payload, list):
            return Fault(200, {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "no arrays"}})
        return None

    with proxy(scene.node.url, none) as between, chain(between.url) as opened:
        check_doubles(opened.read(doubles(scene.subject, 5)))


def test_items_that_a_limit_left_out_are_asked_again(scene: Scene) -> None:
    """As go-ethereum does: answers up to a size, then the same error for every item."""

    def cut(proxy: Proxy, payload: Any) -> Fault | None:
        calls = calls_of(payload)
        if len(calls) <= 10:
            return None
        whole = proxy.answer_of(calls[:10])
        return Fault(200, whole + [error(call, -32003, "response too large") for call in calls[10:]])

    with proxy(scene.node.url, cut) as between, chain(between.url) as opened:
        check_doubles(opened.read(doubles(scene.subject, 40)))


def test_items_that_are_missing_are_asked_again(scene: Scene) -> None:
    def forget(proxy: Proxy, payload: Any) -> Fault | None:
        calls = calls_of(payload)
        return Fault(200, proxy.answer_of(calls[:4])) if len(calls) > 4 else None

    with proxy(scene.node.url, forget) as between, chain(between.url) as opened:
        check_doubles(opened.read(doubles(scene.subject, 20)))


def test_answers_in_any_order(scene: Scene) -> None:
    def backwards(proxy: Proxy, payload: Any) -> Fault | None:
        return Fault(200, proxy.answer_of(payload)[::-1]) if isinstance(payload, list) else None

    with proxy(scene.node.url, backwards) as between, chain(between.url) as opened:
        check_doubles(opened.read(doubles(scene.subject, 20)))


def test_a_rate_limit_inside_a_batch_is_waited_for(scene: Scene) -> None:
    waits: list[float] = []

    def limit(proxy: Proxy, payload: Any) -> Fault | None:
        calls = calls_of(payload)
        if len(calls) <= 5 and waits:
            return None
        if len(proxy.seen) == 1:
            return None
        words = "Your app has exceeded its compute units per second capacity"
        return Fault(200, [error(call, 429, words) for call in calls])

    with proxy(scene.node.url, limit) as between, chain(between.url, patience=hurried(waits)) as opened:
        check_doubles(opened.read(doubles(scene.subject, 9)))
        assert waits


def test_a_slow_batch_is_cut_up(scene: Scene) -> None:
    def slow(proxy: Proxy, payload: Any) -> Fault | None:
        return Fault(200, b"[]", slow_seconds=0.6) if len(calls_of(payload)) > 6 else None

    with (
        proxy(scene.node.url, slow) as between,
        chain(between.url, patience=hurried(timeout_seconds=0.3)) as opened,
    ):
        check_doubles(opened.read(doubles(scene.subject, 10)))


# ----------------------------------------------------------------------------------------------- single reads


def test_a_read_that_fails_alone_leaves_the_others(scene: Scene) -> None:
    def fail_three(call: Call, answer: Call) -> Call:
        failing = call["method"] == "eth_call" and call["params"][0]["data"].endswith("03")
        return error(call, -32099, "the moon is full") if failing else answer

    with proxy(scene.node.url, rewrite=fail_three) as between, chain(between.url) as opened:
        answers = opened.read(doubles(scene.subject, 30))
        assert len(between.seen) <= 4
    failed = [answer for answer in answers if isinstance(answer, Unknown)]
    assert [(answer.reason, answer.detail) for answer in failed] == [
        (Reason.NODE_ERROR, "the moon is full (code -32099)")
    ]
    assert isinstance(answers[3], Unknown)


def test_many_that_fail_the_same_way_cost_one_request_more(scene: Scene) -> None:
    def fail(call: Call, answer: Call) -> Call:
        if call["method"] != "eth_call":
            return answer
        return error(call, -32603, f"internal error at 0x{call['id']:x}")

    with proxy(scene.node.url, rewrite=fail) as between, chain(between.url) as opened:
        answers = opened.read([*doubles(scene.subject, 50), CodeRead(scene.subject)])
        assert {answer.reason for answer in answers[:50] if isinstance(answer, Unknown)} == {Reason.NODE_ERROR}
        assert isinstance(answers[50], Known)
        # Once by hash and once by number, each with one item asked alone.
        assert len(between.seen) <= 5


@pytest.mark.parametrize(
    "words",
    [
        "missing trie node 5d0f7c (path ) state 0x5d0f is not available, not found",
        "header not found",
        "historical state unavailable in this node",
        "required historical state unavailable (reexec=128)",
        "state at block #60 is pruned",
        "project ID does not have access to archive state",
        "distance to target block exceeds maximum proof window",
    ],
)
def test_pruned_state(scene: Scene, words: str) -> None:
    def pruned(call: Call, answer: Call) -> Call:
        return answer if call["method"] in ("eth_chainId", "eth_getBlockByNumber") else error(call, -32000, words)

    with proxy(scene.node.url, rewrite=pruned) as between, chain(between.url) as opened:
        answers = opened.read(
            [CallRead(scene.subject, "0x"), StorageRead(scene.subject, slot(0)), CodeRead(ALICE), AccountRead(ALICE)]
        )
    assert {answer.reason for answer in answers if isinstance(answer, Unknown)} == {Reason.STATE_PRUNED}
    assert not any(isinstance(answer, Known) for answer in answers)


def test_state_pruned_in_mid_scan(scene: Scene) -> None:
    with proxy(scene.node.url) as between, chain(between.url) as opened:
        assert isinstance(opened.read([CodeRead(scene.subject)])[0], Known)
        between.rewrite = lambda call, answer: error(call, -32000, "missing trie node")
        (answer,) = opened.read([CodeRead(ALICE)])
        assert isinstance(answer, Unknown)
        assert answer.reason is Reason.STATE_PRUNED


@pytest.mark.parametrize(
    ("code", "message", "data", "expected"),
    [
        (3, "execution reverted: no", "0xdeadbeef", "0xdeadbeef"),
        (-32000, "execution reverted", None, "0x"),
        (-32015, "VM execution error.", "Reverted 0xdeadbeef", "0xdeadbeef"),
        (-32015, "Transaction execution error", "Reverted 0x", "0x"),
        (-32603, "VM Exception while processing transaction: revert", {"data": "0xdeadbeef"}, "0xdeadbeef"),
        (-32000, "VM Exception", {"0xab": {"error": "revert", "return": "0x"}}, "0x"),
        (-32603, "EVM error InvalidFEOpcode", None, "0x"),
        (-32000, "invalid opcode: INVALID", None, "0x"),
        (-32000, "stack underflow (0 <=> 1)", None, "0x"),
        (3, "header not found, too many requests", "0x", "0x"),
        (3, "execution reverted", 17, "0x"),
        (3, "execution reverted", ["0x12"], "0x"),
        (3, "execution reverted", "0xzz", "0x"),
    ],
)
def test_reverts_in_the_words_of_many_nodes(scene: Scene, code: int, message: str, data: Any, expected: str) -> None:
    def revert(call: Call, answer: Call) -> Call:
        return error(call, code, message, data) if call["method"] == "eth_call" else answer

    with proxy(scene.node.url, rewrite=revert) as between, chain(between.url) as opened:
        (answer,) = opened.read([CallRead(scene.subject, "0x11223344")])
    assert isinstance(answer, Unknown)
    assert answer.reason is Reason.REVERTED
    assert answer.evidence[0].result == expected  # type: ignore[union-attr]


@pytest.mark.parametrize("value", [None, "0xzz", "zz", 5, ["0x"], {"a": 1}, "0X12", True, "0x" + "٣٣", "0x12\n"])
def test_a_malformed_answer_is_a_node_error(scene: Scene, value: Any) -> None:
    def wrong(call: Call, answer: Call) -> Call:
        if call["method"] in ("eth_chainId", "eth_getBlockByNumber"):
            return answer
        return {"jsonrpc": "2.0", "id": call["id"], "result": value}

    with proxy(scene.node.url, rewrite=wrong) as between, chain(between.url) as opened:
        answers = opened.read(
            [CallRead(scene.subject, "0x"), CodeRead(scene.subject), AccountRead(ALICE), StorageRead(ALICE, slot(0))]
        )
    assert {answer.reason for answer in answers if isinstance(answer, Unknown)} == {Reason.NODE_ERROR}
    assert not any(isinstance(answer, Known) for answer in answers)


# --------------------------------------------------------------------------------------------------- storage


def test_storage_without_proofs_where_the_node_has_none(scene: Scene) -> None:
    def no_proofs(call: Call, answer: Call) -> Call:
        if call["method"] == "eth_getProof":
            return error(call, -32601, "the method eth_getProof does not exist/is not available")
        return answer

    with proxy(scene.node.url, rewrite=no_proofs) as between, chain(between.url) as opened:
        answers = opened.read([StorageRead(scene.subject, slot(0)), StorageRead(scene.subject, slot(9))])
        assert opened.trips.requests == 3
    assert [answer.value for answer in answers if isinstance(answer, Known)] == [word(42), word(0)]
    evidence = answers[0].evidence[0]
    assert isinstance(evidence, StorageEvidence)
    assert evidence.account_proof == ()


@pytest.mark.parametrize("lie", ["value", "proof", "account", "nothing", "other slot", "other account"])
def test_a_proof_that_does_not_verify_is_no_answer(scene: Scene, lie: str) -> None:
    def falsify(call: Call, answer: Call) -> Call:
        if call["method"] != "eth_getProof":
            return answer
        result = answer["result"]
        entry = result["storageProof"][0]
        if lie == "value":
            entry["value"] = "0x2b"
        elif lie == "proof":
            entry["proof"] = [node[:-2] + "ff" for node in entry["proof"]]
        elif lie == "account":
            result["accountProof"] = [*result["accountProof"][:-1], "0xc0"]
        elif lie == "nothing":
            result["accountProof"], entry["proof"] = [], []
        elif lie == "other slot":
            entry["key"] = "0x9"
        else:
            answer["result"] = {**result, "accountProof": None}
        return answer

    with proxy(scene.node.url, rewrite=falsify) as between, chain(between.url) as opened:
        (answer,) = opened.read([StorageRead(scene.subject, slot(0))])
    assert isinstance(answer, Unknown)
    assert answer.reason is Reason.NODE_ERROR
    assert "does not verify" in answer.detail


# -------------------------------------------------------------------------------------------------- stopping


def test_a_node_that_stops_half_way() -> None:
    waits: list[float] = []
    with anvil() as node, chain(node.url, patience=hurried(waits)) as opened:
        node.stop()
        with pytest.raises(NodeError, match="stopped answering") as caught:
            opened.read([CodeRead(ALICE)])
    assert caught.value.where == node.url
    assert len(waits) == 3


def test_a_node_that_turns_to_garbage_half_way(scene: Scene) -> None:
    with (
        proxy(scene.node.url, after_pinning(Fault(200, b"<html>bye</html>"))) as between,
        chain(between.url) as opened,
    ):
        with pytest.raises(NodeError, match="does not answer as") as caught:
            opened.read(doubles(scene.subject, 100))
        assert "<html>bye</html>" in caught.value.hint
        assert len(between.seen) < 8


def test_a_key_that_is_refused_half_way(scene: Scene) -> None:
    with (
        proxy(scene.node.url, after_pinning(Fault(403, b""))) as between,
        chain(between.url) as opened,
        pytest.raises(UsageError, match="refused the key"),
    ):
        opened.read(doubles(scene.subject, 100))


def test_what_a_node_says_is_shown_without_the_key(scene: Scene) -> None:
    def tell(call: Call, answer: Call) -> Call:
        if call["method"] != "eth_call":
            return answer
        return error(call, -32099, "key 0123456789abcdef\x1b[31m at /v3/0123456789abcdef\nis \u202ebad " + "x" * 999)

    with (
        proxy(scene.node.url, rewrite=tell) as between,
        chain(between.url + "/v3/0123456789abcdef") as opened,
    ):
        (answer,) = opened.read([CallRead(scene.subject, selector("first()"))])
    assert isinstance(answer, Unknown)
    assert "0123456789abcdef" not in answer.detail
    assert answer.detail.isprintable()
    assert len(answer.detail) < 230
    assert between.paths[0] == "/v3/0123456789abcdef"


# ---------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("method", "code", "message", "kind"),
    [
        ("eth_call", -32000, "out of gas", Kind.OUT_OF_GAS),
        ("eth_call", -32000, "missing trie node", Kind.PRUNED),
        ("eth_call", -32000, "execution reverted: rate limit exceeded", Kind.REVERTED),
        ("eth_getLogs", -32000, "execution reverted", Kind.OTHER),
        ("eth_getLogs", -32005, "query returned more than 10000 results", Kind.LIMIT),
        ("eth_getLogs", -32602, "eth_getLogs is limited to a 10,000 range", Kind.LIMIT),
        ("eth_getLogs", 4444, "pruned history unavailable", Kind.PRUNED),
        ("eth_getLogs", -32000, "query timed out", Kind.TIMEOUT),
        ("eth_getCode", -32601, "whatever", Kind.UNSUPPORTED),
        ("eth_getCode", 429, "whatever", Kind.RATE),
        ("eth_getCode", None, "gibberish", Kind.OTHER),
        ("", -32600, "archive", Kind.OTHER),
    ],
)
def test_classify(method: str, code: int | None, message: str, kind: Kind) -> None:
    assert classify(method, code, message).kind is kind


def test_revert_data_does_not_follow_an_object_for_ever() -> None:
    nested: Any = "0xdead"
    for _ in range(50_000):
        nested = {"data": nested}
    assert revert_data(nested) == "0x"
    assert revert_data({"data": {"data": "0xdead"}}) == "0xdead"


def test_methods_of_the_first_level_are_one_request(scene: Scene) -> None:
    with proxy(scene.node.url) as between, chain(between.url) as opened:
        opened.read([CodeRead(scene.subject), AccountRead(ALICE)])
        assert methods_of(between.seen[-1]) == ["eth_getCode", "eth_getBalance", "eth_getTransactionCount"]
