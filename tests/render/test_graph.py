"""The picture holds every strong line of control, goes through governor and timelock, and covers no box."""

from __future__ import annotations

import re

from scanner.model.kinds import ActorKind, Capability
from scanner.render.graph import BOX, COLUMNS, LIMIT, Box, Graph, graph
from scanner.render.lookup import look_up
from tests.render import factory
from tests.render import factory_dao as dao


def drawn() -> Graph:
    made = graph(look_up(factory.snapshot(), factory.assessment(), factory.ENGLISH))
    assert made is not None
    return made


def test_boxes_and_lines() -> None:
    made = drawn()
    tones = [box.tone for box in made.boxes]
    assert tones.count("vote") == tones.count("governor") == tones.count("timelock") == 1
    assert tones.count("key") == 2
    assert tones.count("multisig") == tones.count("unresolved") == 1
    assert [line.tone for line in made.lines].count("around") == 3
    assert [line.tone for line in made.lines].count("open") == 1
    labels = [line.label for line in made.lines]
    assert "move assets, replace the code: no delay" in labels
    assert "move assets: delay not known" in labels


def test_the_words_say_every_line_around_the_vote() -> None:
    for words in ("create voting units on MeridianToken, delay: none", "replace the code on Vault", "A vote reaches"):
        assert words in drawn().words


def test_no_box_covers_another_and_no_lane_crosses_one() -> None:
    made = drawn()
    for box in made.boxes:
        for other in made.boxes:
            assert box is other or box.x != other.x or box.y + box.height < other.y or other.y + other.height < box.y
        assert box.x + box.width <= made.width
        assert box.y + box.height <= made.height
    for line in made.lines:
        start = re.match(r"M(\d+) (\d+)H(\d+)", line.path)
        assert start is not None
        left, y, right = (int(part) for part in start.groups())
        assert not [box for box in made.boxes if _crossed(box, left, y, right)]


def _crossed(box: Box, left: int, y: int, right: int) -> bool:
    return left < box.x and right > box.x + box.width and box.y <= y <= box.y + box.height


def test_a_line_that_only_a_vote_can_go() -> None:
    made = graph(look_up(factory.only_votes(), factory.assessment(), factory.ENGLISH))
    assert made is not None
    assert {line.tone for line in made.lines} == {"vote"}
    through = [line for line in made.lines if line.path.startswith(f"M{COLUMNS[2] + BOX} ")]
    assert len(through) == 1


def test_no_controls_no_picture() -> None:
    assert graph(look_up(factory.empty_snapshot(), factory.empty_assessment(), factory.ENGLISH)) is None


def test_many_actors_are_counted_not_drawn() -> None:
    many = tuple(
        dao.control(dao.address(100 + number), ActorKind.EOA, Capability.MOVE_FUNDS, (dao.VAULT, "Vault"))
        for number in range(40)
    )
    made = graph(
        look_up(
            factory.snapshot().model_copy(update={"controls": dao.whole(*many)}), factory.assessment(), factory.ENGLISH
        )
    )
    assert made is not None
    assert sum(box.tone == "key" for box in made.boxes) == LIMIT
    assert made.left_out.startswith(f"{40 - LIMIT} more boxes")


def test_what_a_timelock_holds_is_a_box_of_its_own() -> None:
    held = dao.control(
        dao.GOVERNOR,
        ActorKind.TOKEN_VOTE,
        Capability.MOVE_FUNDS,
        (dao.TIMELOCK, "TimelockController"),
        bypasses_vote=dao.known(False),
    )
    made = graph(
        look_up(
            factory.snapshot().model_copy(update={"controls": dao.whole(held)}), factory.assessment(), factory.ENGLISH
        )
    )
    assert made is not None
    assert [box.subtitle for box in made.boxes if box.tone == "asset"] == ["what it holds"]
    assert made.lines[-1].path.startswith(f"M{COLUMNS[2] + BOX} ")


def test_a_key_over_the_timelock_ends_at_the_timelock() -> None:
    admin = dao.control(dao.DEPLOYER, ActorKind.EOA, Capability.ADMIN, (dao.TIMELOCK, "TimelockController"))
    made = graph(
        look_up(
            factory.snapshot().model_copy(update={"controls": dao.whole(admin)}), factory.assessment(), factory.ENGLISH
        )
    )
    assert made is not None
    timelock = next(box for box in made.boxes if box.tone == "timelock")
    assert made.lines[-1].path.endswith(f"{timelock.x} {timelock.y + timelock.height // 2}")
    assert not [box for box in made.boxes if box.tone == "asset"]
