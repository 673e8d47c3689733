"""What a report says about a direct counterparty, from one list and from several editions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.lists.interface import ListEntry
from scanner.lists.match import with_lists
from scanner.lists.read import Stated, read_list
from scanner.model.errors import UsageError
from scanner.model.lists import Counterparty
from scanner.model.observation import Reason, Unknown
from scanner.model.snapshot import Snapshot
from tests.lists.support import BITCOIN, address, edition, sdn, texts, with_parties, write

OLD_HEAD = "address,entity,listed,delisted,status"
NEW_HEAD = "address,entity,list,list_snapshot,source"
GONE = [address(number) for number in range(100, 190)]
STILL = [address(number) for number in range(200, 297)]


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two files of the shape of the real pair: what was removed, with its remarks, and what is listed now."""
    old = "\n".join(f"{one},TORNADO CASH,2022-08-08 or 2022-11-08,2025-03-21,historical" for one in GONE)
    new = "\n".join(
        f'{one.upper().replace("X", "x")},"ENTITY, {one[-2:]}",OFAC-SDN,2026-05-26,a source' for one in STILL
    )
    return write(tmp_path, "old.csv", f"{OLD_HEAD}\n{old}\n"), write(tmp_path, "new.csv", f"{NEW_HEAD}\n{new}\n")


def test_with_both_editions_every_removed_address_is_formerly_listed(pair: tuple[Path, Path]) -> None:
    old, new = read_list(pair[0], Stated("OFAC-SDN", "2024-09-27")), read_list(pair[1], Stated("OFAC-SDN"))
    found = with_lists(with_parties(*GONE, *STILL), (new, old)).dao.listed.items
    gone = [hit for hit in found if hit.address in GONE]
    assert len(gone) == 90
    assert {(hit.status, hit.list_date, hit.first_absent) for hit in gone} == {
        ("formerly-listed", "2024-09-27", "2026-05-26")
    }
    assert all(
        "formerly listed as TORNADO CASH: last seen 2024-09-27, first absent 2026-05-26" in hit.text for hit in gone
    )
    still = [hit for hit in found if hit.address in STILL]
    assert len(still) == 97
    assert {(hit.status, hit.list_date, hit.first_absent) for hit in still} == {("listed", "2026-05-26", "")}
    assert all("on the list of 2026-05-26" in hit.text for hit in still)


def test_with_the_old_edition_alone_they_are_on_the_list_of_its_day(pair: tuple[Path, Path]) -> None:
    old = read_list(pair[0], Stated("OFAC-SDN", "2024-09-27"))
    found = with_lists(with_parties(*GONE), (old,)).dao.listed.items
    assert len(found) == 90
    for hit in found:
        assert hit.status == "listed"
        assert "on the list of 2024-09-27" in hit.text
        assert "formerly" not in hit.text
        assert "the list itself notes a delisting: 2025-03-21" in hit.text
        assert "the newest edition given was 642 days old" in hit.text


def test_a_list_that_dates_a_delisting_before_its_own_day_says_history_itself(pair: tuple[Path, Path]) -> None:
    told = read_list(pair[0], Stated("History", "2025-04-01"))
    (hit,) = with_lists(with_parties(GONE[0]), (told,)).dao.listed.items
    assert hit.status == "formerly-listed"
    assert "itself gives 2025-03-21 as the day of delisting" in hit.text
    assert hit.first_absent == ""


def test_nobody_but_direct_counterparties_is_compared() -> None:
    found = with_lists(with_parties(address(1)), (edition("2026-06-30", address(1), address(2)),)).dao
    assert [hit.address for hit in found.listed.items] == [address(1)]
    assert found.listed.complete


def test_lists_of_different_names_say_nothing_about_each_other() -> None:
    lists = (edition("2024-01-01", address(1), name="A"), edition("2026-06-01", address(2), name="B"))
    (hit,) = with_lists(with_parties(address(1)), lists).dao.listed.items
    assert (hit.status, hit.list_name) == ("listed", "A")


def test_three_editions_give_the_last_seen_and_the_first_absent() -> None:
    lists = [edition("2024-01-01", address(1), address(9)), edition("2025-01-01", address(1), address(9))]
    lists += [edition("2026-01-01", address(9)), edition("2026-06-01", address(9))]
    (hit,) = with_lists(with_parties(address(1)), lists).dao.listed.items
    assert (hit.list_date, hit.first_absent) == ("2025-01-01", "2026-01-01")


def test_an_address_that_was_listed_again_is_listed() -> None:
    lists = [edition("2024-01-01", address(1)), edition("2025-01-01", address(9)), edition("2026-06-01", address(1))]
    (hit,) = with_lists(with_parties(address(1)), lists).dao.listed.items
    assert (hit.status, hit.list_date) == ("listed", "2026-06-01")


