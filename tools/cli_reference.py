"""The command reference, written from the command line itself: `python -m tools.cli_reference docs/cli.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

import typer

from scanner.cli.main import app

_HEAD = """# Commands

Every command with its arguments and options, written from the program by `python -m tools.cli_reference docs/cli.md`.
An option can also be given by the environment variable beside it; the option wins. Where an option may be repeated,
its variable holds several paths with `:` between them, or several addresses with blanks; a switch is `true` or
`false`. Errors go to stderr as `error:`, `where:` and `hint:`; the [README](../README.md) lists the exit codes."""


def commands() -> dict[str, Any]:
    """Return every command by its full name, sorted."""
    return dict(sorted(_found(typer.main.get_command(app), "daoscan")))


def reference() -> str:
    """Return the reference as Markdown, ending in a newline."""
    parts = [_HEAD]
    for name, command in commands().items():
        parts.extend(_section(name, command))
    return "\n\n".join(parts) + "\n"


def _found(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
        return
    for word, one in below.items():
        yield from _found(one, f"{name} {word}")


def _section(name: str, command: Any) -> Iterator[str]:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = sorted((one for one in command.params if one.param_type_name == "option"), key=lambda one: one.opts[0])
    yield f"## `{name}`"
    yield " ".join(command.help.split())
    words = [f"[{one.name.upper()}]" if not one.required else one.name.upper() for one in arguments]
    words = [f"{word}…" if one.nargs == -1 else word for word, one in zip(words, arguments, strict=True)]
    needed = [f"{one.opts[0]} {one.name.upper()}" for one in options if one.required]
    more = ["[OPTIONS]"] if options else []
    yield "    " + " ".join([name, *words, *needed, *more])
    if arguments:
        yield "\n".join(f"- `{one.name.upper()}`: {_cell(one.help)}" for one in arguments)
    if options:
        rows = ["| option | meaning | default | environment |", "| --- | --- | --- | --- |"]
        yield "\n".join(rows + [_row(one) for one in options])


def _row(option: Any) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    variable = f"`{option.envvar}`" if option.envvar else ""
    return f"| {names} | {_cell(option.help)}{_choices(option)} | {_default(option)} | {variable} |"


def _default(option: Any) -> str:
    value = option.default
    if option.required:
        return "required"
    if isinstance(value, Enum):
        value = value.value
    if value is None or value == "" or value == () or isinstance(value, bool) or option.count:
        return f"`{option.opts[0]}`" if value is True else ""
    return f"`{value}`"


def _choices(option: Any) -> str:
    kind = option.type_descriptor.annotation
    if not (isinstance(kind, type) and issubclass(kind, Enum)):
        return ""
    return ": " + ", ".join(f"`{one.value}`" for one in kind)


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def main(arguments: Sequence[str]) -> int:
    """Write the reference to the file that is named, or print it."""
    if arguments:
        Path(arguments[0]).write_text(reference(), encoding="utf-8", newline="\n")
    else:
        sys.stdout.write(reference())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
