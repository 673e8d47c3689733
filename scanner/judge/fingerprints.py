"""What a finding is recognised by over time."""

from __future__ import annotations

import hashlib


def fingerprint(rule_id: str, subject_id: str) -> str:
    """Return the SHA-256 over rule and subject: it stays when words, severity or lines change."""
    return hashlib.sha256(f"{rule_id}\n{subject_id}".encode()).hexdigest()
