"""Juicebox: which project is meant, whom its parts obey and how fast, and what is not known when that is not told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fixtures.build import Workshop
from fixtures.contract import event_topic, signature_of, type_of
from fixtures.juiceboxes import JUICEBOX
from scanner.chain.abi import encode, selector
from scanner.discovery import juicebox
from scanner.discovery.account import Account
from scanner.discovery.control.holders import Resolver
from scanner.discovery.executors import executor_family_of
from scanner.discovery.executors.juicebox import JUICEBOX as KINDS
from scanner.discovery.juicebox import ALLOWANCE, APPROVAL_FOR_ALL, ETH, LIMIT, SET_OPERATOR, project_of
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.support import address, code, contract, eoa, log, parts, returned, word, world
from tests.e2e.conftest import Field, daoscan

TOKEN, STORE, DIRECTORY, PROJECTS, OPERATORS, CONTROLLER, TERMINAL, LIMITS, BOOKS, BALLOT, OWNER = map(
    address, range(1, 12)
)
_STORE, _CONTROLLER, _TERMINAL = KINDS
DAY = 86_400
SET_TERMINALS, SET_CONTROLLER = 0, 1
REDEEM_PAUSED, MINTING, TERMINAL_MIGRATION, CONTROLLER_MIGRATION, REDEEM_BY_SOURCE = 2, 4, 5, 6, 11


def _functions(name: str) -> set[str]:
    return {signature_of(e) for e in Workshop().contract(JUICEBOX, name).abi if e["type"] == "function"}


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("JBTokenStore", juicebox.STORE),
        ("JBController3_1", juicebox.CONTROLLER),
        ("JBETHPaymentTerminal3_1_2", juicebox.TERMINAL),
        ("JBFundAccessConstraintsStore", (LIMIT, ALLOWANCE)),
        ("JBSingleTokenPaymentTerminalStore3_1_1", ("balanceOf(address,uint256)",)),
        ("JBProjects", ("ownerOf(uint256)", "getApproved(uint256)")),
        ("JBToken", ("projectId()",)),
    ],
)
def test_selectors_are_those_of_the_package(name: str, marks: tuple[str, ...]) -> None:
    assert set(marks) <= _functions(name)


def test_topics_and_the_form_of_a_cycle_are_those_of_the_package() -> None:
    shop = Workshop()
    for name, wanted in (("JBOperatorStore", SET_OPERATOR), ("JBProjects", APPROVAL_FOR_ALL)):
        events = [entry for entry in shop.contract(JUICEBOX, name).abi if entry["type"] == "event"]
        forms = {event_topic(f"{e['name']}({','.join(type_of(part) for part in e['inputs'])})") for e in events}
        assert wanted in forms
    views = shop.contract(JUICEBOX, "JBController3_1").abi
    (cycle,) = [entry for entry in views if entry.get("name") == "currentFundingCycleOf"]
    assert tuple(type_of(output) for output in cycle["outputs"]) == juicebox.CYCLE
    flags = [part["name"] for part in cycle["outputs"][1]["components"]][4:16]
    assert flags[REDEEM_PAUSED] == "pauseRedeem"
    assert flags[MINTING] == "allowMinting"
    assert flags[TERMINAL_MIGRATION] == "allowTerminalMigration"
    assert flags[CONTROLLER_MIGRATION] == "allowControllerMigration"
    assert flags[REDEEM_BY_SOURCE] == "useDataSourceForRedeem"


def _part(number: int, marks: tuple[str, ...], *logs: Any, **named: str) -> Account:
    made = contract(number, *logs, **{name: ("address", value) for name, value in named.items()})
    made.code = code(made.address, "0x" + "".join(f"63{selector(one)[2:]}14" for one in marks))
    return made


def _answer(account: Account, key: str, types: tuple[str, ...], *values: Any) -> None:
    account.calls[key] = (types, returned(account.address, encode(types, values)))


def _cycle(account: Account, *, ballot: str, source: str, allowed: tuple[int, ...], known: tuple[int, ...]) -> None:
    flags = tuple(index in allowed for index in range(12))
    rules = (tuple(index in known for index in range(3)), 0, 10_000, 10_000, *flags, source, 0)
    cycle = (3, 77, 0, 1, 7 * DAY, 10**21, 0, ballot, 0)
    _answer(account, "currentFundingCycleOf(2)", juicebox.CYCLE, cycle, rules)


def _stack(
    *,
    ballot: str = BALLOT,
    allowed: tuple[int, ...] = (),
    globally: tuple[int, ...] = (),
    source: str = ZERO_ADDRESS,
    amounts: tuple[int, int] = (0, 0),
    operators: tuple[Any, ...] = (),
    approvals: tuple[Any, ...] = (),
) -> dict[str, Account]:
    """Return a project's contracts as they answer, by address."""
    shared = {"directory": DIRECTORY, "projects": PROJECTS, "operatorStore": OPERATORS}
    token = _part(1, ("projectId()",), owner=STORE)
    _answer(token, "projectId()", ("uint256",), 2)
    store = _part(2, juicebox.STORE, **shared)
    _answer(store, "tokenOf(2)", ("address",), TOKEN)
    directory = _part(3, (), projects=PROJECTS)
    _answer(directory, "controllerOf(2)", ("address",), CONTROLLER)
    _answer(directory, "terminalsOf(2)", ("address[]",), [TERMINAL])
    projects = _part(4, (), *approvals)
    _answer(projects, "ownerOf(2)", ("address",), OWNER)
    _answer(projects, "getApproved(2)", ("address",), ZERO_ADDRESS)
    controller = _part(6, juicebox.CONTROLLER, fundAccessConstraintsStore=LIMITS, **shared)
    _cycle(controller, ballot=ballot, source=source, allowed=allowed, known=globally)
    terminal = _part(7, juicebox.TERMINAL, store=BOOKS, token=ETH, **shared)
    limits = _part(8, (LIMIT, ALLOWANCE))
    for name, amount in zip(("distributionLimitOf", "overflowAllowanceOf"), amounts, strict=True):
        _answer(limits, f"{name}(2,77,{TERMINAL})", ("uint256", "uint256"), amount, 1)
    books = _part(9, ())
    _answer(books, f"balanceOf({TERMINAL},2)", ("uint256",), 5)
    waits = _part(10, ())
    _answer(waits, "duration()", ("uint256",), 3 * DAY)
    made = (
        token,
        store,
        directory,
        projects,
        _part(5, (), *operators),
        controller,
        terminal,
        limits,
        books,
        waits,
        eoa(11),
    )
    met = {account.address: account for account in made}
    for account in made:
        account.met = met
    return met


