"""What the page says of simulations: every change in words, the reason where there is none, nothing of a stranger's."""

from __future__ import annotations

import re

import pytest

from scanner.locale.load import load_locale
from scanner.model.observation import Collection, Reason
from scanner.model.simulation import NOT_ASKED, Simulation
from scanner.model.snapshot import Snapshot
from scanner.render.html import render_html
from tests.render import factory
from tests.render import factory_dao as dao
from tests.render import factory_simulation as made

PROPOSALS = factory.proposals()


def page(simulations: Collection[Simulation], lang: str = "en") -> str:
    snapshot: Snapshot = factory.snapshot().model_copy(update={"simulations": simulations})
    html = render_html(snapshot, factory.assessment(), factory.SNAPSHOT_SHA256, load_locale(lang))
    return html.partition('<section id="simulation"')[2].partition("</section>")[0]


def words(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def test_every_change_is_told_by_name() -> None:
    said = words(page(dao.whole(made.simulated(PROPOSALS[0]))))
    for part in (
        "Executed on a fork: it succeeds",
        "votes cast by impersonated delegates",
        "4 largest delegates were made to vote for it",
        "It was executed once more after 5",
        f"Timelock {dao.TIMELOCK} treasury loses 400,000 MRD (40% of it)",
        "account that the proposal does not name gains 300,000 MRD",
        "9 other accounts",
        "loses 1 ETH",
        f"key {dao.OWNER_B} gains PROPOSER_ROLE Timelock one key (EOA)",
        "loses PROPOSER_ROLE",
        "gains the power to move assets",
        "other delay: move assets",
        "2 days before, 0 seconds after",
        "getMinDelay() 172,800 0 (lowered)",
        "_minDelay 172800 0",
        "slot 0x80000000…0000",
        "RoleGranted(bytes32,address,address) role 0xb0",
        "upgradeable proxy a proxy",
        "This list may lack something: the crawl was cut short.",
        "Largest share of one asset that all treasuries lose 40%",
    ):
        assert part in said, part
    assert "Nothing of these" not in said, "there is something of everything"


def test_one_that_could_not_be_made_says_why_and_shows_no_table() -> None:
    html = page(dao.whole(made.not_simulated(PROPOSALS[0], Reason.NO_FORK, "the fork ended before it answered")))
    assert "no local fork could be had: the fork ended before it answered" in words(html)
    assert "<table" not in html
    assert words(html).count("the fork ended before it answered") == 1


def test_what_did_not_change_is_one_line() -> None:
    whole = made.simulated(PROPOSALS[0])
    empty = {name: dao.whole() for name, value in whole if isinstance(value, Collection)}
    html = page(dao.whole(whole.model_copy(update=empty)))
    assert "<table" not in html
    assert "Nothing of these: Balances; Roles and owners; Who can do what; Parameters" in words(html)


def test_a_list_that_is_empty_for_want_of_reading_is_not_called_empty() -> None:
    whole = made.simulated(PROPOSALS[0]).model_copy(update={"controls": dao.partial("no role logs")})
    said = words(page(dao.whole(whole)))
    assert "This list may lack something: no role logs." in said


@pytest.mark.parametrize("reason", [NOT_ASKED])
def test_nobody_asked(reason: str) -> None:
    html = page(dao.partial(reason))
    assert words(html).endswith("Not simulated: --simulate was not given.")


def test_no_open_proposal_and_doubts_about_that() -> None:
    assert words(page(dao.whole())).endswith("No proposal is open.")
    assert "There may be more open proposals: no logs." in words(page(dao.partial("no logs")))


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=1>', "{{ 7*7 }}", "\u202egnp.exe", "a\x00b\x1b[31m"]
)
def test_a_strangers_words_stay_words(text: str) -> None:
    html = page(dao.whole(made.simulated(PROPOSALS[0], text)))
    assert "<script" not in html
    assert "<img" not in html
    assert "49" not in words(html)
    assert not set("\u202e\x00\x1b") & set(html)


def test_long_tables_are_cut_and_say_so() -> None:
    whole = made.simulated(PROPOSALS[0])
    many = dao.whole(*(whole.storage.items[0].model_copy(update={"slot": dao.word(n)}) for n in range(100)))
    assert "and 60 more, in report.json" in words(page(dao.whole(whole.model_copy(update={"storage": many}))))
