"""Two folders side by side: what only one has, what is newer, what is another."""

from __future__ import annotations

from explorer.gui.browse.comparing import Result, compare, marks, summary
from explorer.gui.browse.rows import Rows
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


def test_both_sides_are_told_in_a_sentence() -> None:
    assert summary(compare(LEFT, RIGHT), compare(RIGHT, LEFT)) == (
        "Compared by name, size and time: 2 only at the left, 1 only at the right, "
        "1 newer at the left, 1 of another size, 1 of the same size."
    )
    assert summary({}, {}) == "Compared by name, size and time: nothing to compare."


def test_the_words_stand_beside_the_names() -> None:
    assert marks(compare(LEFT, RIGHT))[("c", False)][0] == "newer"
