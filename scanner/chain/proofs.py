"""Merkle proofs of accounts and storage (EIP-1186), checked against a block's state root (Yellow Paper, appendix D)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eth_utils.crypto import keccak

_EMPTY_ROOT = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")


class BadProof(ValueError):
    """A proof that does not prove its value."""


def storage_root(*, state_root: str, address: str, account_proof: Sequence[str]) -> bytes:
    """Return the storage root of the account at `address`, as its proof shows it; an absent account has empty storage.

    Raises BadProof when the proof does not lead from `state_root` to the account, or to its absence.
    """
    found = _proven(_bytes(state_root), _bytes(address), account_proof)
    if not found:
        return _EMPTY_ROOT
    account = _decoded(found)
    # nonce, balance, storage root, code hash
    if not isinstance(account, list) or len(account) != 4 or not isinstance(account[2], bytes) or len(account[2]) != 32:
        raise BadProof("the account in the proof is malformed")
    return account[2]


def check_slot(*, root: bytes, slot: str, value: str, storage_proof: Sequence[str]) -> None:
    """Check that 32-byte `slot` holds 32-byte `value` under a storage root. Raises BadProof."""
    if root == _EMPTY_ROOT:
        proven = b""
    else:
        found = _proven(root, _bytes(slot), storage_proof)
        proven = _decoded(found) if found else b""
    if not isinstance(proven, bytes) or len(proven) > 32:
        raise BadProof("the value in the proof is malformed")
    if int.from_bytes(proven, "big") != int(value, 16):
        raise BadProof("the proof shows another value")


def check_storage(
    *, state_root: str, address: str, slot: str, value: str, proof: tuple[Sequence[str], Sequence[str]]
) -> None:
    """Check one slot with `proof` = (account proof, storage proof). Raises BadProof."""
    root = storage_root(state_root=state_root, address=address, account_proof=proof[0])
    check_slot(root=root, slot=slot, value=value, storage_proof=proof[1])


def _proven(root: bytes, key: bytes, nodes: Sequence[str]) -> bytes:
    """Return what a proof holds under the hash of `key` (the tries are "secure"), empty for a proof of absence."""
    from trie.hexary import HexaryTrie  # 0.15 s to import, and a scan from the cache does not need it

    raw = [_decoded(_bytes(node)) for node in nodes]
    try:
        return bytes(HexaryTrie.get_from_proof(root, keccak(key), raw))  # type: ignore[no-untyped-call]
    except Exception as error:  # the nodes of the proof are hostile, and the trie trusts their shape
        raise BadProof("the proof does not lead from the root to the key") from error


def _decoded(data: bytes) -> Any:
    from rlp import decode

    try:
        return decode(data)
    except Exception as error:  # as above
        raise BadProof("the proof holds malformed nodes") from error


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
