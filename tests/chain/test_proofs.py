"""Merkle proofs that are not what a node should give. Good ones come from a real node in test_read and test_faults."""

from __future__ import annotations

import pytest
import rlp
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from trie.hexary import HexaryTrie

from scanner.chain.proofs import BadProof, check_slot, check_storage, storage_root

ADDRESS = "0x" + "11" * 20
EMPTY = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


def word(value: int) -> str:
    return hexed(value.to_bytes(32, "big"))


def trie_of(values: dict[bytes, bytes]) -> HexaryTrie:
    made = HexaryTrie({})
    for key, value in values.items():
        made[keccak(key)] = value
    return made


def proof_of(trie: HexaryTrie, key: bytes) -> list[str]:
    return [hexed(rlp.encode(node)) for node in trie.get_proof(keccak(key))]  # type: ignore[no-untyped-call]


STORAGE = trie_of({number.to_bytes(32, "big"): rlp.encode(number + 1) for number in range(40)})
ACCOUNT = rlp.encode([b"\x01", b"\x02", STORAGE.root_hash, keccak(b"")])
STATE = trie_of({bytes.fromhex(ADDRESS[2:]): ACCOUNT, **{bytes([number]) * 20: b"x" for number in range(100, 130)}})


def test_a_good_proof() -> None:
    check_storage(
        state_root=hexed(STATE.root_hash),
        address=ADDRESS,
        slot=word(7),
        value=word(8),
        proof=(proof_of(STATE, b"\x11" * 20), proof_of(STORAGE, (7).to_bytes(32, "big"))),
    )


def test_absence_is_proven_too() -> None:
    absent = b"\x99" * 20
    root = storage_root(state_root=hexed(STATE.root_hash), address=hexed(absent), account_proof=proof_of(STATE, absent))
    assert hexed(root) == EMPTY
    check_slot(root=root, slot=word(3), value=word(0), storage_proof=[])
    with pytest.raises(BadProof, match="another value"):
        check_slot(root=root, slot=word(3), value=word(1), storage_proof=[])
    nothing = (99).to_bytes(32, "big")
    check_slot(root=STORAGE.root_hash, slot=word(99), value=word(0), storage_proof=proof_of(STORAGE, nothing))


def test_another_value_slot_or_root() -> None:
    proof = proof_of(STORAGE, (7).to_bytes(32, "big"))
    check_slot(root=STORAGE.root_hash, slot=word(7), value=word(8), storage_proof=proof)
    for root, slot, value in (
        (STORAGE.root_hash, word(7), word(9)),
        (STORAGE.root_hash, word(8), word(9)),
        (STATE.root_hash, word(7), word(8)),
    ):
        with pytest.raises(BadProof):
            check_slot(root=root, slot=slot, value=value, storage_proof=proof)


@pytest.mark.parametrize("account", [b"", b"\x00", rlp.encode([b"a"]), rlp.encode([[], [], [], []]), b"\xff" * 40])
def test_an_account_that_is_malformed(account: bytes) -> None:
    """It cannot happen on a chain, but a node can make up a state root."""
    state = trie_of({b"\x11" * 20: account} if account else {b"\x22" * 20: b"x"})
    proof = proof_of(state, b"\x11" * 20)
    if not account:
        assert hexed(storage_root(state_root=hexed(state.root_hash), address=ADDRESS, account_proof=proof)) == EMPTY
        return
    with pytest.raises(BadProof):
        storage_root(state_root=hexed(state.root_hash), address=ADDRESS, account_proof=proof)


@pytest.mark.parametrize("stored", [rlp.encode([b"a"]), rlp.encode(b"x" * 33), b"\xb8"])
def test_a_slot_that_is_malformed(stored: bytes) -> None:
    storage = trie_of({(7).to_bytes(32, "big"): stored})
    with pytest.raises(BadProof):
        check_slot(
            root=storage.root_hash,
            slot=word(7),
            value=word(0),
            storage_proof=proof_of(storage, (7).to_bytes(32, "big")),
        )


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=6))
def test_any_nodes_raise_bad_proof(nodes: list[bytes]) -> None:
    with pytest.raises(BadProof):
        storage_root(state_root=hexed(STATE.root_hash), address=ADDRESS, account_proof=[hexed(node) for node in nodes])


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_proof_with_one_byte_changed_does_not_prove_another_value(data: st.DataObject) -> None:
    nodes = [bytearray.fromhex(node[2:]) for node in proof_of(STORAGE, (7).to_bytes(32, "big"))]
    node = nodes[data.draw(st.integers(0, len(nodes) - 1))]
    node[data.draw(st.integers(0, len(node) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BadProof):
        check_slot(
            root=STORAGE.root_hash, slot=word(7), value=word(9), storage_proof=[hexed(bytes(item)) for item in nodes]
        )
