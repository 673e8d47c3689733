"""What is known of proposals and their calls, from the log to the noun of the snapshot."""

from __future__ import annotations

import pytest

from scanner.chain.abi import encode, encode_call
from scanner.discovery.battery import CANCELLER_ROLE
from scanner.discovery.families.told import RawAction, RawProposal
from scanner.discovery.treasury.holdings import BALANCE_OF
from scanner.model.evidence import LogSetEvidence
from scanner.model.observation import Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals.ballots import _on_weekends
from scanner.proposals.confirm import proposal_hash
from tests.discovery.support import log
from tests.proposals.support import (
    EMPTY,
    GOVERNOR,
    KEY,
    OTHER_KEY,
    SAFE,
    STRANGER,
    TOKEN,
    Answering,
    Made,
    action,
    call,
    read,
    read_one,
    value,
)

_ROLE = "0x" + "11" * 32
_GRANT = "grantRole(bytes32,address)"
_PAY = "transfer(address,uint256)"
_RELAY = "relay(address,uint256,bytes)"
_MODULE = "execTransactionFromModule(address,uint256,bytes,uint8)"
_WORD = "0x" + "00" * 31


def _answer(target: str, signature: str, *arguments: object, returns: tuple[str, object]) -> Answering:
    data = encode_call(signature, arguments)
    return Answering(calls={(target, data): encode((returns[0],), (returns[1],))}, codes={STRANGER: "0x6001"})


# ------------------------------------------------------------------------------------------------ text and calls


def test_what_is_named_and_what_is_not() -> None:
    grant = call(TOKEN, _GRANT, _ROLE, OTHER_KEY)
    bare = action(grant, text="Clean-up of settings.")
    assert (value(bare.unsaid), value(bare.beneficiary_named)) == (True, False)
    for text in (f"The role goes to {OTHER_KEY}.", f"On {TOKEN}.", "This calls grantRole."):
        assert value(action(grant, text=text).unsaid) is False
    assert value(action(grant, text=f"The role goes to {OTHER_KEY[:8]}…{OTHER_KEY[-4:]}").beneficiary_named)


def test_a_payment_is_named_in_the_units_of_its_token() -> None:
    chain = _answer(TOKEN, "decimals()", returns=("uint8", 2))
    named = action(call(STRANGER, _PAY, OTHER_KEY, 40), text="We pay 40 units.", chain=chain)
    assert value(named.amount_named)
    assert not value(action(call(STRANGER, _PAY, OTHER_KEY, 41), text="We pay 40 units.").amount_named)
    assert value(action((OTHER_KEY, 5 * 10**17, "0x"), text="We pay 0.5 ETH.").amount_named)
    assert not value(action((OTHER_KEY, 5 * 10**17, "0x"), text="We pay 0.5 USDC.").amount_named)


def test_what_the_text_names_beside_the_calls_is_counted() -> None:
    text = f"Pay {STRANGER} by transfer(address,uint256) and sweepAll(address); see https://a.example/{EMPTY}"
    one = read_one(call(TOKEN, _PAY, OTHER_KEY, 1), text=text)
    assert (value(one.text_addresses), value(one.text_addresses_unused)) == (2, 2)
    assert value(one.text_functions_unused) == 1
    assert value(one.text_names_others)
    assert value(one.text_links) == 1
    assert one.text_references == (("link", f"https://a.example/{EMPTY}"),)
    assert not value(read_one(call(TOKEN, _PAY, STRANGER, 1), text=text).text_names_others)


def test_a_text_too_long_to_be_read_is_unknown_and_cut() -> None:
    one = read_one(call(TOKEN, _GRANT, _ROLE, OTHER_KEY), text=f"{OTHER_KEY} " * 50_000)
    assert one.text_length > 2_000_000
    assert isinstance(one.text_names_others, Unknown)
    assert one.text_names_others.reason is Reason.LIMIT
    assert isinstance(one.actions[0].unsaid, Unknown)
    assert len(one.description) + one.description_left_out == 43 * 50_000
    assert len(one.description) == 200_000


# ----------------------------------------------------------------------------------------------------- look-alikes


