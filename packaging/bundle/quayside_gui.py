"""Where the bundled window begins."""

from explorer.__main__ import main_gui

main_gui()
