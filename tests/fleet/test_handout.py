"""What is handed out to workers comes back once, in handfuls that fit what the items take."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest
from distributed import Client, LocalCluster

from scanner.fleet.handout import MOST, Handout


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0", silence_logs=50
        ) as cluster,
        Client(cluster, set_as_default=False) as found,
    ):
        yield found


def doubled(items: Sequence[int], seconds: float = 0.0) -> list[int]:
    time.sleep(seconds * len(items))
    return [2 * one for one in items]


def failing(items: Sequence[int]) -> list[int]:
    if 7 in items:
        raise ValueError("seven")
    return list(items)


def test_each_item_once_and_more_of_them_at_a_time_when_they_take_little(client: Client) -> None:
    ended = list(Handout[int](client, doubled).run(range(300)))
    assert sorted(answer for one in ended for answer in one.answer) == [2 * one for one in range(300)]
    assert all(one.answer == [2 * each for each in one.items] for one in ended)
    sizes = [len(one.items) for one in ended]
    assert sizes[0] == 1
    assert max(sizes) == MOST
    assert sizes[-1] < 4  # so that all workers end together


def test_what_takes_long_goes_out_one_by_one(client: Client) -> None:
    ended = list(Handout[int](client, doubled, 0.6).run(range(6)))
    assert [len(one.items) for one in ended] == [1] * 6


def test_an_error_is_told_with_its_items_and_they_can_go_out_again(client: Client) -> None:
    out = Handout[int](client, failing)
    seen: list[int] = []
    tries = 0
    for ended in out.run(range(40)):
        if ended.error is None:
            seen += ended.answer
            continue
        assert 7 in ended.items
        tries += 1
        if len(ended.items) > 1 or tries < 3:
            out.again(ended.items)
    assert sorted(seen) == [one for one in range(40) if one != 7]
    assert tries >= 3
