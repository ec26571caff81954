"""Where `quayside`, `quayside-gui` and `python -m explorer` begin: the one place that
knows both faces."""

from __future__ import annotations

import atexit
import os
import sys

from explorer.base.collector import look_seldom


def main() -> None:
    """The command; without a verb, the window."""
    try:
        _run()
    except KeyboardInterrupt:  # before, or after, the command could answer to it by itself
        sys.exit(130)


def _run() -> None:
    look_seldom()
    from explorer.cli.main import is_command
    from explorer.cli.main import main as run

    words = sys.argv[1:]
    if not is_command(words):
        sys.exit(_open_window(words))
    ended: list[int] = []
    atexit.register(_leave, ended)  # before everybody else, so that it is called last
    ended.append(run(words))
    sys.exit(ended[0])


def _leave(ended: list[int]) -> None:
    """The last thing of all, when threads are joined and the others have said their last words.

    From here Python would take itself apart object by object, some milliseconds long, for
    nothing but memory. Where somebody wants to hear warnings it does: some are only said then.
    """
    if not ended or sys.warnoptions or sys.flags.dev_mode:
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # nobody reads, it is closed, there is none
        return  # Python has its own words and exit code for that
    os._exit(ended[0])


def main_gui() -> None:
    """The window, without a console."""
    sys.exit(_open_window(sys.argv[1:]))


def _has_display() -> bool:
    """Qt would end the process without one. What it was told to draw on is believed."""
    if not sys.platform.startswith("linux"):
        return True
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(os.environ.get(name) for name in names)


def _open_window(words: list[str]) -> int:
    """Only here Qt is imported."""
    if not _has_display():
        sys.stderr.write(
            "quayside: there is no display to open the window on. Start it on a desktop, or use "
            "the command line: quayside --help\n"
        )
        return 1
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
