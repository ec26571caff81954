"""Trials with many small files, moved by an engine and its crew, of which each may be killed
(P1, P5, P7)."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

from explorer.transfer.model import Request
from explorer.transfer.state import JobState
from tests.faults.kill_trials import KILLS, PATIENT, child, finish
from tests.faults.trial import Trial
from tests.integration.transfer.rig import noise, parts_in, tree_of, write
from tests.servers.fault_proxy import FaultProxy, Op
from tests.support.processes import children_of

MOST_BYTES = 20_000
KILLED_WITHIN_S = 1.0


def killed_crew(trial: Trial) -> None:
    """At each kill every file that has its name is whole; in the end all are there, and none was
    taken for somebody else's."""
    source, target = trial.folder / "files", trial.folder / "down"
    for number in range(trial.many):
        data = noise(trial.random.randint(0, MOST_BYTES), seed=number)
        write(source / f"d{number % 9}" / f"{number}", data)
    wanted = tree_of(source)
    request: Request = trial.rig.upload(source, "", "t/")
    is_upload = trial.random.random() < 0.5
    if not is_upload:
        trial.run(request, trial.rig.store)
        request = trial.rig.download("t/", target)
    with trial.proxy(options=PATIENT) as (proxy, store):
        for number in range(KILLS):
            _killed(trial, proxy, None if number else request)
            whole = tree_of(target).items() if target.exists() else ()
            wrong = [name for name, told in whole if name in wanted and told != wanted[name]]
            trial.claim(not wrong, f"after kill {number}: not whole: {wrong}")
        job = trial.wait_for(finish(trial, store))[-1]
    requests = proxy.wire[Op.PUT_BLOB if is_upload else Op.GET_BLOB].requests
    trial.counts["files"] += trial.many
    trial.counts["moved twice"] += max(0, requests - trial.many)
    told = (job.state, job.files_done, job.failure)
    trial.claim(told == (JobState.DONE, trial.many, None), f"ended as {told}")
    if is_upload:
        trial.run(trial.rig.download("t/", target), trial.rig.store)
    trial.claim(tree_of(target) == wanted, "other files than those")
    trial.claim(not parts_in(trial.folder), "a part is left")


def _killed(trial: Trial, proxy: FaultProxy, request: Request | None) -> None:
    """Start a child; kill its crew, itself, or one after the other, at random moments."""
    with child(trial, proxy, request, has_crew=True) as process:
        if process.stdout.readline().strip() != "ready":
            trial.violations.append(f"a child did not start: {process.stderr.read()[-500:]}")
            return
        time.sleep(trial.random.uniform(0, KILLED_WITHIN_S))
        if trial.random.random() < 0.5:
            for mate in children_of(process.pid):
                with suppress(ProcessLookupError):  # all was done before
                    os.kill(mate, signal.SIGKILL)
                    trial.counts["killed mates"] += 1
            time.sleep(trial.random.uniform(0, KILLED_WITHIN_S))
        process.kill()
        process.communicate()
    trial.counts["killed engines"] += 1
