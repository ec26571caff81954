"""Runs one command and writes what it took: `launch.py REPORT TIMEOUT_S COMMAND...`.

A process of its own, started without site packages: the peak memory that the kernel
reports for a child begins with the memory of the process that started it.
"""

import json
import os
import signal
import sys
import threading
import time


def main() -> None:
    report, timeout_s, *command = sys.argv[1:]
    begun = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, setpgroup=0)
    ending = threading.Timer(float(timeout_s), os.killpg, (child, signal.SIGKILL))
    ending.daemon = True
    ending.start()
    _, status, used = os.wait4(child, 0)
    wall_s = time.perf_counter() - begun
    with open(report, "w") as file:
        json.dump(
            {
                "code": os.waitstatus_to_exitcode(status),
                "wall_s": wall_s,
                "cpu_s": used.ru_utime + used.ru_stime,
                "peak_bytes": used.ru_maxrss * 1024,
            },
            file,
        )


main()