def _delays(met: dict[str, Account], part: str) -> list[tuple[str, Any]]:
    family = executor_family_of(met[part], met[part].code.value if isinstance(met[part].code, Known) else "")
    assert family is not None
    found = family.callers(met[part])
    assert found.complete, found.reason
    return [(one.words, one.delay.value if isinstance(one.delay, Known) else "unknown") for one in found.items]


def test_parts_are_told_from_those_that_lack_a_function_or_name_no_directory() -> None:
    met = _stack()
    for kind, part in ((_STORE, STORE), (_CONTROLLER, CONTROLLER), (_TERMINAL, TERMINAL)):
        runtime = met[part].code
        assert isinstance(runtime, Known)
        assert executor_family_of(met[part], runtime.value) is kind
        assert executor_family_of(met[part], runtime.value.replace(selector(kind.marks[0])[2:], "00000000")) is None
        del met[part].calls["directory()"]
        assert executor_family_of(met[part], runtime.value) is None


def test_the_owner_waits_for_the_ballot() -> None:
    met = _stack()
    assert _delays(met, TERMINAL) == [("owner of project 2 (configures its funding cycles)", 3 * DAY)]
    assert _delays(met, CONTROLLER) == [("owner of project 2 (configures its funding cycles)", 3 * DAY)]


def test_without_a_ballot_nothing_waits() -> None:
    assert _delays(_stack(ballot=ZERO_ADDRESS), TERMINAL)[0][1] == 0


def test_a_ballot_that_tells_no_duration_leaves_the_delay_open() -> None:
    met = _stack()
    del met[BALLOT].calls["duration()"]
    assert _delays(met, TERMINAL)[0][1] == "unknown"