def test_a_payee_like_an_earlier_one_or_like_one_in_the_text() -> None:
    paid = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"
    like = paid[:8] + "33" * 15 + paid[-4:]
    first, second = read(
        [Made([call(TOKEN, _PAY, paid, 1)], number=1), Made([call(TOKEN, _PAY, like, 1)], number=2, text="other")]
    )
    assert value(first.actions[0].lookalike_of) == ZERO_ADDRESS
    assert value(second.actions[0].lookalike_of) == paid
    assert value(action(call(TOKEN, _PAY, like, 1), text=f"Pay {paid}.").lookalike_of) == paid
    assert value(action(call(TOKEN, _PAY, like, 1), text=f"Pay {like}.").lookalike_of) == ZERO_ADDRESS


# --------------------------------------------------------------------------------------------------- who gains


def test_a_contract_that_names_a_key_as_its_owner_is_as_good_as_the_key() -> None:
    chain = _answer(STRANGER, "owner()", returns=("address", KEY))
    one = read_one(call(TOKEN, _GRANT, _ROLE, STRANGER), chain=chain)
    gained = one.actions[0]
    assert value(gained.beneficiary_controller) == KEY
    assert value(gained.beneficiary_kind) == "eoa"
    assert value(gained.beneficiary_has_code)
    assert not value(gained.beneficiary_in_scope)
    assert value(one.proposer_controls_beneficiary), "the proposer is that key"


def test_a_contract_without_an_owner_stays_unresolved() -> None:
    gained = action(call(TOKEN, _GRANT, _ROLE, STRANGER), chain=Answering(codes={STRANGER: "0x6001"}))
    assert isinstance(gained.beneficiary_kind, Unknown)
    assert value(gained.beneficiary_controller) == ZERO_ADDRESS


def test_new_code_is_looked_at_with_every_facet() -> None:
    cut = "diamondCut((address,uint8,bytes4[])[],address,bytes)"
    facets = [(STRANGER, 0, ["0x12345678"]), (EMPTY, 2, ["0x12345679"])]
    taken = call(TOKEN, cut, facets, ZERO_ADDRESS, "0x")
    installed = action(taken, chain=Answering(codes={STRANGER: "0xff"}), text=f"Facet {STRANGER}.")
    assert value(installed.beneficiary_has_code), "the facet that is removed does not count"
    assert value(installed.beneficiary_named)
    assert not value(action(taken, chain=Answering()).beneficiary_has_code)


def test_code_with_selfdestruct_can_still_change_and_code_without_it_cannot() -> None:
    upgrade = call(TOKEN, _RELAY, STRANGER, 0, "0x12345678")
    for runtime, expected in (("0x6000ff", True), ("0x600160020100", False)):
        inner = read_one(upgrade, chain=Answering(codes={STRANGER: runtime})).actions[1]
        assert value(inner.code_replaceable) is expected
    forwarding = read_one(upgrade, chain=Answering(codes={STRANGER: "0x6000808080805af400"})).actions[1]
    assert isinstance(forwarding.code_replaceable, Unknown)


# -------------------------------------------------------------------------------------------------- how much


def test_parts_add_up() -> None:
    pays = [call(SAFE, _MODULE, TOKEN, 0, encode_call(_PAY, (OTHER_KEY, 8)), 0) for _ in range(8)]
    one = read_one(*pays)
    assert {value(inner.treasury_share_bps) for inner in one.actions[8:]} == {800}
    assert value(one.treasury_total_bps) == 6_400
    kept = read_one(call(SAFE, _MODULE, TOKEN, 0, encode_call(_PAY, (GOVERNOR, 64)), 0))
    assert value(kept.treasury_total_bps) == 0, "the governor is the DAO's own"


def test_a_row_of_one_call_is_a_payment_of_its_own() -> None:
    rows = encode_call("disperseToken(address,address[],uint256[])", (TOKEN, [OTHER_KEY, EMPTY], [30, 40]))
    one = read_one(call(SAFE, _MODULE, STRANGER, 0, rows, 0), chain=Answering(codes={STRANGER: "0x6001"}))
    assert [value(inner.beneficiary) for inner in one.actions[2:]] == [OTHER_KEY, EMPTY]
    assert value(one.treasury_total_bps) == 7_000


def test_an_approval_of_what_the_same_proposal_brings_is_none_of_the_treasury() -> None:
    approve = encode_call("approve(address,uint256)", (STRANGER, 50))
    brought = call(SAFE, _MODULE, TOKEN, 0, encode_call(_PAY, (SAFE, 50)), 0)
    held = {(TOKEN, SAFE): 100}
    alone = read_one(call(SAFE, _MODULE, TOKEN, 0, approve, 0), held=held).actions[1]
    both = read_one(brought, call(SAFE, _MODULE, TOKEN, 0, approve, 0), held=held)
    assert value(alone.approval_share_bps) == 5_000
    assert value(both.actions[3].approval_share_bps) == 0


