"""Compilers: one interface, one file per way to have one."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

from scanner.model.errors import DaoscanError

Outputs = Literal["analysis", "full"]
"""`analysis`: no code generation. `full`: creation and runtime bytecode with their references as well."""


class CompilerUnavailable(DaoscanError):
    """No compiler of exactly the version that was asked for can be had here."""


class CompileFailed(DaoscanError):
    """The compiler refused the input; `what` holds its first errors."""


class CompileLimit(DaoscanError):
    """The compiler was ended because it went past the limit of time or of resident memory."""


@dataclass(frozen=True)
class Limits:
    """What one compiler run may use; resident, because solc-js reserves more address space than a machine has.

    A run ends early when `stopped` is set.
    """

    seconds: float = 300.0
    resident_bytes: int = 4 * 1024**3
    stopped: threading.Event | None = None


class Compiler(ABC):
    """One solc of one exact version, ready to run on this machine."""

    version: str

    @abstractmethod
    def run(self, standard_json: str, limits: Limits) -> bytes:
        """Return the compiler's standard JSON output as it came, errors inside it included.

        Raises CompilerUnavailable when the binary does not run or is of another version than it should be, CompileLimit
        when it went past a limit, CompileFailed when it gave no answer.
        """
