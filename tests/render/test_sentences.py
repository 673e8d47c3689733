"""The three answers say what the controls say, and never more."""

from __future__ import annotations

from scanner.model.controls import Control
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.snapshot import Snapshot
from scanner.render.controls_view import ControlRow, control_rows
from scanner.render.lookup import look_up
from scanner.render.sentences import Answer, answers
from tests.render import factory
from tests.render import factory_dao as dao


def answered(snapshot: Snapshot) -> tuple[Answer, Answer, Answer]:
    who, fast, stops = answers(look_up(snapshot, factory.assessment(), factory.ENGLISH))
    return who, fast, stops


def with_controls(*controls: Control) -> Snapshot:
    return factory.snapshot().model_copy(update={"controls": dao.whole(*controls)})


def test_a_key_around_the_vote_is_named_first() -> None:
    who, fast, stops = answered(factory.snapshot())
    assert who.text.startswith("One key (")
    assert "move assets (Vault) and replace the code (Vault) without a vote" in who.text
    assert "A passed vote can act too." in who.text
    assert "could not be resolved" in who.open
    assert "not complete" in who.open
    assert fast.text.startswith("Around the vote: at once")
    assert "Through the vote: 10 days from proposal to effect" in fast.text
    assert "quorum of 4% of supply" in stops.text
    assert "neither vote nor delay" in stops.text


def test_only_votes() -> None:
    who, fast, stops = answered(with_unread(factory.only_votes(), dao.known(0)))
    assert who.text.startswith("Only a passed vote of the members.")
    assert who.open == ""
    assert "Around the vote" not in fast.text
    assert "neither vote nor delay" not in stops.text


def test_votes_that_can_be_borrowed_are_not_said_to_be_the_members_alone() -> None:
    snapshot = with_unread(factory.only_votes(), dao.known(0))
    for time, borrowed in (("call-time", True), ("call-time-locked", False), ("past-block", False)):
        voting = snapshot.membership.model_copy(update={"vote_time": dao.known(time)})
        who, _, _ = answered(snapshot.model_copy(update={"membership": voting}))
        assert ("Only a passed vote" in who.text) is not borrowed, time
        assert ("units that are borrowed for one transaction count" in who.text) is borrowed, time


def with_unread(snapshot: Snapshot, count: Known[int] | Unknown) -> Snapshot:
    whole = snapshot.dao.model_copy(update={"unverified_core_count": count})
    return snapshot.model_copy(update={"dao": whole})


def test_only_votes_is_not_said_of_code_that_nobody_could_read() -> None:
    who, _, _ = answered(with_unread(factory.only_votes(), dao.known(2)))
    assert who.text == "A passed vote of the members. No way around it was found."
    assert who.open.startswith("2 core contracts without source")
    who, _, _ = answered(with_unread(factory.only_votes(), dao.unknown(Reason.EXPLORER_DOWN)))
    assert "Only" not in who.text
    assert who.open


def test_what_an_actor_can_do_is_grouped_and_its_own_is_said_so() -> None:
    who, _, _ = answered(factory.snapshot())
    assert who.text.count("move assets") == 1
    key = next(one for one in factory.snapshot().controls.items if one.actor_kind is ActorKind.EOA)
    own = key.model_copy(update={"contract": key.actor, "capability": Capability.MOVE_FUNDS})
    who, _, _ = answered(with_controls(own))
    assert "can move assets (its own) without a vote" in who.text


def test_who_acts_soonest_is_named_where_it_is_not_the_one_named_first() -> None:
    key = next(one for one in factory.snapshot().controls.items if one.actor_kind is ActorKind.EOA)
    waits = key.model_copy(update={"delay_seconds": dao.known(2 * 86_400)})
    council = dao.control(dao.SAFE, ActorKind.MULTISIG, Capability.MOVE_FUNDS, (dao.SAFE, "Safe"))

    def fast(seconds: int) -> str:
        soon = council.model_copy(update={"delay_seconds": dao.known(seconds), "signers_needed": dao.known(3)})
        controls = dao.whole(waits, soon)
        return answered(factory.snapshot().model_copy(update={"controls": controls}))[1].text

    assert fast(0).startswith("Around the vote: at once, by a multisig (")
    assert "nothing delays it. Who is named first: in 2 days." in fast(0)
    assert fast(3_600).startswith("Around the vote: in 1 hour, by a multisig (")
    assert fast(2 * 86_400).startswith("Around the vote: in 2 days. ")
    assert "named first" not in fast(2 * 86_400)


def test_no_delay_is_said_in_words() -> None:
    snapshot = factory.only_votes()
    items = tuple(one.model_copy(update={"voting_delay_seconds": dao.known(0)}) for one in snapshot.governors.items)
    _, fast, _ = answered(snapshot.model_copy(update={"governors": dao.whole(*items)}))
    assert "(no time before voting opens + " in fast.text


def with_early(snapshot: Snapshot, early: Known[bool] | Unknown, haste: Known[bool] | Unknown) -> Snapshot:
    votes = tuple(one.model_copy(update={"decides_early": early}) for one in snapshot.governors.items)
    contracts = tuple(
        one.model_copy(update={"code": one.code.model_copy(update={"emergency_execution": haste})})
        for one in snapshot.contracts.items
    )
    both = {"governors": dao.whole(*votes), "contracts": dao.whole(*contracts)}
    return snapshot.model_copy(update=both)


