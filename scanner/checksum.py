"""The checksum of an address in mixed case (EIP-55)."""

from __future__ import annotations

from eth_utils.address import is_checksum_formatted_address, to_checksum_address


def wrong_checksum(address: str) -> bool:
    """Return whether `address` (0x and 40 hex digits) is written in mixed case, and not in that of its checksum."""
    return is_checksum_formatted_address(address) and to_checksum_address(address) != address
