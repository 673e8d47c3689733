"""A cache in front of a node and a source server, in a process of its own: what was asked before, no node is asked.

`python -m tools.bench.answers --node URL --answers FILE --sources FILE` prints its address and serves until its
standard input ends. The file of answers belongs to one head of the chain: what is asked of the latest block is kept
like everything else.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import http.client
import json
import re
import sqlite3
import sys
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from eth_utils.address import to_checksum_address

from tools.bench.field_kept import ADDRESS, CODE

_CONTRACT = re.compile(r"/v2/contract/[0-9]+/(0x[0-9a-fA-F]{40})\?")
_MOST = 500  # variables of one statement
_SECONDS = 600.0


class Answers:
    """Answers of a node, by method and parameters."""

    def __init__(self, node: str, path: Path) -> None:
        self._node = urlsplit(node)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("pragma journal_mode=wal")
        self._database.execute("pragma synchronous=off")
        self._database.execute("create table if not exists answers (id integer primary key, answer text not null)")
        self.asked = 0
        """How many questions the node had to answer."""

    async def answer(self, body: bytes) -> bytes:
        """Return the answer to one question or a batch of them."""
        asked = json.loads(body)
        questions = asked if isinstance(asked, list) else [asked]
        keys = [_key(one) for one in questions]
        known = self._known(keys)
        missing = {key: one for key, one in zip(keys, questions, strict=True) if key not in known}
        if missing:
            self.asked += len(missing)
            answers = await asyncio.to_thread(self._ask, missing)
            known |= answers
            rows = list(answers.items())
            self._database.executemany("insert or replace into answers values (?, ?)", rows)
        parts = [
            f'{{"jsonrpc":"2.0","id":{json.dumps(one["id"])},{known[key]}}}'
            for key, one in zip(keys, questions, strict=True)
        ]
        return (f"[{','.join(parts)}]" if isinstance(asked, list) else parts[0]).encode()

    def _known(self, keys: list[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        for first in range(0, len(keys), _MOST):
            part = keys[first : first + _MOST]
            places = ",".join("?" * len(part))
            found.update(self._database.execute(f"select id, answer from answers where id in ({places})", part))
        return found

    def _ask(self, missing: dict[int, dict[str, Any]]) -> dict[int, str]:
        keys = list(missing)
        batch = [{**missing[key], "id": place} for place, key in enumerate(keys)]
        connection = http.client.HTTPConnection(self._node.hostname or "", self._node.port, timeout=_SECONDS)
        try:
            connection.request("POST", "/", json.dumps(batch), {"content-type": "application/json"})
            answers = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return {keys[one["id"]]: _said(one) for one in answers}


def _key(question: dict[str, Any]) -> int:
    text = json.dumps([question["method"], question.get("params", [])], separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)


def _said(answer: dict[str, Any]) -> str:
    kind = "error" if "error" in answer else "result"
    return f'"{kind}":{json.dumps(answer[kind], separators=(",", ":"))}'


class Sources:
    """What a source server says of the contracts of a field."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self._pieces = {
            number: re.split(f'"(?:{ADDRESS}|{CODE})"'.encode(), zlib.decompress(body))
            for number, body in self._database.execute("select id, body from answers")
        }

    def answer(self, target: str) -> tuple[int, bytes]:
        """Return status and body for a path."""
        found = _CONTRACT.match(target)
        address = found[1].lower() if found else ""
        row = self._database.execute("select answer, code from contracts where address = ?", (address,)).fetchone()
        if row is None:
            nothing = dict.fromkeys(("match", "creationMatch", "runtimeMatch"))
            shown = to_checksum_address(address) if address else ""
            return 404, json.dumps({**nothing, "chainId": target.split("/")[3], "address": shown}).encode()
        head, middle, tail = self._pieces[row[0]]
        code = zlib.decompress(row[1])
        return 200, b'%s"%s"%s"%s"%s' % (head, to_checksum_address(address).encode(), middle, code, tail)


class _Connection(asyncio.Protocol):
    """HTTP/1.1, as much of it as the scanner speaks: a kept connection, bodies with a length."""

    def __init__(self, answers: Answers, sources: Sources) -> None:
        self._answers, self._sources = answers, sources
        self._buffer = b""
        self._transport: Any = None
        self._queue: asyncio.Task[None] | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        length = re.search(rb"\r\ncontent-length: *([0-9]+)", head, re.IGNORECASE)
        wanted = int(length[1]) if length else 0
        if len(rest) < wanted:
            return
        self._buffer = rest[wanted:]
        line = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
        self._queue = asyncio.get_running_loop().create_task(self._serve(line, rest[:wanted]))

    async def _serve(self, line: list[str], body: bytes) -> None:
        if line[0] == "POST":
            status, answer = 200, await self._answers.answer(body)
        else:
            status, answer = self._sources.answer(line[1])
        head = f"HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {len(answer)}\r\n\r\n"
        self._transport.write(head.encode() + answer)


async def _run(node: str, answers: Path, sources: Path) -> None:
    kept, said = Answers(node, answers), Sources(sources)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(kept, said), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()
    print(kept.asked, flush=True)


def main() -> None:
    """Serve until standard input ends; then print how many questions the node had to answer."""
    parser = argparse.ArgumentParser(prog="tools.bench.answers", description=__doc__)
    parser.add_argument("--node", required=True)
    parser.add_argument("--answers", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True)
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(options.node, options.answers, options.sources))


if __name__ == "__main__":
    main()
