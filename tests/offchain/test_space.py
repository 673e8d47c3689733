from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from scanner.model.errors import UsageError
from scanner.model.observation import Known, Unknown
from scanner.model.snapshot import Snapshot
from scanner.offchain.space import SpaceDocument, read_space
from scanner.offchain.space_facts import class_of, with_space
from tests.render.factory import snapshot as ordinary

_ADMIN = "0x" + "ab" * 20
RIVER: dict[str, Any] = {
    "id": "river.eth",
    "name": "River",
    "network": "1",
    "strategies": [{"name": "erc20-votes", "network": "1", "params": {"address": "0x" + "CD" * 20, "symbol": "RIV"}}],
    "filters": {"minScore": 0, "onlyMembers": True},
    "validation": {"name": "basic", "params": {}},
    "voteValidation": None,
    "voting": {"delay": 3600, "period": 259200, "quorum": 1000.5, "privacy": "shutter", "hideAbstain": False},
    "admins": [_ADMIN, "not an address"],
    "moderators": [],
    "members": ["0x" + "01" * 20],
    "treasuries": [{"name": "main", "address": "0x" + "EF" * 20, "network": "1"}],
    "boost": {"enabled": True, "bribeEnabled": True},
}


class _Hub(BaseHTTPRequestHandler):
    asked: ClassVar[list[Any]] = []
    answer: bytes = b""
    status = 200

    def do_POST(self) -> None:
        self.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[str]:
    _Hub.asked, _Hub.status = [], 200
    _Hub.answer = json.dumps({"data": {"space": RIVER}}).encode()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/graphql"
    server.shutdown()
    server.server_close()


def _with(**changes: Any) -> Snapshot:
    return with_space(ordinary(), SpaceDocument("space.json", "0x" + "00" * 32, {**RIVER, **changes}))


def test_the_settings_of_a_space_are_facts() -> None:
    snapshot = _with()
    (space,) = snapshot.dao.spaces.items
    assert (space.id, space.name, space.admins, space.authors) == ("river.eth", "River", (_ADMIN,), 1)
    assert isinstance(space.membership, Known)
    assert space.membership.value == "OPEN-MARKET"
    assert isinstance(space.privacy, Known)
    assert space.privacy.value == "shutter"
    assert isinstance(space.only_members, Known)
    assert space.only_members.value is True
    assert isinstance(space.bribes, Known)
    assert space.bribes.value is True
    assert isinstance(space.quorum, Known)
    assert space.quorum.value == "1000.5"
    assert space.strategies[0].address == "0x" + "cd" * 20
    assert space.treasuries == ("eip155:1:0x" + "ef" * 20,)
    assert "snapshot space river.eth" in [one.name for one in snapshot.inputs]


def test_a_space_alone_binds_nobody() -> None:
    (space,) = _with().dao.spaces.items
    assert isinstance(space.binding, Unknown) or space.binding.value is False


@pytest.mark.parametrize(
    ("strategies", "kind"),
    [
        (["ticket", "erc20-votes"], "OPEN-FREE"),
        (["whitelist"], "ALLOWLIST"),
        (["passport-gated"], "OPEN-PROOF"),
        (["api-v2"], None),
        (["erc20-votes", "api-v2"], None),
        (["ticket", "api-v2"], "OPEN-FREE"),
        (["of-nobody-known"], None),
        ([], None),
    ],
)
def test_the_weakest_strategy_is_the_class_and_what_is_not_known_may_be_weaker(
    strategies: list[str], kind: str | None
) -> None:
    (space,) = _with(strategies=[{"name": name, "network": "1", "params": {}} for name in strategies]).dao.spaces.items
    assert (space.membership.value if isinstance(space.membership, Known) else None) == kind


def test_settings_of_another_form_are_unknown_and_hostile_ones_harm_nothing() -> None:
    (space,) = _with(
        voting={"privacy": "<script>", "delay": "soon", "quorum": [], "hideAbstain": 1},
        strategies=["x", {"name": ["y"], "params": 7}],
        validation={"name": 5},
        admins="all",
        treasuries=[None, {"address": 1}],
        name="\u202e" + "n" * 10_000,
    ).dao.spaces.items
    for observed in (space.privacy, space.delay_seconds, space.quorum, space.hides_abstain, space.validation):
        assert isinstance(observed, Unknown)
    assert isinstance(space.period_seconds, Unknown)  # not set: whoever proposes chooses
    assert len(space.name) == 200
    assert (space.admins, space.treasuries) == ((), ())


def test_a_space_that_is_named_again_takes_the_place_of_the_first() -> None:
    first = _with()
    again = with_space(first, SpaceDocument("new.json", "0x" + "11" * 32, {**RIVER, "name": "Delta"}))
    assert [one.name for one in again.dao.spaces.items] == ["Delta"]
    assert len(again.inputs) == len(first.inputs)


def test_a_file_or_the_answer_of_the_hub_is_read(tmp_path: Path, hub: str) -> None:
    place = tmp_path / "space.json"
    place.write_text(json.dumps(RIVER), "utf-8")
    assert read_space(str(place), hub="").space["id"] == "river.eth"
    found = read_space("river.eth", hub=hub)
    assert found.space["id"] == "river.eth"
    assert found.where == f"{hub}#river.eth"
    assert _Hub.asked[0]["variables"] == {"id": "river.eth"}


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (b"", 500, "HTTP 500"),
        (b"{", 200, "not JSON"),
        (b'{"data":{"space":null}}', 200, "no space"),
        (b'{"errors":[]}', 200, "no space"),
        (b" " * 1_000_001, 200, "more than"),
    ],
)
def test_a_hub_that_answers_nonsense_is_an_error(hub: str, answer: bytes, status: int, said: str) -> None:
    _Hub.answer, _Hub.status = answer, status
    with pytest.raises(UsageError, match=said):
        read_space("river.eth", hub=hub)


def test_nothing_is_asked_where_no_hub_may_be(hub: str) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_space("river.eth", hub="")
    with pytest.raises(UsageError, match="neither a file nor"):
        read_space("../river", hub=hub)
    with pytest.raises(UsageError, match="cannot be asked"):
        read_space("river.eth", hub="http://127.0.0.1:1/graphql")
    assert _Hub.asked == []


def test_every_strategy_has_one_class() -> None:
    assert class_of("erc20-balance-of").value == "OPEN-MARKET"
    assert class_of("hats-protocol-single-vote").value == "ALLOWLIST"
    assert class_of("anything").value == "UNDETERMINED"
