"""The installed PySide6 gives back the references it borrows.

Some releases drop one reference too many with each call, which ends the process
after some thousand of them (`none_dealloc`). In a process of its own, since it
would take the tests along.
"""

from __future__ import annotations

import subprocess
import sys

_CALLS = 200_000
_CODE = """
import sys
from PySide6.QtCore import QAbstractListModel, QCoreApplication, QModelIndex, QObject, Qt, Signal

class Sender(QObject):
    sent = Signal(object, object, int)

class Rows(QAbstractListModel):
    def rowCount(self, parent=QModelIndex()):
        return 3

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        return (None, True, 1000)[index.row()]

app = QCoreApplication([])
calls = int(sys.argv[1])
kept = object()
watched = (None, True, False, 0, 1, kept)
received = 0

def receive(first, second, number):
    global received
    received += 1

sender = Sender()
sender.sent.connect(receive)
rows = Rows()
indexes = [rows.index(row) for row in range(3)]
before = [sys.getrefcount(value) for value in watched]
for number in range(calls // 2):
    sender.sent.emit(None, kept, number % 2)
    indexes[number % 3].data()
after = [sys.getrefcount(value) for value in watched]
assert received == calls // 2, received
# Objects that never die count nothing.
drift = {
    repr(value): now - then
    for value, then, now in zip(watched, before, after)
    if abs(now - then) > 100 and then < 2**28
}
assert not drift, drift
print("stable")
"""


def test_references_are_stable_over_many_calls() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CODE, str(_CALLS)],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "stable\n"), done.stderr
