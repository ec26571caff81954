"""Two folders side by side: what only one has, what is newer, what is another."""

from __future__ import annotations

from explorer.gui.browse.comparing import (
    Content,
    Group,
    Result,
    compare,
    content,
    keys_of,
    marks,
    same_sized,
    summary,
)
from explorer.gui.browse.rows import Rows
from explorer.storage.history import BlobState
from explorer.storage.model import Blob, BlobType, Prefix


def rows(*files: tuple[str, int, int], folders: tuple[str, ...] = ()) -> Rows:
    made = Rows()
    made.add_prefixes(Prefix(f"{name}/") for name in folders)
    made.add_blobs(
        Blob(name, size, time, "", "", None, BlobType.BLOCK, "", "", 0, None, False)
        for name, size, time in files
    )
    return made


LEFT = rows(("a", 1, 10), ("b", 2, 20), ("c", 3, 30), ("d", 4, 40), folders=("both", "x"))
RIGHT = rows(("b", 2, 99), ("c", 5, 10), ("d", 9, 40), ("x", 1, 1), folders=("both",))


def test_each_row_is_told_what_the_other_side_says_of_it() -> None:
    assert compare(LEFT, RIGHT) == {
        ("x", True): Result.ONLY_HERE,
        ("a", False): Result.ONLY_HERE,
        ("b", False): Result.SAME_SIZE,
        ("c", False): Result.NEWER,
        ("d", False): Result.OTHER_SIZE,
    }
    assert compare(RIGHT, LEFT)[("c", False)] is Result.OLDER


def test_a_file_and_a_folder_of_one_name_are_two_things() -> None:
    assert compare(RIGHT, LEFT)[("x", False)] is Result.ONLY_HERE


def test_what_is_deleted_and_shown_counts_as_not_there() -> None:
    here, there = rows(("a", 1, 10), ("b", 2, 20)), rows(("a", 1, 10))
    gone = Blob("b", 2, 20, "", "", None, BlobType.BLOCK, "", "", 0, None, False)
    there.add_deleted([BlobState(gone, is_deleted=True)])
    assert compare(here, there)[("b", False)] is Result.ONLY_HERE
    assert compare(there, here) == {("a", False): Result.SAME_SIZE}
    assert [name for name, _ in same_sized(here, there)] == ["a"]


def test_both_sides_are_told_in_a_sentence() -> None:
    assert summary(compare(LEFT, RIGHT), compare(RIGHT, LEFT)) == (
        "Compared by name, size and time: 2 only at the left, 1 only at the right, "
        "1 newer at the left, 1 of another size, 1 of the same size."
    )
    assert summary({}, {}) == "Compared by name, size and time: nothing to compare."


def test_the_words_stand_beside_the_names() -> None:
    assert marks(compare(LEFT, RIGHT))[("c", False)][0] == "newer"


def test_files_of_one_size_are_told_apart_by_their_md5() -> None:
    left = rows(*((name, 4, 10) for name in "abcde"), ("f", 4, 10))
    right = rows(*((name, 4, 20) for name in "abcd"), ("e", 4, 10), ("f", 4, 10))
    facts = {name: (4, 4, 10, 20) for name in "abcd"} | {"e": (4, 4, 10, 10)}
    contents = {
        "a": (facts["a"], Content.SAME),
        "b": (facts["b"], Content.OTHER),
        "c": (facts["c"], Content.NO_MD5),
        "d": (facts["d"], Content.NOT_READ),
        "e": (facts["e"], Content.OTHER),
    }
    assert dict(same_sized(left, right)) == facts | {"f": (4, 4, 10, 10)}
    found = compare(left, right, contents)
    assert [found[name, False] for name in "abcdef"] == [
        Result.SAME_MD5,
        Result.OLDER,
        Result.NO_MD5,
        Result.NOT_READ,
        Result.OTHER_MD5,
        Result.SAME_SIZE,
    ]
    assert compare(right, left, contents)["b", False] is Result.NEWER


def test_an_md5_no_longer_counts_once_one_of_the_files_has_changed() -> None:
    contents = {"b": ((2, 2, 20, 99), Content.SAME)}
    assert compare(LEFT, RIGHT, contents)["b", False] is Result.SAME_MD5
    assert compare(RIGHT, LEFT, contents)["b", False] is Result.SAME_MD5
    later = rows(("b", 2, 100))
    assert compare(LEFT, later, contents)["b", False] is Result.SAME_SIZE


def test_a_blob_without_a_stored_md5_is_never_called_the_same() -> None:
    assert content(b"1", None) is Content.NO_MD5
    assert content(None, None) is Content.NO_MD5
    assert content(b"1", b"1") is Content.SAME
    assert content(b"1", b"2") is Content.OTHER


def test_what_is_selected_for_a_copy_leaves_out_what_the_other_has_newer() -> None:
    found = {(result.value, False): result for result in Result}
    assert {name for name, _ in keys_of(found, Group.LACKING)} == {
        "only here",
        "newer",
        "other size",
        "other MD5",
    }
    assert {name for name, _ in keys_of(found, Group.DIFFERENT)} == {
        "newer",
        "older",
        "other size",
        "other MD5",
    }
    assert keys_of(found, Group.NEWER) == {("newer", False)}
    assert keys_of(found, Group.ONLY_HERE) == {("only here", False)}