def test_units_are_a_share_of_all_units() -> None:
    chain = _answer(STRANGER, "totalSupply()", returns=("uint256", 1_000))
    assert value(action(call(STRANGER, "mint(address,uint256)", KEY, 250), chain=chain).supply_share_bps) == 2_500
    assert isinstance(action(call(STRANGER, "mint(address,uint256)", KEY, 250)).supply_share_bps, Unknown)


def test_holdings_that_no_crawl_read_are_asked_for() -> None:
    wallet = "transfer(address,address,uint256)"
    chain = _answer(STRANGER, BALANCE_OF, EMPTY, returns=("uint256", 400))
    paid = action(call(EMPTY, wallet, STRANGER, OTHER_KEY, 100), chain=chain)
    assert value(paid.treasury_share_bps) == 2_500


# ------------------------------------------------------------------------------------------------- protections


@pytest.mark.parametrize(
    ("now", "new", "lowers", "zero"), [(9, 5, True, False), (9, 0, True, True), (0, 0, False, False)]
)
def test_before_and_after(now: int, new: int, lowers: bool, zero: bool) -> None:
    chain = _answer(STRANGER, "getMinDelay()", returns=("uint256", now))
    changed = action(call(STRANGER, "updateDelay(uint256)", new), chain=chain)
    assert (value(changed.value_before), value(changed.value_after)) == (now, new)
    assert (value(changed.lowers_protection), value(changed.disables_protection)) == (lowers, zero)


def test_zero_is_no_protection_even_where_the_value_before_is_not_known() -> None:
    changed = action(call(STRANGER, "updateDelay(uint256)", 0))
    assert isinstance(changed.lowers_protection, Unknown)
    assert value(changed.disables_protection)


def test_a_delay_under_a_key_of_its_own() -> None:
    chain = _answer(STRANGER, "getRoleGrantDelay(uint64)", 7, returns=("uint32", 600))
    changed = action(call(STRANGER, "setGrantDelay(uint64,uint32)", 7, 60), chain=chain)
    assert (value(changed.value_before), value(changed.lowers_protection)) == (600, True)


@pytest.mark.parametrize(
    ("signature", "arguments", "expected"),
    [
        ("revokeRole(bytes32,address)", (CANCELLER_ROLE, KEY), True),
        ("revokeRole(bytes32,address)", (_ROLE, KEY), False),
        ("setVetoer(address)", (ZERO_ADDRESS,), True),
        ("setVetoer(address)", (KEY,), False),
        ("burnVetoer()", (), True),
    ],
)
def test_who_may_stop_a_call_is_removed(signature: str, arguments: tuple[str, ...], expected: bool) -> None:
    assert value(action(call(TOKEN, signature, *arguments)).removes_guardian) is expected


# ------------------------------------------------------------------------------------- among other proposals, steps


def test_copies_and_near_copies_of_a_text() -> None:
    lines = [f"Line {number} of a text that is long enough to be compared." for number in range(10)]
    text = "\n".join(lines)
    near = "\n".join([*lines[:9], "Another last line, which is the only one that differs here."])
    calls = [[call(TOKEN, _PAY, KEY, amount)] for amount in (1, 2, 3)]
    first, same, nearly = read([Made(calls[at], words, at + 1) for at, words in enumerate((text, text, near))])
    assert (value(first.twin_of), value(first.companion_of)) == ("", "")
    assert (value(same.twin_of), value(same.companion_of)) == ("1", "1")
    assert (value(nearly.twin_of), value(nearly.companion_of)) == ("", "1")
    again = read([Made(calls[0], text, 1), Made(calls[0], text, 2)])[1]
    assert (value(again.twin_of), value(again.companion_of)) == ("", ""), "the same calls are the same proposal again"


def test_what_a_proposer_has_open_at_the_same_time() -> None:
    made = [Made([call(TOKEN, _PAY, KEY, 1)], f"text {at}", at, start=10 * at, end=10 * at + 15) for at in range(1, 4)]
    found = read(made)
    assert [value(one.proposer_before) for one in found] == [0, 1, 2]
    assert [value(one.proposer_overlapping) for one in found] == [2, 3, 2]


