"""Local files that a mirror removes: those that were seen, never through a link."""

from __future__ import annotations

from pathlib import Path

from explorer.transfer.filters import Filter
from explorer.transfer.model import Links
from explorer.workflows.mirror_compare import Rules, compare
from explorer.workflows.mirror_delete import delete_local
from explorer.workflows.mirror_model import Deed, Entry, Step
from explorer.workflows.mirror_sides import read_local, with_local_names
from explorer.workflows.mirror_sort import Sorter


def doomed(root: Path, *kept: Entry) -> list[Step]:
    with Sorter(root.parent) as sorter:
        assert not read_local(root, Links.SKIP, Filter(), sorter)
        steps = compare(kept, sorter.in_order(), (), Rules(deletes=True))
        return [step for step in steps if step.deed is Deed.DELETE]


def tree(tmp_path: Path, *names: str) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


def test_files_go_and_the_folders_that_are_empty_then(tmp_path: Path) -> None:
    root = tree(tmp_path, "a/b/c", "a/b/d", "e/f", "e/g")
    (root / "empty/deep").mkdir(parents=True)
    kept = Entry("e/g", 3, (root / "e/g").stat().st_mtime_ns, "m")
    assert delete_local(root, doomed(root, kept), ()) == (3, [])
    assert sorted(str(path.relative_to(root)) for path in root.rglob("*")) == ["e", "e/g"]


def test_folders_of_the_source_stay(tmp_path: Path) -> None:
    root = tree(tmp_path, "a/b/c")
    assert delete_local(root, doomed(root), {"a/b/"}) == (1, [])
    assert (root / "a/b").is_dir()


def test_what_changed_since_stays_and_is_said(tmp_path: Path) -> None:
    root = tree(tmp_path, "a", "b")
    steps = doomed(root)
    (root / "a").write_text("longer than before")
    gone, failures = delete_local(root, steps, ())
    assert (gone, [name for name, _ in failures]) == (1, ["a"])
    assert (root / "a").exists()


def test_what_is_gone_already_is_as_wanted(tmp_path: Path) -> None:
    root = tree(tmp_path, "a")
    steps = doomed(root)
    (root / "a").unlink()
    assert delete_local(root, steps, ()) == (0, [])


def test_nothing_behind_a_link_is_touched(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    root = tree(tmp_path, "a/precious")
    steps = doomed(root)
    (root / "a/precious").unlink()
    (root / "a").rmdir()
    (root / "a").symlink_to(outside)
    _, failures = delete_local(root, steps, ())
    assert [name for name, _ in failures] == ["a/precious"]
    assert (outside / "precious").exists()
    assert not doomed(root)


def test_blobs_that_would_be_one_file_are_refused() -> None:
    entries = [Entry("x", 1, 0, "m"), Entry("x/y", 1, 0, "m"), Entry("z", 1, 0, "m")]
    refused = [bool(entry.refusal) for entry in with_local_names(entries)]
    assert refused == [False, True, False]


def test_half_files_of_transfers_are_no_files(tmp_path: Path) -> None:
    root = tree(tmp_path, "a", ".a.1234.quayside-part")
    assert [step.name for step in doomed(root)] == ["a"]
