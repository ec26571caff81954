"""When Python's cycle collector looks, in a process that is one command of ours.

Loading alone makes 50,000 objects, of which nearly all stay. A look at them takes some
hundredths of a second, and after a fork also makes each page of them a copy.
"""

from __future__ import annotations

import gc

COLLECT_AFTER = 50_000
"""New objects between two looks: Python's 700 make it look through everything again and again
while modules load and listings grow, a tenth of the time."""


def look_seldom() -> None:
    """The process is ours from now on, to its end."""
    gc.set_threshold(COLLECT_AFTER, 10, 10)


def pass_over_what_is_loaded() -> None:
    """It looks at what comes from now on, and no more at what is there. Takes no time. Does
    nothing in a process that was not said to be ours."""
    if gc.get_threshold()[0] == COLLECT_AFTER:
        gc.freeze()
