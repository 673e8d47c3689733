"""The one root of the errors a user can meet."""

from __future__ import annotations


class DaoscanError(Exception):
    """What failed, where, and what to do next. `exit_code` follows the documented list."""

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint


class UsageError(DaoscanError):
    """A wrong option, address, file or configuration."""


class RuleError(DaoscanError):
    """A rule file that cannot be loaded; `where` is file:line:column."""


class NodeError(DaoscanError):
    """A node that is down, refuses, or answers what it should not."""

    exit_code = 3


class OutputError(DaoscanError):
    """Results that could not be written."""

    exit_code = 4