def test_what_may_take_less_than_the_usual_time_is_said_beside_it() -> None:
    _, usual, _ = answered(with_early(factory.only_votes(), dao.known(False), dao.unknown(Reason.NOT_VERIFIED)))
    _, early, _ = answered(with_early(factory.only_votes(), dao.known(True), dao.known(False)))
    _, haste, _ = answered(with_early(factory.only_votes(), dao.unknown(Reason.NOT_SUPPORTED), dao.known(True)))
    assert usual.text.startswith("Through the vote: 10 days")
    assert usual.text.endswith(".")
    assert early.text == f"{usual.text} A vote that can no longer be lost takes effect before that time is over."
    assert haste.text == f"{usual.text} The code also has a way to execute a vote sooner, under further conditions."


def test_only_votes_is_not_said_while_while_anything_is_open() -> None:
    partly = factory.only_votes()
    partly = partly.model_copy(update={"controls": dao.partial("a limit was reached", *partly.controls.items)})
    who, _, _ = answered(partly)
    assert "Only" not in who.text
    assert "not decided" in who.text
    assert "a limit was reached" in who.open


def test_an_unknown_weakest_controller_is_said() -> None:
    votes = factory.only_votes()
    unsure = votes.dao.model_copy(update={"effective_controller_kind": dao.unknown(Reason.NODE_ERROR, "time-out")})
    who, _, _ = answered(votes.model_copy(update={"dao": unsure}))
    assert "Only" not in who.text
    assert "time-out" in who.open


def test_nothing_is_known() -> None:
    who, fast, stops = answered(factory.empty_snapshot())
    assert who.text.startswith("Not known")
    assert fast.text.startswith("Not known")
    assert stops.text == "Nothing that was found."
    assert "not complete" in stops.open


def test_anyone_comes_before_a_multisig() -> None:
    safe = (dao.SAFE, "Safe")
    multisig = dao.control(dao.SAFE, ActorKind.MULTISIG, Capability.MOVE_FUNDS, safe, signers_needed=dao.known(3))
    anyone = dao.control(dao.ZERO, ActorKind.ANYONE, Capability.MOVE_FUNDS, safe, signers_needed=dao.known(0))
    who, _, _ = answered(with_controls(multisig, anyone))
    assert who.text.startswith("Anyone can move assets (Safe) without a vote")
    alone, _, _ = answered(with_controls(multisig))
    assert alone.text.startswith("A multisig (")
    assert "3 keys needed)" in alone.text


def minted_by_anyone(guard: Known[str] | Unknown) -> Snapshot:
    votes = factory.only_votes()
    door = dao.control(dao.ZERO, ActorKind.ANYONE, Capability.MINT, (dao.TOKEN, "Shares"), guard=guard)
    controls = votes.controls.model_copy(update={"items": (*votes.controls.items, door)})
    return with_unread(votes.model_copy(update={"controls": controls}), dao.known(0))


def test_votes_that_are_paid_for_are_no_way_around_the_vote() -> None:
    who, fast, stops = answered(minted_by_anyone(dao.known("payment")))
    assert who.text.startswith("Only a passed vote of the members.")
    assert who.text.endswith(" Anyone can obtain voting units, for something given in return (Shares).")
    assert who.open == ""
    assert "Around the vote" not in fast.text
    assert "neither vote nor delay" not in stops.text
    assert who.links[-1].target in {row.anchor for row in rows(minted_by_anyone(dao.known("payment")))}
    asked, _, _ = answered(minted_by_anyone(dao.known("identity")))
    assert "Whoever shows what the code asks for can obtain voting units (Shares)." in asked.text


def test_votes_from_nothing_are_said_to_be_that() -> None:
    who, fast, _ = answered(minted_by_anyone(dao.known("none")))
    assert who.text.endswith(" Anyone can create voting units, and nothing is asked in return (Shares).")
    assert "Around the vote" not in fast.text, "whoever has them still has to win a vote"


def test_what_a_door_asks_for_is_said_to_be_open_where_it_is() -> None:
    who, _, _ = answered(minted_by_anyone(dao.unknown(Reason.NOT_VERIFIED)))
    assert "whether it asks for something in return was not decided" in who.text
    assert "create voting units" not in who.text


def rows(snapshot: Snapshot) -> tuple[ControlRow, ...]:
    return control_rows(look_up(snapshot, factory.assessment(), factory.ENGLISH))


def test_every_link_of_an_answer_has_its_place() -> None:
    lookup = look_up(factory.snapshot(), factory.assessment(), factory.ENGLISH)
    places = {row.anchor for row in control_rows(lookup)} | {"membership", f"governor-{dao.GOVERNOR}"}
    for answer in answers(lookup):
        assert {link.target for link in answer.links} <= places


def test_a_delay_that_is_not_known_is_said() -> None:
    unsure = dao.control(
        dao.DEPLOYER,
        ActorKind.EOA,
        Capability.UPGRADE,
        (dao.VAULT, "Vault"),
        delay_seconds=dao.unknown(Reason.NODE_ERROR),
    )
    _, fast, _ = answered(with_controls(unsure))
    assert "Around the vote" not in fast.text
    assert "delay of at least one way around the vote is not known" in fast.open


def test_only_votes_is_not_said_against_the_weakest_controller() -> None:
    votes = factory.only_votes()
    other = votes.dao.model_copy(update={"effective_controller_kind": factory.known_text("eoa")})
    who, _, _ = answered(votes.model_copy(update={"dao": other}))
    assert "Only" not in who.text
    assert "somebody can act without a vote (one key (EOA))" in who.open


def test_who_admits_the_voters_is_said_beside_the_vote() -> None:
    snapshot = with_unread(factory.only_votes(), dao.known(0))
    for kind, words in (("eoa", "a single key"), ("multisig", "a multisig")):
        membership = snapshot.membership.model_copy(update={"gatekeeper_kind": dao.known(kind)})
        who, _, _ = answered(snapshot.model_copy(update={"membership": membership}))
        assert who.text.endswith(f" Who may vote is decided by {words}.")
    assert "Who may vote" not in answered(snapshot)[0].text