@pytest.mark.parametrize(
    ("settings", "part", "words"),
    [
        ({"allowed": (MINTING,)}, CONTROLLER, "may mint"),
        ({"globally": (SET_TERMINALS,)}, CONTROLLER, "may add a terminal, which mints"),
        ({"globally": (SET_CONTROLLER,)}, CONTROLLER, "may name another controller"),
        ({"allowed": (CONTROLLER_MIGRATION,)}, TERMINAL, "may name another controller"),
        ({"allowed": (MINTING,)}, TERMINAL, "may mint units and redeem them"),
        ({"globally": (SET_TERMINALS,)}, TERMINAL, "may mint units and redeem them"),
        ({"allowed": (TERMINAL_MIGRATION,)}, TERMINAL, "may move all to another terminal"),
        ({"amounts": (1, 0)}, TERMINAL, "says who gets payouts, up to the limit of a cycle"),
        ({"amounts": (0, 1)}, TERMINAL, "takes overflow, up to its allowance"),
    ],
)
def test_what_the_running_cycle_allows_is_done_at_once(settings: dict[str, Any], part: str, words: str) -> None:
    assert (f"owner of project 2 ({words})", 0) in _delays(_stack(**settings), part)


def test_units_that_nobody_redeems_take_nothing_out() -> None:
    met = _stack(allowed=(MINTING, REDEEM_PAUSED))
    assert _delays(met, TERMINAL) == [("owner of project 2 (configures its funding cycles)", 3 * DAY)]


def test_redeeming_what_was_minted_moves_funds_and_sets_no_rules() -> None:
    found = _TERMINAL.callers(_stack(allowed=(MINTING,))[TERMINAL]).items
    assert [one.only for one in found] == [frozenset({Capability.MOVE_FUNDS}), frozenset()]


def test_minting_at_once_is_no_right_to_anything_else() -> None:
    met = _stack(allowed=(MINTING,))
    kinds: dict[str, Any] = {STORE: _STORE, CONTROLLER: _CONTROLLER, TERMINAL: _TERMINAL}
    found = Resolver(world(*met.values()), parts(executors=kinds)).paths(STORE)
    good = {
        capability: [path.delay.value for path in found if path.good_for(capability) and isinstance(path.delay, Known)]
        for capability in (Capability.MINT, Capability.CONFISCATE)
    }
    assert sorted(good[Capability.MINT]) == [0, 3 * DAY]
    assert good[Capability.CONFISCATE] == [3 * DAY]
    assert {path.kind for path in found} == {ActorKind.EOA}


def test_a_data_source_mints_and_may_say_what_is_redeemed() -> None:
    met = _stack(source=address(12), allowed=(REDEEM_BY_SOURCE,))
    assert ("data source of project 2") in [words for words, _ in _delays(met, CONTROLLER)]
    assert ("data source of project 2") in [words for words, _ in _delays(met, TERMINAL)]
    minting = _stack(source=address(12))
    assert ("data source of project 2") in [words for words, _ in _delays(minting, TERMINAL)]
    paused = _stack(source=address(12), allowed=(REDEEM_PAUSED,))
    assert ("data source of project 2") not in [words for words, _ in _delays(paused, TERMINAL)]


def test_a_terminal_of_another_kind_may_mint() -> None:
    met = _stack()
    _answer(met[DIRECTORY], "terminalsOf(2)", ("address[]",), [TERMINAL, address(12)])
    assert ("terminal of project 2") in [words for words, _ in _delays(met, CONTROLLER)]


def _permitted(who: int, project: int, packed: int, *, index: int) -> Any:
    data = "0x" + encode(("uint256[]", "uint256"), ([], packed))[2:]
    topics = (SET_OPERATOR, word(address(who)), word(OWNER), word(project))
    return log(OPERATORS, topics, data, index=index)


def test_operators_and_those_approved_for_the_nft_stand_in_for_the_owner() -> None:
    logs = (
        _permitted(12, 2, 2, index=1),
        _permitted(13, 0, 2, index=2),
        _permitted(14, 9, 2, index=3),
        _permitted(15, 2, 2, index=4),
        _permitted(15, 2, 0, index=5),
    )
    yes, no = "0x" + "1".zfill(64), "0x" + "0" * 64
    approvals = (
        log(PROJECTS, (APPROVAL_FOR_ALL, word(OWNER), word(address(16))), yes, index=6),
        log(PROJECTS, (APPROVAL_FOR_ALL, word(OWNER), word(address(17))), yes, index=7),
        log(PROJECTS, (APPROVAL_FOR_ALL, word(OWNER), word(address(17))), no, index=8),
    )
    found = _TERMINAL.callers(_stack(operators=logs, approvals=approvals)[TERMINAL]).items
    assert [one.address for one in found] == [OWNER, address(16), address(12), address(13)]
    assert [bool(one.limits) for one in found] == [False, False, True, True]


