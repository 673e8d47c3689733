"""`make fieldtest RPC_URL=…`: scans DAOs that really exist and compares with what a public dashboard states of them.

The file beside this program names them, with its source. Those on another chain than the node's are told and left out.
What differs is no fault by itself: parameters change, and dashboards are typed by hand.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scanner.chain.node import connect
from scanner.chain.rpc import Request
from scanner.chain.wire import quantity
from scanner.model.errors import DaoscanError

DAOS = Path(__file__).with_name("field_daos.json")
_SECONDS = 1_800
_IN_TOKENS = {"proposal_threshold_tokens": "proposal_threshold_votes", "quorum_tokens": "quorum_votes"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Scan and compare; returns 0 when all that could be compared agrees, 1 for differences, 2 for a useless node."""
    options = _options().parse_args(arguments)
    daos = json.loads(options.daos.read_text("utf-8"))["daos"]
    if not options.rpc_url:
        print(f"not run here: {len(daos)} DAOs, and no node (make fieldtest RPC_URL=…)")
        return 0
    try:
        chain_id = _chain_of(options.rpc_url)
    except DaoscanError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    problems = 0
    for dao in daos:
        if dao["chain_id"] != chain_id:
            print(f"{dao['name']:14} not run here: it is on chain {dao['chain_id']}, the node on {chain_id}")
            continue
        found = _differences(dao, options)
        problems += len(found)
        print(f"{dao['name']:14} {'as stated' if not found else f'{len(found)} differences'}", flush=True)
        for line in found:
            print(f"    {line}")
    return int(problems > 0)


def _chain_of(rpc_url: str) -> int:
    rpc = connect(rpc_url)
    (answer,) = rpc.ask([Request("eth_chainId")])
    rpc.transport.close()
    return quantity(getattr(answer, "value", None))


def _differences(dao: Mapping[str, Any], options: argparse.Namespace) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="daoscan-field-") as name:
        out = options.out / dao["name"].lower().replace(" ", "-") if options.out else Path(name)
        command = [sys.executable, "-m", "scanner.cli.main", "scan", dao["governor"], "--rpc-url", options.rpc_url]
        done = subprocess.run(
            [*command, "--out", str(out), "--name", dao["name"], "--quiet", *options.more],
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        place = out / "snapshot.json"
        if not place.is_file():
            return [f"the scan ended with {done.returncode}: {done.stderr.strip()[-300:]}"]
        return list(compare(dao, json.loads(place.read_text("utf-8"))))


def compare(dao: Mapping[str, Any], snapshot: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a snapshot says otherwise than is stated, in words."""
    governor = next((one for one in snapshot["governors"]["items"] if one["address"] == dao["governor"].lower()), None)
    if governor is None:
        yield f"{dao['governor']} was not taken for a governor"
        return
    for part, fact in (("token", "token"), ("timelock", "executor")):
        if dao.get(part):
            yield from _differs(part, dao[part].lower(), governor[fact])
    tokens = {one["address"]: one for one in snapshot["tokens"]["items"]}
    decimals: Mapping[str, Any] = tokens.get(dao["token"].lower(), {}).get("decimals", {})
    unit = 10 ** int(decimals.get("value", 18))
    for name, stated in dao["stated"].items():
        fact = governor[_IN_TOKENS.get(name, name)]
        yield from _differs(name, stated * unit if name in _IN_TOKENS else stated, fact)


def _differs(name: str, stated: Any, fact: Mapping[str, Any]) -> Iterator[str]:
    if fact["status"] != "known":
        yield f"{name}: stated {stated}, read: unknown ({fact['reason']}: {fact['detail']})"
        return
    value, off = (stated[0], stated[1]) if isinstance(stated, list) else (stated, 0)
    same = fact["value"] == value if isinstance(value, str) else abs(fact["value"] - value) <= off
    if not same:
        yield f"{name}: stated {value}{f' ± {off}' if off else ''}, read {fact['value']}"


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools.fieldtest", description=__doc__)
    parser.add_argument("--rpc-url", default=os.environ.get("RPC_URL", ""), help="a node with logs and old state")
    parser.add_argument("--daos", type=Path, default=DAOS, help="another list of the same form")
    parser.add_argument("--out", type=Path, help="keep the reports in this folder")
    parser.add_argument("more", nargs="*", help="further options of daoscan scan, after --")
    return parser


if __name__ == "__main__":
    sys.exit(main())
