"""How the columns of jobs and of their files share the room. Plain data."""

from __future__ import annotations

from explorer.gui.parts.fitting import Plan
from explorer.gui.transfers import files_model, jobs_model

_Job = jobs_model.Col
_File = files_model.Col

JOBS = Plan(
    name=_Job.NAME,
    usual={
        _Job.NUMBER: 48,
        _Job.NAME: 0,
        _Job.PROGRESS: 160,
        _Job.STATUS: 220,
        _Job.SPEED: 92,
        _Job.ETA: 84,
        _Job.SIZE: 84,
        _Job.FILES: 104,
        _Job.DIRECTION: 90,
        _Job.FAILED: 70,
        _Job.SOURCE: 240,
        _Job.DESTINATION: 140,
        _Job.ADDED: 130,
        _Job.FINISHED: 130,
    },
    least={
        _Job.NAME: 150,
        _Job.PROGRESS: 100,
        _Job.STATUS: 120,
        _Job.SOURCE: 100,
        _Job.DESTINATION: 100,
    },
    # Who is sought last, first; how far it is stays.
    gives_way=(
        _Job.FINISHED,
        _Job.ADDED,
        _Job.SOURCE,
        _Job.DESTINATION,
        _Job.DIRECTION,
        _Job.NUMBER,
        _Job.FAILED,
        _Job.FILES,
        _Job.SIZE,
        _Job.ETA,
        _Job.SPEED,
        _Job.STATUS,
    ),
    hidden=frozenset({_Job.DIRECTION, _Job.FAILED, _Job.SOURCE, _Job.ADDED, _Job.FINISHED}),
)
FILES = Plan(
    name=_File.NAME,
    usual={
        _File.NAME: 0,
        _File.SIZE: 90,
        _File.PROGRESS: 160,
        _File.STATUS: 220,
        _File.FROM: 240,
        _File.TO: 160,
    },
    # Files of one job begin and end alike: the middle must be seen, too.
    least={_File.NAME: 190, _File.PROGRESS: 84, _File.STATUS: 100, _File.FROM: 100, _File.TO: 100},
    gives_way=(_File.FROM, _File.TO, _File.SIZE, _File.STATUS),
    hidden=frozenset({_File.FROM}),
)
