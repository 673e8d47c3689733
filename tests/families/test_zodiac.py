"""Zodiac's modules and Azorius: how they are told, whom they obey, how fast, and what hostile ones come to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.build import Workshop
from fixtures.contract import event_topic, signature_of, type_of
from fixtures.daos.zodiac.dao import RIGGER
from fixtures.story import DAY, ETHER
from fixtures.zodiacs import ZODIAC
from scanner.chain.abi import encode, selector
from scanner.discovery.account import Account
from scanner.discovery.battery import SENTINEL
from scanner.discovery.control.holders import Resolver
from scanner.discovery.executors import executor_family_of, zodiac
from scanner.discovery.executors.interface import ExecutorFamily
from scanner.discovery.families import azorius, family_of
from scanner.discovery.families.azorius import Azorius
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Unknown
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.support import address, code, contract, eoa, log, parts, returned, world
from tests.e2e.conftest import Field, daoscan

ABIS = Path("node_modules/@gnosis.pm/zodiac-4/dist/cjs/abi")
SAFE, KEY, OTHER = address(70), address(71), address(72)
DELAY, ROLES, ROLES_1, BRIDGE, REALITY = zodiac.ZODIAC
MONTHLY = "argument 2 is within allowance MONTHLY"
PAYROLL = "0x" + b"payroll".hex().ljust(64, "0")


def _code(*signatures: str) -> str:
    return "0x" + "".join(f"63{selector(one)[2:]}14" for one in signatures)


def _module(kind: ExecutorFamily, *logs: Any, **answers: Any) -> Account:
    assert isinstance(kind, zodiac.ZodiacModule)
    named = {"avatar": ("address", SAFE), "target": ("address", SAFE), "owner": ("address", SAFE)} | answers
    made = contract(1, *logs, **named)
    made.code = code(made.address, _code(*kind.marks))
    return made


def _enabled(account: Account, *modules: str, following: str = SENTINEL) -> Account:
    answer = returned(account.address, encode(("address[]", "address"), (list(modules), following)))
    account.calls["modules"] = (("address[]", "address"), answer)
    return account


def _delay(**answers: Any) -> Account:
    times = {"txCooldown": ("uint256", 600), "txExpiration": ("uint256", 0)}
    return _enabled(_module(DELAY, **(times | answers)), KEY)


@pytest.mark.parametrize(
    ("kind", "abi"),
    [(DELAY, "Delay"), (ROLES, "RolesV2"), (ROLES_1, "RolesV1"), (BRIDGE, "Bridge"), (REALITY, "RealityEth")],
    ids=lambda one: getattr(one, "name", one),
)
def test_selectors_and_topics_are_those_of_the_package(kind: zodiac.ZodiacModule, abi: str) -> None:
    entries = json.loads((ABIS / f"{abi}.json").read_text("utf-8"))
    entries = entries["abi"] if isinstance(entries, dict) else entries
    functions = {signature_of(entry) for entry in entries if entry["type"] == "function"}
    assert set(kind.marks) <= functions
    events = {
        event_topic(f"{entry['name']}({','.join(type_of(part) for part in entry['inputs'])})")
        for entry in entries
        if entry["type"] == "event"
    }
    assert not kind.topics or set(kind.topics) & events


@pytest.mark.parametrize("name", ["Delay", "Roles", "AMBModule", "RealityModuleETH"])
def test_our_own_modules_have_the_functions_they_are_told_by(name: str) -> None:
    abi = Workshop().contract(ZODIAC, name).abi
    functions = {signature_of(entry) for entry in abi if entry["type"] == "function"}
    assert any(set(kind.marks) <= functions for kind in zodiac.ZODIAC if isinstance(kind, zodiac.ZodiacModule))


def test_a_delay_modifier_is_told_from_a_half_of_one() -> None:
    account = _delay()
    runtime = _code(*DELAY.marks)
    assert executor_family_of(account, runtime) is DELAY
    assert executor_family_of(account, _code(*DELAY.marks[:-1])) is not DELAY
    unset = _enabled(_module(DELAY), KEY)
    assert executor_family_of(unset, runtime) is None


def test_who_waits_and_who_does_not() -> None:
    account = _delay(owner=("address", OTHER))
    made = world(account, eoa(71), eoa(72))
    made.accounts[KEY], made.accounts[OTHER] = eoa(71), eoa(72)
    found = Resolver(made, parts(executors={account.address: DELAY})).paths(account.address)
    delays = {path.actor: path.delay.value for path in found if isinstance(path.delay, Known)}
    assert delays == {KEY: 600, OTHER: 0}
    assert isinstance(DELAY.grace(account), Unknown)


def test_modules_that_were_not_all_read_leave_the_answer_open() -> None:
    callers = DELAY.callers(_enabled(_delay(), KEY, following=OTHER))
    assert not callers.complete
    unread = _delay()
    del unread.calls["modules"]
    assert not DELAY.callers(unread).complete


def _assigned(*rows: tuple[str, list[str], list[bool]]) -> list[Any]:
    return [
        log(address(1), (zodiac.ASSIGN_ROLES_V2,), encode(("address", "bytes32[]", "bool[]"), row), index=index)
        for index, row in enumerate(rows)
    ]


def test_members_are_those_who_have_a_role_now() -> None:
    logs = _assigned((KEY, [PAYROLL], [True]), (OTHER, [PAYROLL], [True]), (OTHER, [PAYROLL], [False]))
    account = _enabled(_module(ROLES, *logs), KEY, OTHER)
    assert [(one.address, one.words) for one in ROLES.limited(account).items] == [
        (KEY, "role payroll (may call nothing)")
    ]
    assert [one.address for one in ROLES.callers(account).items] == [SAFE], "the owner alone moves anything"


def test_a_broken_assignment_leaves_members_open() -> None:
    broken = log(address(1), (zodiac.ASSIGN_ROLES_V2,), "0x" + "ff" * 96)
    assert not ROLES.callers(_enabled(_module(ROLES, broken), KEY)).complete


def test_the_controller_of_a_bridge_is_on_the_chain_it_names() -> None:
    answers = {"amb": ("address", OTHER), "controller": ("address", KEY), "chainId": ("bytes32", (100).to_bytes(32))}
    account = _module(BRIDGE, **answers)
    made = world(account, eoa(71))
    found = Resolver(made, parts(executors={account.address: BRIDGE})).paths(account.address)
    (path,) = [one for one in found if one.actor == KEY]
    assert path.kind is ActorKind.UNRESOLVED, "a key of that address here says nothing of the one there"
    assert path.label.endswith("on chain 100")
    assert OTHER[:8] in path.steps[0]


def test_an_oracle_waits_and_obeys_nobody_who_is_known() -> None:
    answers = {
        "questionTimeout": ("uint32", 100),
        "questionCooldown": ("uint32", 20),
        "minimumBond": ("uint256", 5),
        "oracle": ("address", OTHER),
    }
    account = _module(REALITY, **answers)
    (path, *_) = Resolver(world(account), parts(executors={account.address: REALITY})).paths(account.address)
    assert (path.actor, path.kind) == (ZERO_ADDRESS, ActorKind.UNRESOLVED)
    assert isinstance(path.delay, Known)
    assert path.delay.value == 120


@pytest.mark.parametrize(
    ("timeout", "cooldown", "bond", "kind"),
    [
        (1, 0, 0, ActorKind.ANYONE),
        (3599, 3599, 0, ActorKind.ANYONE),
        (1, 0, 1, ActorKind.UNRESOLVED),
        (3600, 0, 0, ActorKind.UNRESOLVED),
        (1, 3600, 0, ActorKind.UNRESOLVED),
    ],
)
def test_anyone_decides_where_an_answer_is_free_and_final_at_once(
    timeout: int, cooldown: int, bond: int, kind: ActorKind
) -> None:
    answers = {
        "questionTimeout": ("uint32", timeout),
        "questionCooldown": ("uint32", cooldown),
        "minimumBond": ("uint256", bond),
        "oracle": ("address", OTHER),
    }
    account = _module(REALITY, **answers)
    (path, *_) = Resolver(world(account), parts(executors={account.address: REALITY})).paths(account.address)
    assert (path.actor, path.kind) == (ZERO_ADDRESS, kind)
    assert isinstance(path.delay, Known)
    assert path.delay.value == timeout + cooldown
    del account.calls["minimumBond()"]
    (unread, *_) = Resolver(world(account), parts(executors={account.address: REALITY})).paths(account.address)
    assert unread.kind is ActorKind.UNRESOLVED


AZORIUS_CODE = _code(
    azorius.SUBMIT, "getStrategies(address,uint256)", "enableStrategy(address)", "proposalState(uint32)"
)


def _azorius(*logs: Any, strategies: tuple[str, ...] = (OTHER,), **answers: Any) -> Account:
    named = {"avatar": ("address", SAFE), "timelockPeriod": ("uint256", 9)} | answers
    made = contract(1, *logs, **named)
    made.code = code(made.address, AZORIUS_CODE)
    told = returned(made.address, encode(("address[]", "address"), (list(strategies), SENTINEL)))
    made.calls["strategies"] = (("address[]", "address"), told)
    return made


def _answer(account: Account, strategy: str, what: str, kind: str, value: Any) -> None:
    account.calls[azorius._of(strategy, what)] = ((kind,), returned(account.address, encode((kind,), (value,))))


def _proposed(number: int, *calls: tuple[str, int, bytes, int], text: str = "text") -> Any:
    row = (OTHER, number, KEY, list(calls), text)
    return log(address(1), (azorius.CREATED,), encode(azorius._TRANSACTIONS, row), index=number)


def test_azorius_is_told_by_its_functions_and_its_strategies() -> None:
    account = _azorius()
    found = family_of(account, AZORIUS_CODE)
    assert found is not None
    assert found.name == "azorius"
    assert not Azorius().recognise(account, _code(azorius.SUBMIT, "enableStrategy(address)"))
    del account.calls["strategies"]
    assert not Azorius().recognise(account, AZORIUS_CODE)
    abi = Workshop().contract(ZODIAC, "Azorius").abi
    functions = {selector(signature_of(entry)) for entry in abi if entry["type"] == "function"}
    assert set(azorius._MARKS) <= functions


def test_the_strategy_with_the_shortest_vote_counts() -> None:
    account = _azorius(strategies=(KEY, OTHER))
    _answer(account, KEY, "votingPeriod()", "uint256", 50)
    assert isinstance(Azorius().voting_period(account), Unknown)
    _answer(account, OTHER, "votingPeriod()", "uint256", 5)
    period = Azorius().voting_period(account)
    assert isinstance(period, Known)
    assert period.value == 5


def test_strategies_that_count_different_tokens_leave_the_token_open() -> None:
    account = _azorius(strategies=(KEY, OTHER))
    _answer(account, KEY, "governanceToken()", "address", SAFE)
    _answer(account, OTHER, "governanceToken()", "address", KEY)
    assert isinstance(Azorius().token(account), Unknown)
    assert isinstance(Azorius().token(_azorius(strategies=())), Unknown)


def test_delegatecalls_are_told_and_text_is_read_from_json() -> None:
    text = json.dumps({"title": "Pay", "description": "Two."})
    (one,) = Azorius().proposals(_azorius(_proposed(3, (SAFE, 1, b"\x01", 1), text=text))).proposals
    assert one.actions[0].delegate is True
    assert one.description == "Pay\n\nTwo."
    assert isinstance(one.bound, Unknown)
    for odd in ("[" * 5_000, '{"title": 5}', "null", "", '["a"]'):
        (one,) = Azorius().proposals(_azorius(_proposed(3, text=odd))).proposals
        assert one.description == odd


def test_calls_that_the_module_holds_no_hash_of_are_not_bound() -> None:
    account = _azorius(_proposed(0, (SAFE, 1, b"\x01", 0)))
    held = returned(account.address, encode(("bytes32[]",), ([b"\x07" * 32],)))
    account.calls[f"{azorius._HASHES} 0"] = (("bytes32[]",), held)
    (one,) = Azorius().proposals(account).proposals
    assert isinstance(one.bound, Known)
    assert one.bound.value is False


def test_a_proposal_is_executed_with_its_last_call() -> None:
    def made(count: int, index: int) -> Any:
        data = encode(("uint32", "bytes32[]"), (0, [b"\0" * 32] * count))
        return log(address(1), (azorius.EXECUTED,), data, index=index)

    created = _proposed(0, (SAFE, 1, b"", 0), (SAFE, 2, b"", 0))
    half = _azorius(created, made(1, 8))
    assert Azorius().executions(half) == {}
    whole = _azorius(created, made(1, 8), made(1, 9))
    assert Azorius().executions(whole)[0].log_index == 9


def test_an_owner_beside_the_safe_names_the_strategies() -> None:
    assert not list(Azorius().besides(_azorius(owner=("address", SAFE))))
    (owner,) = Azorius().besides(_azorius(owner=("address", KEY)))
    assert owner.address == KEY


@pytest.mark.family("azorius")
def test_a_scan_from_the_safe_finds_the_vote(families: Field, tmp_path: Path) -> None:
    safe = families.daos["azorius"].parts["safe"]
    run = daoscan("scan", safe, *families.options(), out=tmp_path / "safe")
    assert [one["address"] for one in run.snapshot["governors"]["items"]] == [families.daos["azorius"].governor]
    assert run.snapshot["controls"] == families.scan("azorius").snapshot["controls"]


@pytest.mark.family("zodiac")
def test_members_can_do_what_their_roles_say(families: Field) -> None:
    people, edges = families.daos["zodiac"].parts, families.scan("zodiac").snapshot["controls"]["items"]
    lines = {
        name: {(one["capability"], one["actor_kind"]) for one in edges if one["actor"] == people[name]}
        for name in ("cashier", "purser", "herald")
    }
    assert lines == {
        "cashier": {("move-funds", "eoa")},
        "purser": {("move-funds", "eoa")},
        "herald": {("act-within-limits", "eoa")},
    }


@pytest.mark.family("zodiac")
def test_the_page_says_how_the_oracles_answers_stand(families: Field) -> None:
    run = families.scan("zodiac")
    asked = {one["state"]["value"]: one["oracle_questions"] for one in run.snapshot["proposals"]["items"]}
    assert asked.pop("Queued") == [], "an order that waits"
    names = ("answer", "final", "answers", "answerers", "bond_wei", "timeout_seconds", "arbitration_pending")
    told = {state: [one[name]["value"] for name in names] for state, (one,) in asked.items()}
    assert told == {
        "Executed": ["yes", True, 1, 1, str(ETHER), 2 * DAY, False],
        "Defeated": ["no", True, 2, 2, str(2 * ETHER), 2 * DAY, False],
        "Active": ["yes", False, 1, 1, str(ETHER), 2 * DAY, False],
        "Pending": ["none", False, 0, 0, 0, 2 * DAY, False],
    }
    (still,), (refused,) = asked["Active"], asked["Defeated"]
    assert still["executable_at"]["value"] == still["final_at"]["value"] + 1 * DAY + 1
    assert refused["executable_at"]["value"] == 0
    page = run.out.joinpath("report.html").read_text("utf-8")
    assert "<dt>Answer that stands</dt><dd><span>yes</span>" in page
    assert f'<code class="address">{still["answered_by"]["value"]}</code>' in page


@pytest.mark.family("zodiac")
def test_roles_say_what_may_be_paid_to_whom(families: Field) -> None:
    run, people = families.scan("zodiac"), families.daos["zodiac"].parts
    (safe,) = run.snapshot["safes"]["items"]
    (modifier,) = safe["role_modifiers"]["items"]
    rights = {one["role"]: one for one in modifier["rights"]["items"]}
    assert [one["conditions"]["value"] for one in rights.values()] == ["", f"argument 1 is {RIGGER} and {MONTHLY}", ""]
    (allowance,) = rights["STORES"]["allowances"]
    assert (allowance["name"], allowance["available"]["value"], allowance["most"]["value"]) == ("MONTHLY", 380, 0)
    members = {one["role"]: (one["address"], one["confirmed"]["value"]) for one in modifier["members"]["items"]}
    names = {"PAYROLL": "cashier", "VOTES": "herald", "STORES": "purser"}
    assert members == {role: (people[name], True) for role, name in names.items()}
    (line,) = [one for one in run.snapshot["controls"]["items"] if one["actor"] == people["purser"]]
    assert line["path"][0].startswith(
        "role STORES (may call transfer(address,uint256) of 0x000000…1422 where argument 1"
    )
    assert "; allowance MONTHLY: 380 in all)" in line["path"][0]
    page = run.out.joinpath("report.html").read_text("utf-8")
    assert "Role STORES may call" in page
    assert "380 in all, and nothing more" in page


@pytest.mark.family("zodiac")
def test_orders_are_simulated_as_their_calls_and_questions_are_not(families: Field, tmp_path: Path) -> None:
    safe = families.daos["zodiac"].governor
    run = daoscan("scan", safe, *families.options(), "--simulate", out=tmp_path / "simulated")
    said = {len(one["proposal"]) > 2: one["path"] for one in run.snapshot["simulations"]["items"]}
    assert said[False]["value"] == "executor"
    assert "hashes of the calls" in said[True]["detail"]
