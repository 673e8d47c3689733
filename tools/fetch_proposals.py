"""`python -m tools.fetch_proposals RPC GOVERNOR… --out FILE`: every ProposalCreated event of governors, as one file.

For the benchmark (`DAOSCAN_PROPOSALS=FILE make bench`) and for tests of your own. The file holds chain data and is not
part of this project.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scanner.chain.abi import DecodeError, decode
from scanner.chain.interface import Chain, LogRead
from scanner.chain.node import ChainOptions, open_chain
from scanner.discovery.battery import PROPOSAL_CREATED
from scanner.discovery.families.told import PROPOSAL_TYPES
from scanner.model.errors import DaoscanError
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Unknown

ABOUT = "ProposalCreated events as a node returned them; chain data, for development and tests"


def fetch(chain: Chain, governors: Sequence[str], *, from_block: int = 0) -> dict[str, Any]:
    """Return the events of each governor under its address. ValueError where the node did not give its logs."""
    document: dict[str, Any] = {"about": ABOUT, "chain_id": chain.chain_id}
    reads = [LogRead(governor.lower(), ((PROPOSAL_CREATED,),), from_block) for governor in governors]
    for read, answer in zip(reads, chain.read(reads), strict=True):
        if isinstance(answer, Unknown):
            raise ValueError(f"the logs of {read.address} could not be read: {answer.reason.value} {answer.detail}")
        document[read.address] = [row for log in answer.value for row in _rows(log)]
    return document


def _rows(log: LogEvidence) -> list[dict[str, Any]]:
    """Return the event as one row; none for a log that does not decode, of which nothing could be replayed."""
    try:
        number, proposer, targets, values, signatures, calldatas, start, end, text = decode(PROPOSAL_TYPES, log.data)
    except DecodeError as error:
        print(f"log {log.log_index} of {log.transaction_hash} was left out: {error}", file=sys.stderr)
        return []
    return [
        {
            "proposalId": str(number),
            "proposer": proposer,
            "targets": list(targets),
            "values": [str(value) for value in values],
            "signatures": list(signatures),
            "calldatas": list(calldatas),
            "startBlock": start,
            "endBlock": end,
            "description": text,
            "blockNumber": log.block_number,
            "transactionHash": log.transaction_hash,
        }
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch and write; returns 2 where the node could not be read."""
    parser = argparse.ArgumentParser(prog="tools.fetch_proposals", description=__doc__)
    parser.add_argument("rpc", help="JSON-RPC address of a node; it appears in no output")
    parser.add_argument("governors", nargs="+", metavar="GOVERNOR", help="addresses of governors on that chain")
    parser.add_argument("--out", type=Path, default=Path("proposals.json"), help="the file to write")
    parser.add_argument("--from-block", type=int, default=0, help="the first block to look at")
    options = parser.parse_args(arguments)
    try:
        chain = open_chain(options.rpc, ChainOptions())
        try:
            document = fetch(chain, options.governors, from_block=options.from_block)
        finally:
            chain.close()
    except (DaoscanError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    options.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8", newline="\n")
    count = sum(len(rows) for rows in document.values() if isinstance(rows, list))
    print(f"{count} proposals of {len(options.governors)} governors in {options.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
