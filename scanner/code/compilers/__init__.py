"""Compilers, one file per way to have one. `compile_standard_json` is all that most callers need."""

from __future__ import annotations

from scanner.code.compilers.interface import CompileFailed, CompilerUnavailable
from scanner.code.compilers.resolve import compile_standard_json

__all__ = ["CompileFailed", "CompilerUnavailable", "compile_standard_json"]
