"""Where `quayside`, `quayside-gui` and `python -m explorer` begin: the one place that
knows both faces."""

from __future__ import annotations

import sys


def main() -> None:
    """The command; without a verb, the window."""
    from explorer.cli.main import is_command
    from explorer.cli.main import main as run

    words = sys.argv[1:]
    sys.exit(run(words) if is_command(words) else _open_window(words))


def main_gui() -> None:
    """The window, without a console."""
    sys.exit(_open_window(sys.argv[1:]))


def _open_window(words: list[str]) -> int:
    """Only here Qt is imported."""
    try:
        from explorer.gui.app import run
    except ImportError as error:
        from explorer.base.redact import redact

        sys.stderr.write(
            f"quayside: opening the window: PySide6 cannot be loaded ({redact(str(error))}). "
            "The command line works without it: quayside --help\n"
        )
        return 1
    return run(words)


if __name__ == "__main__":
    main()
