"""Every kind of proxy is told for what it is by the crawl of a real chain, and its look-alikes are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fixtures.contract import calldata
from fixtures.localchain import LocalChain
from scanner.code.bytecode.proxy import FORMS
from scanner.discovery.account import Account, nonzero
from scanner.discovery.contracts import code_at
from scanner.discovery.proxies.history import changes_of, line_of
from scanner.discovery.proxies.settle import settle_upgrades
from scanner.discovery.world import CrawlLimits, World, behind
from scanner.model.evidence import CodeEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.proxies.stage import APP_ID, Stage, build, crowd, names

ANSWER = calldata("answer()")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with LocalChain() as chain:
        yield build(chain)


@pytest.fixture(scope="module")
def world(stage: Stage) -> World:
    return stage.crawl()


def _account(stage: Stage, world: World, name: str) -> Account:
    return world.accounts[stage.parts[name]]


def _seen(stage: Stage, world: World, name: str) -> tuple[str, str]:
    proxy = _account(stage, world, name).proxy
    if proxy is None:
        return "none", ""
    target = proxy.implementation
    return proxy.kind, names(stage.parts, target.value) if isinstance(target, Known) else target.reason.value


@pytest.mark.parametrize(
    ("name", "kind", "target"),
    [
        ("eip1967", "eip1967", "logic"),
        ("eip1967-beacon", "eip1967-beacon", "logic"),
        ("eip1822", "eip1822", "logic"),
        ("zeppelinos", "zeppelinos", "logic"),
        ("bravo-delegator", "bravo-delegator", "logic"),
        ("eip897", "eip897", "logic"),
        ("eip897 fixed", "eip897", "logic"),
        ("slot", "slot", "logic"),
        ("fixed", "fixed", "logic"),
        ("home beacon", "beacon", "logic"),
        ("registry", "unresolved", "unresolved"),
        ("two-faced", "unresolved", "unresolved"),
        ("bait", "slot", "other logic"),
        ("clone", "eip1167", "logic"),
        ("clone with arguments", "eip1167", "logic"),
        ("module", "eip1167", "logic"),
        ("minimal short", "eip1167", "short logic"),
        ("outer", "slot", "inner"),
        ("inner", "fixed", "logic"),
        ("clone of a proxy", "eip1167", "circle code"),
        ("circle code", "eip1967", "other logic"),
        ("same slot twice", "eip1967", "circle code"),
        ("behind beacon behind", "beacon", "logic"),
        ("itself", "eip1967", "itself"),
        ("ring one", "eip1967", "ring two"),
        ("burnt", "eip1967", "burnt logic"),
        ("refused", "eip1967", "refused logic"),
        ("aragon-app", "aragon-app", "logic"),
        ("aragon-pinned", "aragon-pinned", "logic"),
        ("aragon-kernel", "aragon-kernel", "kernel base"),
        ("acl", "aragon-app", "acl base"),
        ("eip2535", "eip2535", "unresolved"),
        ("diamond of logs", "eip2535", "unresolved"),
        ("diamond that lies", "eip2535", "unresolved"),
        ("logic", "none", ""),
        ("plain beacon", "none", ""),
        ("multicall", "none", ""),
        ("library user", "none", ""),
        ("runner", "none", ""),
        ("relay", "none", ""),
        ("module factory", "none", ""),
        ("kernel base", "none", ""),
    ],
)
def test_each_kind_is_told_from_a_real_contract(stage: Stage, world: World, name: str, kind: str, target: str) -> None:
    assert _seen(stage, world, name) == (kind, target)


def test_a_safe_is_told_by_its_singleton(stage: Stage, world: World) -> None:
    assert _seen(stage, world, "safe")[0] == "safe"


@pytest.mark.parametrize("number", range(len(FORMS)), ids=[form.name for form in FORMS])
def test_every_minimal_form_runs_on_the_chain_and_is_told(stage: Stage, world: World, number: int) -> None:
    name = f"minimal {number}"
    assert int(stage.env.chain.call(stage.parts[name], ANSWER)[:66], 16) == 42
    assert _seen(stage, world, name) == ("eip1167", "logic")
    proxy = _account(stage, world, name).proxy
    assert proxy is not None
    assert isinstance(proxy.implementation, Known)
    assert FORMS[number].name in proxy.implementation.derivation
    assert nonzero(proxy.admin) is None


@pytest.mark.parametrize("name", ["eip1967", "slot", "home beacon", "aragon-app", "eip2535", "bait", "two-faced"])
def test_what_was_deployed_really_forwards(stage: Stage, name: str) -> None:
    call = calldata("count()") if name == "eip2535" else ANSWER
    assert int(stage.env.chain.call(stage.parts[name], call), 16) == {"bait": 43, "two-faced": 43, "eip2535": 0}.get(
        name, 42
    )


def test_who_replaces_the_code_where_the_pattern_says_so(stage: Stage, world: World) -> None:
    def admin(name: str) -> str | None:
        proxy = _account(stage, world, name).proxy
        assert proxy is not None
        return nonzero(proxy.admin)

    assert admin("zeppelinos") == stage.keeper
    assert admin("bravo-delegator") == stage.keeper
    assert admin("aragon-app") == stage.parts["aragon-kernel"]
    assert admin("eip1967-beacon") == stage.parts["beacon"]
    assert admin("home beacon") == stage.parts["plain beacon"]
    assert admin("eip2535") == stage.keeper
    for name in ("fixed", "eip897 fixed", "aragon-pinned", "diamond for good"):
        proxy = _account(stage, world, name).proxy
        assert proxy is not None
        assert isinstance(proxy.admin, Known)
        assert proxy.admin.value == ZERO_ADDRESS, name


def test_a_module_of_a_known_factory_says_who_made_it(stage: Stage, world: World) -> None:
    proxy = _account(stage, world, "module").proxy
    assert proxy is not None
    assert isinstance(proxy.implementation, Known)
    assert stage.parts["module factory"] in proxy.implementation.derivation
    assert "factory" not in str(_account(stage, world, "clone").proxy)


def test_what_cannot_be_told_points_at_the_instruction(stage: Stage, world: World) -> None:
    proxy = _account(stage, world, "registry").proxy
    assert proxy is not None
    assert isinstance(proxy.implementation, Unknown)
    assert proxy.implementation.reason is Reason.UNRESOLVED
    (piece,) = proxy.implementation.evidence
    assert isinstance(piece, CodeEvidence)
    code = bytes.fromhex(stage.env.chain.code(stage.parts["registry"])[2:])
    assert code[piece.offset] == 0xF4


def test_the_line_behind_a_proxy_ends_and_never_runs_in_circles(stage: Stage, world: World) -> None:
    line, broken = behind(world, _account(stage, world, "outer"))
    assert [names(stage.parts, one.address) for one in line] == ["outer", "inner", "logic"]
    assert broken == ""
    for name in ("itself", "ring one", "ring two", "same slot twice"):
        _, broken = behind(world, _account(stage, world, name))
        assert "lead back" in broken
        facts = code_at(world, {}, stage.parts[name])
        assert isinstance(facts.selfdestruct_reachable, Unknown)
        assert not facts.functions.complete


def test_a_proxy_behind_a_proxy_reads_the_storage_of_the_first(stage: Stage, world: World) -> None:
    assert int(stage.env.chain.call(stage.parts["clone of a proxy"], ANSWER), 16) == 42
    assert int(stage.env.chain.call(stage.parts["circle code"], ANSWER), 16) == 43
    line, broken = behind(world, _account(stage, world, "clone of a proxy"))
    assert [names(stage.parts, one.address) for one in line] == ["clone of a proxy", "circle code", "logic"]
    assert broken == ""


def test_facets_are_linked_and_checked_against_the_storage(stage: Stage, world: World) -> None:
    proxy = _account(stage, world, "eip2535").proxy
    assert proxy is not None
    assert proxy.doubt == ""
    assert {names(stage.parts, facet.address): len(facet.selectors) for facet in proxy.facets} == {
        "cut facet": 2,
        "loupe facet": 1,
        "counter facet": 2,
    }
    assert any("facet of" in why for why in _account(stage, world, "counter facet").why)


def test_without_a_loupe_the_logs_tell_the_facets(stage: Stage, world: World) -> None:
    proxy = _account(stage, world, "diamond of logs").proxy
    assert proxy is not None
    assert {names(stage.parts, facet.address) for facet in proxy.facets} == {"cut facet", "counter facet"}
    assert "loupe does not answer" in proxy.doubt


def test_a_loupe_that_lies_is_told_by_the_storage_and_by_the_logs(stage: Stage, world: World) -> None:
    proxy = _account(stage, world, "diamond that lies").proxy
    assert proxy is not None
    assert "storage routes" in proxy.doubt
    assert "logs disagree" in proxy.doubt


def test_a_diamond_of_three_hundred_facets_stays_within_the_limits(stage: Stage) -> None:
    stage.parts["crowd"] = crowd(stage, 301)
    world = stage.crawl("crowd", limits=CrawlLimits(max_contracts=60), call_gas=100_000_000)
    del stage.parts["crowd"]
    (proxy,) = [one.proxy for one in world.accounts.values() if one.proxy is not None]
    assert len(proxy.facets) == 300
    assert "301 facets, 300 are looked at" in proxy.doubt
    assert not world.complete
    assert len(world.accounts) <= 61
    assert world.left_out > 200


def test_a_key_that_delegated_is_still_a_key_and_its_code_is_looked_at(stage: Stage, world: World) -> None:
    key = _account(stage, world, "delegated key")
    assert key.is_eoa
    assert key.delegate is not None
    assert nonzero(key.delegate) == stage.parts["logic"]
    assert any("EIP-7702" in why for why in _account(stage, world, "logic").why)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("zeppelinos", ["other logic", "logic"]),
        ("bravo-delegator", ["logic"]),
        ("eip1967", ["logic"]),
        ("eip1967-beacon", ["logic"]),
        ("aragon-app", ["logic"]),
        ("aragon-kernel", ["kernel base"]),
        ("slot", []),
    ],
)
def test_the_logs_tell_which_code_ran(stage: Stage, world: World, name: str, expected: list[str]) -> None:
    changes = changes_of(world, _account(stage, world, name))
    assert [names(stage.parts, one) for one in line_of(changes)] == expected


def test_a_diamond_that_was_cut_names_its_facets_in_the_logs(stage: Stage, world: World) -> None:
    changes = changes_of(world, _account(stage, world, "eip2535"))
    assert [(one.what, names(stage.parts, one.address)) for one in changes] == [
        ("facet", "cut facet"),
        ("facet", "loupe facet"),
        ("facet", "counter facet"),
    ]


@pytest.mark.parametrize("name", ["slot", "itself", "burnt", "eip897"])
def test_who_replaces_the_code_is_unresolved_where_the_function_is_not_known(
    stage: Stage, world: World, name: str
) -> None:
    before = {address: account.proxy for address, account in world.accounts.items()}
    settle_upgrades(world, {})
    admin = _account(stage, world, name).proxy.admin  # type: ignore[union-attr]
    for address, proxy in before.items():
        world.accounts[address].proxy = proxy
    assert isinstance(admin, Unknown)


def test_what_the_kernel_names_decides_over_what_the_app_says(stage: Stage, world: World) -> None:
    app = _account(stage, world, "aragon-app")
    assert app.answers("appId()", "the kernel's getApp")
    assert app.ask("appId()").value == APP_ID  # type: ignore[union-attr]
