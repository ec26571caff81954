"""Where `quayside`, `quayside-gui` and `python -m explorer` begin."""

from __future__ import annotations

import sys


def main() -> None:
    """The command; without a verb, the window."""
    from explorer.cli.main import main as run

    sys.exit(run())


def main_gui() -> None:
    """The window, without a console."""
    from explorer.cli.main import open_window

    sys.exit(open_window(sys.argv[1:]))


if __name__ == "__main__":
    main()