def test_a_later_edition_that_holds_no_entries_of_the_kind_clears_nothing() -> None:
    usdt = ListEntry(address=address(1), evm=True, kind="Digital Currency Address - USDT")
    lists = (edition("2024-01-01", usdt), edition("2026-06-01", address(9)))
    (hit,) = with_lists(with_parties(address(1)), lists).dao.listed.items
    assert hit.status == "listed"
    assert "holds no entries of this kind to compare with" in hit.text


def test_a_list_without_a_date_is_old_and_never_older_than_another() -> None:
    lists = (edition("", address(1)), edition("2026-06-01", address(9)))
    found = with_lists(with_parties(address(1)), lists).dao
    (hit,) = found.listed.items
    assert hit.status == "listed"
    assert "on the list that carries no date" in hit.text
    assert [(one.stale, one.latest) for one in found.lists] == [(True, False), (False, True)]


@pytest.mark.parametrize(
    ("published", "age", "stale"), [("2026-06-01", 30, False), ("2026-05-31", 31, True), ("2026-07-09", -8, False)]
)
def test_a_list_is_old_after_thirty_days_counted_from_the_block(published: str, age: int, stale: bool) -> None:
    found = with_lists(with_parties(address(1)), (edition(published, address(1)),)).dao
    assert [(one.age_days, one.stale) for one in found.lists] == [(age, stale)]
    assert (f"{age} days old" in found.listed.items[0].text) is stale


def test_addresses_of_other_chains_never_match(tmp_path: Path) -> None:
    text = sdn([("Digital Currency Address - XBT", BITCOIN), ("Digital Currency Address - ETH", address(9))])
    listed = read_list(write(tmp_path, "SDN.XML", text), Stated())
    assert with_lists(with_parties(address(1)), (listed,)).dao.listed.items == ()
    assert [(one.entries, one.evm_entries) for one in with_lists(with_parties(), (listed,)).dao.lists] == [(2, 1)]


def test_an_address_that_is_listed_for_a_token_matches_on_every_evm_chain(tmp_path: Path) -> None:
    listed = read_list(write(tmp_path, "S.XML", sdn([("Digital Currency Address - BSC", address(1))])), Stated())
    (hit,) = with_lists(with_parties(address(1)), (listed,)).dao.listed.items
    assert (hit.chain, hit.program, hit.entity) == ("BSC", "CYBER2, DPRK3", "Erika MUSTERMANN")


def test_two_different_files_of_one_name_and_day_are_refused() -> None:
    lists = (edition("2026-06-01", address(1), sha256="0x" + "aa" * 32), edition("2026-06-01", sha256="0x" + "bb" * 32))
    with pytest.raises(UsageError, match="two different lists are named OFAC-SDN of 2026-06-01"):
        with_lists(with_parties(), lists)
    assert len(with_lists(with_parties(), (lists[0], lists[0])).dao.lists) == 1


def test_a_snapshot_is_compared_again_with_newer_lists_and_nothing_of_the_old_stays() -> None:
    before = with_lists(with_parties(address(1)), (edition("2024-01-01", address(1)),))
    after = with_lists(before, (edition("2026-06-20", address(9)),))
    assert [one.name for one in before.inputs] == ["list OFAC-SDN of 2024-01-01"]
    assert [one.name for one in after.inputs] == ["list OFAC-SDN of 2026-06-20"]
    assert (len(before.dao.listed.items), len(after.dao.listed.items)) == (1, 0)
    again = Snapshot.model_validate_json(before.model_dump_json())
    assert with_lists(again, (edition("2024-01-01", address(1)),)) == before


def test_counterparties_that_are_not_all_known_leave_the_question_open() -> None:
    found = with_lists(with_parties(address(1), complete=False), (edition("2026-06-20", address(9)),)).dao.listed
    assert (found.complete, found.reason) == (False, "some were not read")
    assert not with_lists(with_parties(address(1)), ()).dao.listed.complete


def test_a_hit_rests_on_the_evidence_of_the_proposals_that_name_the_address() -> None:
    base = with_parties()
    proposal = base.proposals.items[0]
    party = Counterparty(
        address=address(1),
        relations=("proposal beneficiary", "role"),
        proposals=(f"{proposal.governor}#{proposal.id}",),
        on_oracle=Unknown(reason=Reason.NOT_SUPPORTED),
        evidence=(),
    )
    (hit,) = with_lists(with_parties(party), (edition("2026-06-20", address(1)),)).dao.listed.items
    assert hit.evidence == proposal.evidence
    assert hit.relation == "proposal beneficiary, role"


def test_texts_stand_once_and_say_how_the_dao_meets_the_address() -> None:
    found = with_lists(with_parties(address(1)), (edition("2026-06-20", address(1)),))
    assert found.dao.listed_texts == tuple(texts(found))
    assert found.dao.listed_texts[0].endswith("met as proposal beneficiary")
    assert json.loads(found.model_dump_json())["dao"]["list_count"] == 1
