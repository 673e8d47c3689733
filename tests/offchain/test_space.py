from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from scanner.model.contracts import Safe
from scanner.model.controls import Holder
from scanner.model.errors import UsageError
from scanner.model.kinds import ActorKind
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.oracle_module import OracleModule
from scanner.model.snapshot import Snapshot
from scanner.offchain.space import SpaceDocument, read_space
from scanner.offchain.space_facts import with_space
from scanner.offchain.strategies import class_of
from scanner.render.lookup import look_up
from scanner.render.space_view import space_tables
from tests.render.factory import ENGLISH, assessment
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


_MODULE, _SAFE_MODULE = "0x" + "77" * 20, "0x" + "88" * 20


def _safe(*modules: str, oracle: bool = False) -> Snapshot:
    """A DAO with one Safe that has enabled these modules, the first of which executes an oracle's answers."""
    snapshot = ordinary()
    shape = snapshot.safes.items[0] if snapshot.safes.items else None
    assert shape is not None
    held = Collection[Holder](
        items=tuple(Holder(address=one, kind=ActorKind.UNRESOLVED, label="", evidence=()) for one in modules),
        complete=True,
    )
    unread = Unknown(reason=Reason.NOT_READ, detail="")
    asked = OracleModule(
        address=modules[0] if modules else _MODULE,
        oracle=unread,
        timeout_seconds=unread,
        cooldown_seconds=unread,
        expiration_seconds=unread,
        minimum_bond_wei=unread,
    )
    oracles = Collection[OracleModule](items=(asked,) if oracle else (), complete=True)
    safe = shape.model_copy(update={"modules": held, "oracle_modules": oracles})
    return snapshot.model_copy(update={"safes": Collection[Safe](items=(safe,), complete=True)})


def _binds(snapshot: Snapshot, **plugin: Any) -> bool | None:
    plugins = {"safeSnap": {"safes": [{"network": str(snapshot.target.chain_id), **plugin}]}} if plugin else {}
    document = SpaceDocument("space.json", "0x" + "00" * 32, {**RIVER, "plugins": plugins})
    found = with_space(snapshot, document).dao.spaces.items[0].binding
    return found.value if isinstance(found, Known) else None


def test_votes_bind_where_the_space_names_a_module_and_a_safe_has_enabled_it() -> None:
    assert _binds(_safe(_MODULE, oracle=True), realityAddress=_MODULE.upper().replace("X", "x")) is True
    assert _binds(_safe(_SAFE_MODULE), umaAddress=_SAFE_MODULE) is True
    assert _binds(_safe(_MODULE, oracle=True)) is None, "nobody says that it is asked about this space"
    assert _binds(_safe(), umaAddress=_MODULE) is None, "it may be enabled elsewhere"
    assert _binds(_safe(), umaAddress=_MODULE, network="5") is False, "that is another chain's"
    assert _binds(_safe(_SAFE_MODULE)) is False


def test_modules_that_a_space_names_are_listed_with_their_chain() -> None:
    safes = [{"network": "10", "realityAddress": _MODULE}, {"umaAddress": _SAFE_MODULE}, 5, {"umaAddress": "0x"}]
    (space,) = _with(plugins={"safeSnap": {"safes": safes}}).dao.spaces.items
    assert space.modules == (_SAFE_MODULE, f"eip155:10:{_MODULE}")
    for odd in ([], {"safeSnap": "x"}, {"safeSnap": {"safes": {}}}):
        assert _with(plugins=odd).dao.spaces.items[0].modules == ()


def _strategy(name: str, *inside: Any, **params: Any) -> dict[str, Any]:
    return {"name": name, "network": "1", "params": params | ({"strategies": list(inside)} if inside else {})}


_HELD = _strategy("erc20-balance-of", address="0x" + "cd" * 20)