def test_steps_without_a_predecessor_can_run_apart() -> None:
    schedule = "schedule(address,uint256,bytes,bytes32,bytes32,uint256)"
    none, some = "0x" + "00" * 32, "0x" + "22" * 32
    steps = [call(STRANGER, schedule, TOKEN, 0, encode_call(_PAY, (KEY, 1)), none, some, 60) for _ in range(2)]
    open_to_all = _answer(
        STRANGER,
        "hasRole(bytes32,address)",
        "0xd8aa0f3194971a2a116679f7c2090f6939c8d4e01a2a8d7e41d55e5351469e63",
        ZERO_ADDRESS,
        returns=("bool", True),
    )
    apart = read_one(*steps, chain=open_to_all)
    assert (value(apart.separate_steps), value(apart.steps_open_to_anyone)) == (2, True)
    after = call(STRANGER, schedule, TOKEN, 0, encode_call(_PAY, (KEY, 1)), some, some, 60)
    assert value(read_one(steps[0], after).separate_steps) == 0
    assert value(read_one(*steps).steps_open_to_anyone) is False, "a timelock without roles executes for its admin"


# ---------------------------------------------------------------------------------------------- event and state


def _raw(amount: int) -> RawProposal:
    actions = (RawAction(TOKEN, 0, "", encode_call(_PAY, (KEY, amount))),)
    return RawProposal(GOVERNOR, 0, KEY, actions, 10, 20, "text", log(GOVERNOR, ()))


def _with_state(number: int, state: str) -> Answering:
    return Answering(calls={(GOVERNOR, encode_call("state(uint256)", (number,))): state})


def test_an_id_that_is_the_hash_of_its_calls_is_confirmed_by_state() -> None:
    number = proposal_hash(_raw(1))
    known = read([Made([call(TOKEN, _PAY, KEY, 1)], number=number)], _with_state(number, _WORD + "01"))[0]
    assert value(known.event_confirmed)
    unknown = read([Made([call(TOKEN, _PAY, KEY, 1)], number=number)])[0]
    assert value(unknown.event_confirmed) is False, "state() reverts: the governor knows no such proposal"


def test_an_id_over_other_calls_is_not_confirmed() -> None:
    number = proposal_hash(_raw(1))
    forged = read([Made([call(TOKEN, _PAY, KEY, 2)], number=number)], _with_state(number, _WORD + "01"))[0]
    assert isinstance(forged.event_confirmed, Unknown)


@pytest.mark.parametrize(("amount", "same"), [(1, True), (2, False)])
def test_calls_that_the_governor_returns_are_compared(amount: int, same: bool) -> None:
    held = ([TOKEN], [0], [_PAY], [encode_call(_PAY, (KEY, amount)).replace("a9059cbb", "", 1)])
    data = encode(("address[]", "uint256[]", "string[]", "bytes[]"), held)
    chain = Answering(calls={(GOVERNOR, encode_call("getActions(uint256)", (7,))): data})
    assert value(read([Made([call(TOKEN, _PAY, KEY, 1)], number=7)], chain)[0].event_confirmed) is same


# ---------------------------------------------------------------------------------------------------- weekends

_DAY = 86_400
_SATURDAY = 2 * _DAY


@pytest.mark.parametrize(
    ("begin", "length", "share"),
    [
        (_SATURDAY, 2 * _DAY, 10_000),
        (_SATURDAY - _DAY, 2 * _DAY, 5_000),
        (_SATURDAY + 2 * _DAY, 5 * _DAY, 0),
        (_SATURDAY + 36 * 3_600, _DAY, 5_000),
        (123_456_789, 7 * _DAY, 2_857),
        (0, 0, 0),
        (0, 10_000 * _DAY, 2_857),
    ],
)
def test_how_much_of_a_vote_is_on_a_weekend(begin: int, length: int, share: int) -> None:
    assert _on_weekends(begin, length) == share


def test_the_event_is_the_evidence_and_a_long_one_the_set_of_its_block() -> None:
    pay = [call(TOKEN, _PAY, KEY, 1)]
    made = read(
        [Made(pay, "short", 1), Made(pay, "long " * 4_000, 2), Made(pay, "beside", 3), Made(pay, "x", 4, block=6)]
    )
    short, long = made[0].evidence[0], made[1].evidence[0]
    assert (short.kind, long.kind) == ("log", "logs")
    assert isinstance(long, LogSetEvidence)
    assert (long.address, long.from_block, long.to_block, long.count) == (GOVERNOR, 5, 5, 3)
    assert len(made[1].model_dump_json()) < 40_000 + 2 * len(made[1].description)
