"""Shared access signatures from the service's side: is it ours, is it in time, what may it do.

Written from Microsoft's pages 'Create a service SAS' and 'Create an account SAS'.
"""

from __future__ import annotations

FIELDS = frozenset({
    "sv", "ss", "srt", "sr", "sig", "se", "st", "sp", "spr", "sip", "sdd", "si", "ses", "skoid",
    "sktid", "skt", "ske", "sks", "skv", "saoid", "suoid", "scid", "rscc", "rscd", "rsce",
    "rscl", "rsct", "skdutid", "sduoid", "srh", "srq",
})  # fmt: skip
"""Every query parameter that belongs to a SAS."""
