"""A blob account with versions and soft delete: a front before the emulator, which has neither.

The emulator accepts the settings and keeps nothing. `HistoryServer` stands before it and
adds what Microsoft's REST pages describe: 'Blob versioning', 'Soft delete for blobs',
'Soft delete for containers', 'Undelete Blob', 'Restore Container', 'List Blobs' and
'List Containers' with what is deleted, 'Get Blob', 'Get Blob Properties', 'Delete Blob'
and 'Set Blob Tier' of one version. Old contents are blobs of a hidden container of the
emulator; what is known of them is in memory.
"""

from tests.servers.history.ledger import Protection
from tests.servers.history.server import HistoryServer

__all__ = ["HistoryServer", "Protection"]
