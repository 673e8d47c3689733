"""Where the program begins: loading it takes a moment, in which Ctrl-C must work, too."""

from __future__ import annotations

import sys


def main() -> None:
    """Load the command line and run it."""
    try:
        from scanner.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted; nothing was written\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
