"""Guards on callers: what a function asks about who calls it, and who gets past it at the pinned block."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from scanner.model.values import HexBytes, Int, Model


def _empty(value: Any) -> bool:
    return not value


class CallerCheck(Model):
    """One comparison with the caller in the code.

    Checks with the same `clause` are alternatives, of which one has to hold; every clause has to hold. `form` is

    - `is`: the caller is the address in `reads`, which `getter` answers (asked of `target`, where that is not empty);
    - `in`: what `reads` holds for the caller is set, which `getter` answers when it is given `arguments`;
    - `asked`: another contract, `target`, answers `getter` with `arguments`;
    - `open`: as `in`, but for the zero address: anybody passes where that holds;
    - `self`: the caller is the contract itself; `fixed`: it is `reads`, written in the code;
    - `state`: not about the caller: while `reads` is `arguments` (truthy or falsy, where that could be told), everybody
      passes;
    - `held`: the caller holds enough units or votes, or an identity; `argument`: the caller is whom the state names for
      an argument;
    - `signed`: a signature or a proof is checked instead of the caller; `other`: something that was not understood.
    """

    clause: Int
    form: str = Field(description="is, in, asked, open, self, fixed, state, held, argument, signed or other")
    reads: str = Field(description="state variable, function or address that the caller is held against")
    getter: str = Field(default="", description="view that answers the same, canonical", exclude_if=_empty)
    target: str = Field(default="", description="view that names the contract asked; empty: itself", exclude_if=_empty)
    arguments: tuple[str, ...] = Field(
        default=(), description="caller, this, selector, zero, a hex word, or a view that answers", exclude_if=_empty
    )
    equals: str = Field(default="", description="hex word that the answer has to be, not just set", exclude_if=_empty)
    inexact: bool = Field(default=False, description="more is asked than that it is set", exclude_if=_empty)
    varies: str = Field(default="", description="argument of the function on which it depends", exclude_if=_empty)


class OutsideFunction(Model):
    """A function as the runtime code alone shows it."""

    selector: HexBytes
    arguments: str = Field(description="types as told from how the code reads its input, separated by commas")
    mutability: str = Field(description="view, pure, payable, nonpayable or empty")
