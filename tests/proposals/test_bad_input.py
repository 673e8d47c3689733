"""Calldata and texts that waste, repeat and mislead: nothing is lost without being said, and nothing is endless."""

from __future__ import annotations

import time

import pytest

from scanner.chain.abi import encode_call
from scanner.model.kinds import Effect
from scanner.model.observation import Reason, Unknown
from scanner.model.proposals import Action
from scanner.proposals.fold import MAX_CALLDATA, MAX_FOLDED, MAX_KEPT, fold
from scanner.proposals.spell import calls
from tests.discovery.support import address
from tests.proposals.support import (
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

_PAY = "transfer(address,uint256)"
_GRANT = "grantRole(bytes32,address)"
_ROLE = "0x" + "11" * 32


def _payments(count: int) -> list[tuple[str, int, str]]:
    return [call(TOKEN, _PAY, address(1_000 + number), number) for number in range(count)]


def test_ten_thousand_calls_are_looked_at_and_few_are_kept() -> None:
    began = time.process_time()
    one = read_one(*_payments(5_000), call(TOKEN, _GRANT, _ROLE, OTHER_KEY), *_payments(4_999))
    assert one.action_count == 10_000
    assert sum(kept.like_this for kept in one.actions) == 10_000
    assert len(one.actions) <= MAX_KEPT + MAX_FOLDED + 1
    (role,) = [kept for kept in one.actions if kept.effect is Effect.ROLE]
    assert (role.index, value(role.beneficiary)) == (5_000, OTHER_KEY), "what stands out is kept, wherever it stands"
    assert len(one.model_dump_json()) < 4_000_000
    assert time.process_time() - began < 60


def test_folded_calls_keep_their_largest_amount_and_say_how_many_they_are() -> None:
    moved = [action(call(SAFE, _PAY, OTHER_KEY, 1)).model_copy(update={"index": number}) for number in range(MAX_KEPT)]
    share = moved[0].treasury_share_bps
    rest = [_with_share(moved[0], amount) for amount in (5, 900, 30)]
    found = fold([*moved, *rest])
    assert len(found) == MAX_KEPT + 1
    assert found[-1].like_this == 3
    assert value(found[-1].treasury_share_bps) == 900
    assert found[-1].target_label.endswith("and 2 more calls like this")
    assert found[0].treasury_share_bps == share


def _with_share(one: Action, amount: int) -> Action:
    from scanner.model.observation import Known

    return one.model_copy(update={"treasury_share_bps": Known(value=amount, evidence=())})


def test_of_calls_that_are_of_too_many_kinds_nothing_is_known() -> None:
    first = action(call(TOKEN, _PAY, OTHER_KEY, 1))
    kinds = [first.model_copy(update={"selector": f"0x{number:08x}"}) for number in range(MAX_KEPT + MAX_FOLDED + 40)]
    found = fold(kinds)
    assert len(found) == MAX_KEPT + MAX_FOLDED + 1
    assert sum(one.like_this for one in found) == len(kinds)
    last = found[-1]
    assert (last.like_this, last.effect) == (40, Effect.UNDECODED)
    assert isinstance(last.target_has_code, Unknown)
    assert last.target_has_code.reason is Reason.LIMIT
    assert isinstance(last.beneficiary_kind, Unknown)


def test_a_megabyte_of_calldata_is_cut_and_said() -> None:
    data = encode_call("post(bytes)", ("0x" + "ab" * 2**20,))
    one = read_one((STRANGER, 0, data))
    (only,) = one.actions
    assert len(only.calldata) == 2 + 2 * MAX_CALLDATA
    assert only.calldata_left_out == len(data) // 2 - 1 - MAX_CALLDATA
    assert data.startswith(only.calldata)
    assert len(one.actions[0].model_dump_json()) < 200_000


@pytest.mark.parametrize("extra", ["00" * 32, "ff" * 32, "00" * 4_096])
def test_padding_behind_the_arguments_changes_nothing(extra: str) -> None:
    target, amount, data = call(TOKEN, _GRANT, _ROLE, OTHER_KEY)
    padded = action((target, amount, data + extra))
    assert (padded.effect, value(padded.beneficiary)) == (Effect.ROLE, OTHER_KEY)


@pytest.mark.parametrize("size", [0, 3, 4, 20, 35])
def test_calldata_cut_short_is_called_raw(size: int) -> None:
    target, amount, data = call(TOKEN, _GRANT, _ROLE, OTHER_KEY)
    cut = action((target, amount, data[: 2 + 2 * size]))
    assert cut.decoded_by == "raw"
    if size:
        assert cut.effect is Effect.UNDECODED
        assert isinstance(cut.beneficiary, Unknown)


def test_calldata_that_points_at_itself_ends() -> None:
    word = f"{32:064x}"
    looped = "0xac9650d8" + word + f"{2**32:064x}" + word * 64
    assert action((TOKEN, 0, looped)).effect is Effect.UNDECODED
    inner = encode_call("multicall(bytes[])", (["0xdeadbeef"],))
    for _ in range(40):
        inner = encode_call("multicall(bytes[])", ([inner],))
    deep = read_one((TOKEN, 0, inner))
    assert any(isinstance(one.function, Unknown) and one.function.reason is Reason.LIMIT for one in deep.actions)


def test_two_proposals_of_one_id_are_one_and_the_collection_is_not_complete() -> None:
    from scanner.proposals.build import build_proposals
    from scanner.proposals.collect import collect
    from tests.proposals.support import Answering, found_with

    pair = [Made([call(TOKEN, _PAY, KEY, 1)], number=7), Made([call(TOKEN, _PAY, OTHER_KEY, 9)], number=7)]
    found = found_with(pair, Answering())
    proposals = build_proposals(found, collect(found))
    assert len(proposals.items) == 1
    assert not proposals.complete


@pytest.mark.parametrize("text", ["\x00\x07\x1b[2J", "[x](javascript:alert(1))<script>alert(1)</script>", "\ud7ff" * 9])
def test_text_that_attacks_its_reader_is_only_text(text: str) -> None:
    (one,) = read([Made([call(TOKEN, _PAY, KEY, 1)], text)])
    assert one.description == text
    assert value(one.text_addresses) == 0


def test_ten_megabytes_of_text_are_cut_and_nothing_is_said_of_them() -> None:
    text = ("# Title\n" + f"{OTHER_KEY} gets 1,000 units. " * 40 + "\n") * 10_000
    began = time.process_time()
    (one,) = read([Made([call(TOKEN, _PAY, OTHER_KEY, 1_000)], text)])
    assert len(text) > 10 * 2**20
    assert len(one.description) + one.description_left_out == len(text)
    assert len(one.model_dump_json()) < 1_000_000
    for fact in (one.text_addresses, one.text_names_others, one.actions[0].beneficiary_named, one.actions[0].unsaid):
        assert isinstance(fact, Unknown)
        assert fact.reason is Reason.LIMIT
    assert time.process_time() - began < 20


def test_code_that_goes_round_for_ever_costs_a_bounded_time_however_often_it_is_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calls, "MAX_STEPS_IN_ALL", 400_000)
    # JUMPDEST, count a word of memory up, JUMP: no state comes twice.
    endless = "0x5b5f51600101" + "5f52" + "5f56"
    runs = [
        call(SAFE, "execTransactionFromModule(address,uint256,bytes,uint8)", STRANGER, 0, f"0x{number:08x}", 1)
        for number in range(200)
    ]
    began = time.process_time()
    one = read_one(*runs, chain=Answering(codes={STRANGER: endless}))
    said = {one.function.detail for one in one.actions if isinstance(one.function, Unknown)}
    assert any("takes more than" in detail for detail in said)
    assert any("more steps in all" in detail for detail in said)
    assert time.process_time() - began < 30