@pytest.mark.parametrize(
    ("strategies", "kind", "gate"),
    [
        ([_HELD], "OPEN-MARKET", "tokens"),
        ([_strategy("erc721")], "OPEN-MARKET", "tokens"),
        ([_strategy("eth-balance")], "OPEN-MARKET", "tokens"),
        ([_strategy("ticket"), _HELD], "OPEN-FREE", "none"),
        ([_strategy("eth-with-balance")], "OPEN-FREE", "none"),
        ([_strategy("whitelist")], "ALLOWLIST", "list"),
        ([_strategy("passport-gated")], "OPEN-PROOF", "proof"),
        ([_strategy("passport-weighted")], "OPEN-PROOF", "proof"),
        ([_strategy("delegation", _HELD)], "OPEN-MARKET", "tokens"),
        ([_strategy("multichain", _strategy("delegation", _strategy("whitelist")))], "ALLOWLIST", "list"),
        ([_strategy("delegation", _strategy("ticket"), _HELD)], "OPEN-FREE", "none"),
        ([_strategy("delegation")], None, None),
        ([_strategy("split-delegation", _HELD)], None, None),
        ([_strategy("erc20-balance-of-quadratic-delegation")], "OPEN-MARKET", "none"),
        ([_strategy("contract-call")], None, None),
        ([_strategy("safe-vote")], None, None),
        ([_strategy("safe-vested")], None, None),
        ([_strategy("api-v2")], None, None),
        ([_HELD, _strategy("api-v2")], None, None),
        ([_strategy("ticket"), _strategy("api-v2")], "OPEN-FREE", "none"),
        ([_strategy("of-nobody-known")], None, None),
        ([], None, None),
        ([_HELD] * 101, None, None),
    ],
)
def test_the_weakest_strategy_is_the_class_and_what_is_not_known_may_be_weaker(
    strategies: list[Any], kind: str | None, gate: str | None
) -> None:
    (space,) = _with(strategies=strategies).dao.spaces.items
    found = (space.membership, space.sybil_gate)
    assert [one.value if isinstance(one, Known) else None for one in found] == [kind, gate]


@pytest.mark.parametrize(
    ("strategy", "validation", "kind", "gate"),
    [
        ("ticket", None, "OPEN-FREE", "none"),
        ("ticket", {"name": "any"}, "OPEN-FREE", "none"),
        ("ticket", {"name": "basic", "params": {}}, "OPEN-FREE", "none"),
        ("ticket", {"name": "basic", "params": {"minScore": 1, "strategies": [_HELD]}}, "OPEN-MARKET", "tokens"),
        ("ticket", {"name": "basic", "params": {"minScore": 1, "strategies": [_strategy("api")]}}, None, None),
        ("ticket", {"name": "passport-gated", "params": {"scoreThreshold": 20}}, "OPEN-PROOF", "proof"),
        ("erc20-balance-of", {"name": "passport-gated"}, "OPEN-MARKET", "proof"),
        ("ticket", {"name": "arbitrum", "params": {}}, None, None),
        ("whitelist", {"name": "arbitrum", "params": {}}, "ALLOWLIST", "list"),
        ("api", {"name": "passport-gated"}, None, "proof"),
        ("ticket", {"name": ["any"]}, None, None),
        ("ticket", "any", None, None),
    ],
)
def test_a_vote_validation_keeps_voters_out(strategy: str, validation: Any, kind: str | None, gate: str | None) -> None:
    (space,) = _with(strategies=[_strategy(strategy)], voteValidation=validation).dao.spaces.items
    found = (space.membership, space.sybil_gate)
    assert [one.value if isinstance(one, Known) else None for one in found] == [kind, gate]


def test_units_that_cannot_be_sent_are_on_no_market() -> None:
    snapshot = ordinary()
    token = snapshot.tokens.items[0]
    bound = token.model_copy(update={"transferable": Known(value=False, evidence=token.symbol.evidence)})
    tied = snapshot.model_copy(update={"tokens": snapshot.tokens.model_copy(update={"items": (bound,)})})
    counted = {"name": "erc20-votes", "network": str(snapshot.target.chain_id), "params": {"address": token.address}}
    for before, kind in ((snapshot, "OPEN-MARKET"), (tied, None)):
        document = SpaceDocument("space.json", "0x" + "00" * 32, {**RIVER, "strategies": [counted]})
        membership = with_space(before, document).dao.spaces.items[0].membership
        assert (membership.value if isinstance(membership, Known) else None) == kind


def test_who_can_change_the_settings_is_never_nobody() -> None:
    nobody = _with(admins=[])
    stark = _with(admins=[_ADMIN, "0x" + "05" * 32, 7])
    assert [one.dao.spaces.items[0].admins_unread for one in (nobody, stark)] == [0, 2]
    for snapshot, words in ((nobody, ""), (stark, "2 entries that are no address here")):
        (table,) = space_tables(look_up(snapshot, assessment(), ENGLISH))
        (said,) = [one.value.text for one in table.parameters if one.name == "Who can change all of this"]
        assert said.endswith("whoever holds the name river.eth")
        assert words in said


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