def test_what_could_not_be_read_is_not_nothing() -> None:
    met = _stack()
    del met[LIMITS].calls[f"overflowAllowanceOf(2,77,{TERMINAL})"]
    assert not _TERMINAL.callers(met[TERMINAL]).complete
    met = _stack()
    met[OPERATORS].logs = Unknown(reason=Reason.NO_LOGS)
    assert not _TERMINAL.callers(met[TERMINAL]).complete
    met = _stack()
    del met[PROJECTS].calls["ownerOf(2)"]
    assert not _CONTROLLER.callers(met[CONTROLLER]).complete
    met = _stack()
    del met[CONTROLLER].calls["currentFundingCycleOf(2)"]
    assert not _TERMINAL.callers(met[TERMINAL]).complete


def test_which_project_is_told_by_a_token_that_its_store_confirms() -> None:
    met = _stack()
    project = project_of(met[TERMINAL])
    assert not isinstance(project, Unknown)
    assert project.number == 2
    _answer(met[STORE], "tokenOf(2)", ("address",), address(30))
    assert isinstance(project_of(met[TERMINAL]), Unknown)
    callers = _TERMINAL.callers(met[TERMINAL])
    assert not callers.items
    assert not callers.complete
    assert "serves many" in callers.reason
    assert isinstance(_TERMINAL.keeps(met[TERMINAL], ZERO_ADDRESS), Unknown)


def test_tokens_of_two_projects_leave_open_which_is_meant() -> None:
    met = _stack()
    other = _part(20, ("projectId()",), owner=STORE)
    _answer(other, "projectId()", ("uint256",), 5)
    _answer(met[STORE], "tokenOf(5)", ("address",), other.address)
    met[other.address] = other
    found = project_of(met[TERMINAL])
    assert isinstance(found, Unknown)
    assert "2, 5" in found.detail
    other.depth = 4
    nearest = project_of(met[TERMINAL])
    assert not isinstance(nearest, Unknown)
    assert nearest.number == 2


def test_a_part_that_the_project_does_not_name_obeys_nobody_known() -> None:
    met = _stack()
    _answer(met[DIRECTORY], "terminalsOf(2)", ("address[]",), [])
    _answer(met[DIRECTORY], "controllerOf(2)", ("address",), OWNER)
    assert not _TERMINAL.callers(met[TERMINAL]).items
    assert not _TERMINAL.callers(met[TERMINAL]).complete
    assert not _CONTROLLER.callers(met[CONTROLLER]).items
    assert not _CONTROLLER.callers(met[CONTROLLER]).complete


def test_of_a_shared_terminal_only_what_its_books_say_is_the_projects() -> None:
    met = _stack()
    kept = _TERMINAL.keeps(met[TERMINAL], ZERO_ADDRESS)
    assert isinstance(kept, Known)
    assert kept.value == 5
    assert isinstance(_TERMINAL.keeps(met[TERMINAL], address(40)), Unknown)
    assert _STORE.keeps(met[STORE], ZERO_ADDRESS) is None


def _moves(run: Any) -> dict[str, tuple[str, Any]]:
    return {
        edge["contract"]: (edge["actor_kind"], edge["delay_seconds"].get("value"))
        for edge in run.snapshot["controls"]["items"]
        if edge["capability"] == "move-funds"
    }


@pytest.mark.family("juicebox")
def test_the_twin_of_a_key_and_the_shared_terminal(families: Field, tmp_path: Path) -> None:
    dao = families.daos["juicebox"]
    twin = daoscan("scan", dao.parts["twin"], *families.options(), out=tmp_path / "twin")
    assert _moves(twin) == {dao.parts["terminal"]: ("eoa", 0)}
    (treasury,) = twin.snapshot["treasury"]["items"]
    assert treasury["native_balance_wei"]["value"] == str(2 * 10**18)
    assert {one["actor"] for one in twin.snapshot["controls"]["items"]} == {dao.parts["key"]}
    shared = daoscan("scan", dao.parts["terminal"], *families.options(), out=tmp_path / "terminal")
    assert _moves(shared) == {dao.parts["terminal"]: ("unresolved", None)}
    (treasury,) = shared.snapshot["treasury"]["items"]
    assert treasury["native_balance_wei"]["status"] == "unknown"
    assert "no governor found from this address" in shared.snapshot["governors"]["reason"]
