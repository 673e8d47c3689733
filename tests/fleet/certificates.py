"""A key with a certificate that is its own authority, for TLS on loopback."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from Crypto.Hash import SHA256
from Crypto.IO import PEM
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15
from Crypto.Util.asn1 import DerBitString, DerBoolean, DerInteger, DerNull, DerObjectId, DerOctetString
from Crypto.Util.asn1 import DerSequence as Sequence
from Crypto.Util.asn1 import DerSetOf as Set

_SHA256_WITH_RSA = "1.2.840.113549.1.1.11"
_COMMON_NAME, _BASIC, _USAGE, _KEY_ID = "2.5.4.3", "2.5.29.19", "2.5.29.15", "2.5.29.14"


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Write `cert.pem` and `key.pem` (RFC 5280, version 3) and return their paths."""
    key = RSA.generate(2048)
    public = key.public_key().export_key("DER")
    algorithm = Sequence([DerObjectId(_SHA256_WITH_RSA).encode(), DerNull().encode()])
    name = Sequence([Set([Sequence([DerObjectId(_COMMON_NAME).encode(), _tagged(0x0C, b"daoscan test")])]).encode()])
    extensions = Sequence(
        [
            _extension(_BASIC, Sequence([DerBoolean(True).encode()]).encode(), critical=True),
            _extension(_USAGE, DerBitString(b"\x84").encode(), critical=True),  # signs data, and certificates
            _extension(_KEY_ID, DerOctetString(hashlib.sha1(public).digest()).encode()),
        ]
    )
    body = Sequence(
        [
            _tagged(0xA0, DerInteger(2).encode()),
            DerInteger(1),
            algorithm,
            name,
            Sequence([_tagged(0x17, b"260101000000Z"), _tagged(0x17, b"490101000000Z")]),
            name,
            public,
            _tagged(0xA3, extensions.encode()),
        ]
    ).encode()
    signed = pkcs1_15.new(key).sign(SHA256.new(body))
    whole = Sequence([body, algorithm, DerBitString(signed)]).encode()
    certificate, secret = folder / "cert.pem", folder / "key.pem"
    certificate.write_text(PEM.encode(whole, "CERTIFICATE") + "\n")
    secret.write_bytes(key.export_key() + b"\n")
    return certificate, secret


def _extension(number: str, value: bytes, *, critical: bool = False) -> bytes:
    parts: list[Any] = [DerObjectId(number).encode()]
    parts += [DerBoolean(True).encode()] if critical else []
    encoded: bytes = Sequence([*parts, DerOctetString(value).encode()]).encode()
    return encoded


def _tagged(tag: int, payload: bytes) -> bytes:
    size = len(payload)
    return bytes([tag]) + (bytes([size]) if size < 0x80 else bytes([0x82]) + size.to_bytes(2, "big")) + payload
