"""Which block is pinned, and what is said when it cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.chain.interface import CallRead, CodeRead
from scanner.chain.node import ChainOptions, open_chain
from scanner.model.errors import NodeError, UsageError
from scanner.model.observation import Known
from tests.chain.support import Anvil, Fault, Proxy, Scene, anvil, calls_of, chain, free_port, hurried, proxy

pytestmark = pytest.mark.node


def timestamp(node: Anvil, number: int) -> int:
    return int(node.rpc("eth_getBlockByNumber", hex(number), False)["timestamp"], 16)


def test_default_is_the_finalized_block(scene: Scene) -> None:
    with chain(scene.node.url) as opened:
        header = scene.node.rpc("eth_getBlockByNumber", "0x3c", False)
        assert opened.block.number == 60
        assert opened.block.hash == header["hash"]
        assert opened.block.state_root == header["stateRoot"]
        assert opened.block.timestamp == int(header["timestamp"], 16)
        assert opened.chain_id == 31337
        assert opened.notes == ()
        assert opened.trips.requests == 1


def test_finalized_is_not_latest() -> None:
    with anvil(slots=2) as node:
        node.mine(10)
        with chain(node.url) as opened:
            assert opened.block.number == 6
            assert opened.notes == ()


def unknown_tag(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    if call["params"][:1] == ["finalized"]:
        return {"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32602, "message": "invalid block tag"}}
    return answer


def test_latest_with_a_note_where_finalized_is_not_known(scene: Scene) -> None:
    with proxy(scene.node.url, rewrite=unknown_tag) as between, chain(between.url) as opened:
        assert opened.block.number == 60
        assert "may still be replaced" in opened.notes[0]


def test_a_number(scene: Scene) -> None:
    with chain(scene.node.url, block=3) as opened:
        assert opened.block.number == 3
        assert opened.trips.requests == 1


def test_a_number_beyond_the_end(scene: Scene) -> None:
    with pytest.raises(UsageError, match="61 does not exist yet") as caught:
        open_chain(scene.node.url, ChainOptions(block=61, patience=hurried()))
    assert "60" in caught.value.hint


def test_a_time_is_the_last_block_at_or_before(scene: Scene) -> None:
    times = [timestamp(scene.node, number) for number in range(61)]
    for number in (0, 1, 17, 59, 60):
        with chain(scene.node.url, at=times[number]) as opened:
            assert opened.block.number == max(other for other in range(61) if times[other] == times[number])
    with chain(scene.node.url, at=times[30] - 1) as opened:
        assert opened.block.number == 29


def test_a_time_between_two_blocks(fresh: Anvil) -> None:
    fresh.rpc("evm_increaseTime", 1000)
    fresh.mine()
    fresh.rpc("evm_increaseTime", 1000)
    fresh.mine(40)
    with chain(fresh.url, at=timestamp(fresh, 1) + 500) as opened:
        assert opened.block.number == 1
    with chain(fresh.url, at=timestamp(fresh, 41) + 10**9) as opened:
        assert opened.block.number == 41
        assert "the newest block is older" in opened.notes[-1]
    with pytest.raises(UsageError, match="no block at or before 1970-01-01 00:00:05 UTC"):
        open_chain(fresh.url, ChainOptions(at=5))


def test_searching_for_a_time_takes_few_round_trips(fresh: Anvil) -> None:
    fresh.rpc("anvil_mine", hex(1_000), hex(12))
    with chain(fresh.url, at=timestamp(fresh, 0) + 12 * 777) as opened:
        assert opened.trips.requests <= 6
        assert abs(opened.block.number - 777) <= 1


def test_block_and_time_exclude_each_other(scene: Scene) -> None:
    with pytest.raises(UsageError, match="exclude"):
        open_chain(scene.node.url, ChainOptions(block=1, at=1))


def test_another_chain(scene: Scene) -> None:
    with pytest.raises(UsageError, match="on chain 31337, not on chain 1") as caught:
        open_chain(scene.node.url, ChainOptions(expected_chain_id=1))
    assert caught.value.where == scene.node.url


def test_a_node_that_is_down_says_so_at_once_and_without_the_key() -> None:
    waits: list[float] = []
    url = f"http://user:hunter22@127.0.0.1:{(port := free_port())}/v3/0123456789abcdef?apikey=sesamesesame"
    with pytest.raises(NodeError, match="cannot be reached") as caught:
        open_chain(url, ChainOptions(patience=hurried(waits)))
    assert caught.value.where == f"http://127.0.0.1:{port}"
    assert sum(waits) < 2
    shown = f"{caught.value!r} {caught.value.hint} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert "hunter22" not in shown
    assert "0123456789abcdef" not in shown
    assert "sesame" not in shown


@pytest.mark.parametrize("url", ["", "localhost:8545", "ws://x", "http://", "http://[::1", "http://a:b:c", "ftp://x/y"])
def test_no_url(url: str) -> None:
    with pytest.raises(UsageError, match="not usable"):
        open_chain(url)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key(scene: Scene, status: int) -> None:
    def refuse(proxy: Proxy, payload: Any) -> Fault:
        return Fault(status, b'{"error": "bad key 0123456789abcdef"}')

    with proxy(scene.node.url, refuse) as between:
        with pytest.raises(UsageError, match="refused the key") as caught:
            open_chain(between.url + "/0123456789abcdef", ChainOptions(patience=hurried()))
        assert caught.value.where == between.url
        assert "0123456789abcdef" not in f"{caught.value} {caught.value.hint}"
        assert len(between.seen) == 1


GARBAGE = {
    "html": Fault(200, b"<html><body>Welcome to 0123456789abcdef</body></html>", {"Content-Type": "text/html"}),
    "empty": Fault(200, b""),
    "cut short": Fault(200, b'[{"jsonrpc": "2.0", "id": 1, "resu'),
    "not found": Fault(404, b"<html>404</html>"),
    "redirect": Fault(302, b"", {"Location": "https://elsewhere.invalid/"}),
    "other json": Fault(200, b'{"hello": "world"}'),
    "a number": Fault(200, b"17"),
    "other ids": Fault(200, [{"jsonrpc": "2.0", "id": 999_999, "result": "0x1"}]),
    "not even utf-8": Fault(200, b"\xff\xfe\x00"),
    "deep": Fault(200, b"[" * 200_000),
    "big number": Fault(200, b"[" + b"9" * 10_000 + b"]"),
    "server error": Fault(500, b"oops"),
    "unavailable": Fault(503, b"", {"Retry-After": "1"}),
    "closed": Fault(drop=True),
    "wrong types": Fault(200, [{"jsonrpc": "2.0", "id": number, "result": {"number": 5}} for number in range(1, 60)]),
    "nulls": Fault(200, [{"jsonrpc": "2.0", "id": number, "result": None} for number in range(1, 60)]),
    "compressed nonsense": Fault(200, b"nonsense", {"Content-Encoding": "gzip"}),
}


def test_a_redirect_is_not_followed(scene: Scene) -> None:
    """It would hand the key to another host."""
    with proxy(scene.node.url) as elsewhere:
        answer = Fault(307, b"", {"Location": elsewhere.url + "/0123456789abcdef"})
        with proxy(scene.node.url, lambda proxy, payload: answer) as between, pytest.raises(NodeError):
            open_chain(between.url + "/0123456789abcdef", ChainOptions(patience=hurried()))
        assert elsewhere.seen == []


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage(kind: str) -> None:
    with proxy("http://127.0.0.1:1", lambda proxy, payload: GARBAGE[kind]) as between:
        with pytest.raises(NodeError) as caught:
            open_chain(between.url + "/0123456789abcdef", ChainOptions(patience=hurried()))
        assert caught.value.where == between.url
        assert caught.value.hint
        assert "0123456789abcdef" not in f"{caught.value} {caught.value.hint}"
        assert len(between.seen) < 40


def test_a_node_that_never_answers() -> None:
    with proxy("http://127.0.0.1:1", lambda proxy, payload: Fault(200, b"{}", slow_seconds=0.5)) as between:
        with pytest.raises(NodeError) as caught:
            open_chain(between.url, ChainOptions(patience=hurried(timeout_seconds=0.1)))
        assert "no answer within 0.1 s" in caught.value.hint


def no_block_hashes(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """A node from before EIP-1898."""
    if any(isinstance(part, dict) and "blockHash" in part for part in call["params"]):
        message = "invalid argument 1: json: cannot unmarshal object into Go value of type string"
        return {"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32602, "message": message}}
    return answer


def test_by_number_where_the_node_takes_no_hash(scene: Scene) -> None:
    with proxy(scene.node.url, rewrite=no_block_hashes) as between, chain(between.url) as opened:
        (code,) = opened.read([CodeRead(scene.subject)])
        assert isinstance(code, Known)
        before = len(between.seen)
        code, call = opened.read([CodeRead(scene.subject), CallRead(scene.subject, "0x3df4ddf4")])
        assert isinstance(call, Known)
        assert "eth_getBlockByNumber" in [found["method"] for found in calls_of(between.seen[before])]
        assert all(found["params"][-1] in ("0x3c", False) for found in calls_of(between.seen[-1]))


def test_a_reorganisation_is_noticed_where_the_node_takes_no_hash(fresh: Anvil) -> None:
    fresh.mine(3)
    with proxy(fresh.url, rewrite=no_block_hashes) as between, chain(between.url) as opened:
        before = fresh.rpc("eth_getBlockByNumber", "0x3", False)["hash"]
        fresh.rpc("anvil_rollback", 1)
        fresh.rpc("evm_increaseTime", 777)
        fresh.mine()
        assert fresh.rpc("eth_getBlockByNumber", "0x3", False)["hash"] != before
        with pytest.raises(NodeError, match="block 3 was replaced"):
            opened.read([CodeRead("0x" + "11" * 20)])
