from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from fixtures.sourcify_server import SourcifyServer
from tests.sources.support import ADDRESS, CHAIN, add_club
from tools.bench import __main__ as bench
from tools.bench.delay import DelayingProxy
from tools.bench.figure import Figure, to_json


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        (Figure("scan.round_trips", 15, 15), "scan.round_trips 15 15 holds"),
        (Figure("scan.round_trips", 16, 15), "scan.round_trips 16 15 short"),
        (Figure("code.cold_ratio", 0.41234567, 0.5), "code.cold_ratio 0.4123 0.5 holds"),
        (Figure("code.ratio", 3.0, None), "code.ratio 3 - holds"),
        (Figure("code.ratio", math.nan, 1), "code.ratio nan 1 short"),
        (Figure("peak_bytes", 123456789.0, 2**30), "peak_bytes 123456789 1073741824 holds"),
    ],
)
def test_lines(figure: Figure, line: str) -> None:
    assert figure.line() == line


def test_names_have_no_spaces() -> None:
    with pytest.raises(ValueError, match="no name"):
        Figure("two words", 1, 1)


def test_json() -> None:
    assert json.loads(to_json([Figure("a", 1, None), Figure("b", 0.5, 0.25)])) == [
        {"name": "a", "value": 1, "limit": None, "holds": True},
        {"name": "b", "value": 0.5, "limit": 0.25, "holds": False},
    ]


@pytest.mark.parametrize(("value", "code"), [(1, 0), (3, 1)])
def test_a_figure_that_falls_short_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], value: int, code: int
) -> None:
    module = ModuleType("tools.bench.made_up")
    module.figures = lambda: [Figure("made.up", value, 2)]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tools.bench.made_up", module)
    monkeypatch.setattr(bench, "MODULES", ("made_up",))
    assert bench.main(["--out", str(tmp_path / "out")]) == code
    assert capsys.readouterr().out == f"made.up {value} 2 {'short' if code else 'holds'}\n"
    assert json.loads((tmp_path / "out" / "bench.json").read_text())[0]["holds"] is not bool(code)


def test_the_proxy_delays_each_round_trip_and_passes_everything_on() -> None:
    with SourcifyServer() as server, DelayingProxy(server.url, seconds=0.1) as proxy:
        add_club(server)
        path = f"/v2/contract/{CHAIN}/{ADDRESS}?fields=all"
        with httpx.Client() as client:
            started = time.monotonic()
            through = [client.get(proxy.url + path) for _ in range(3)]
            took = time.monotonic() - started
            direct = client.get(server.url + path)
        assert {answer.content for answer in through} == {direct.content}
        assert proxy.requests == 3
        assert 0.3 <= took < 1.5
        refused = httpx.post(proxy.url, content=b'{"id": 1}')
        assert refused.status_code == 501, "the target's own refusal of POST"


def test_the_proxy_says_when_its_target_is_away() -> None:
    with SourcifyServer() as server:
        url = server.url
    with DelayingProxy(url, seconds=0.0) as proxy:
        assert httpx.get(proxy.url).status_code == 502
