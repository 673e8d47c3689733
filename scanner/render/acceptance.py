"""What stands beside a finding that somebody accepts."""

from __future__ import annotations

from scanner.model.kit import Acceptance


def acceptance_sentence(acceptance: Acceptance | None) -> str:
    """Return what stands beside a finding that somebody accepts, or accepted once; empty for any other."""
    if acceptance is None:
        return ""
    by = f" by {acceptance.by}" if acceptance.by else ""
    if acceptance.expired:
        return f"Accepted{by} until {acceptance.expires}; that has expired, so it counts again. {acceptance.reason}"
    return f"Accepted{by} until {acceptance.expires}; it does not count for the exit code. {acceptance.reason}"
