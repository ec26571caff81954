"""Names that go down and up again (P17): the same, or refused, and never outside."""

from __future__ import annotations

import os
import posixpath
import re
import string
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import UnsafeNameError
from explorer.transfer.names import (
    LINUX,
    MACOS,
    WINDOWS,
    Mapper,
    NameRules,
    check_blob_name,
    decode,
    encode,
    rules_for,
    shown,
    to_blob,
)

ALL = (LINUX, MACOS, WINDOWS)
every_rules = pytest.mark.parametrize("rules", ALL, ids=lambda rules: rules.system)

WORDS = (
    "％ ％3A ％2F ％EF％BC％85 ％~ ％~ca97 % : \\ . .. ~ a A CON nul com¹ ß ı ſ İ Ａ .txt 3A ca97 *"
)
ODD = (" ", "\u00e9", "e\u0301", "\0", "\n", "\x85", "\ufffe", "\U0001f600", "\u202e", "字" * 40)
pieces = st.sampled_from((*WORDS.split(), *ODD))
parts = st.one_of(
    st.lists(pieces, max_size=6).map("".join),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), max_size=30),
)
blob_names = st.lists(parts, min_size=1, max_size=4).map("/".join).filter(bool)
rules_of_all = st.sampled_from(ALL)


def encoded_or_none(part: str, rules: NameRules) -> str | None:
    try:
        return encode(part, rules)
    except UnsafeNameError:
        return None


@given(parts, rules_of_all)
def test_what_is_encoded_reads_back(part: str, rules: NameRules) -> None:
    component = encoded_or_none(part, rules)
    if component is not None:
        assert decode(component, rules) == part


LINUX_CANNOT = re.compile(r"(?:|\.|\.\.|(?s:.*)[\x00-\x1f\x7f-\x9f\\](?s:.*))")
A_MARK = re.compile(r"％~[0-9a-f]{4,64}(?=(?:\.[A-Za-z0-9]{1,10})?$)")


@given(parts)
def test_a_local_name_goes_up_and_comes_down_the_same(local: str) -> None:
    if LINUX_CANNOT.fullmatch(local) or len(local.encode()) > 255:
        return
    part = decode(local, LINUX)
    came_down = encode(part, LINUX)
    assert came_down == local or (part != local and came_down == A_MARK.sub("", local))


@given(parts, rules_of_all)
def test_an_encoded_name_is_one_plain_component(part: str, rules: NameRules) -> None:
    component = encoded_or_none(part, rules)
    if component is None:
        return
    assert component not in ("", ".", "..")
    assert not set("/\\\0\n\x7f\x85") & set(component)
    assert rules.length(component) <= 255
    if rules is WINDOWS:
        assert not set('<>:"|?*') & set(component)
        assert component[-1] not in ". "
        stem = component.split(".")[0].rstrip(" ").upper()
        assert stem not in ("CON", "NUL", "COM¹")


@given(st.lists(blob_names, max_size=12), rules_of_all)
def test_no_two_blobs_meet_in_one_path_and_none_leaves_the_folder(
    names: list[str], rules: NameRules
) -> None:
    mapper = Mapper(rules)
    owner: dict[str, str] = {}
    folders: dict[str, str] = {}
    for name in names:
        try:
            path = mapper.file(name).name
        except UnsafeNameError:
            continue
        assert posixpath.normpath(path) == path
        assert not path.startswith(("/", "../"))
        assert path != ".."
        assert owner.setdefault(rules.fold(path), name) == name
        above, blob_above = posixpath.dirname(path), name.rpartition("/")[0]
        while above:
            assert folders.setdefault(rules.fold(above), blob_above) == blob_above
            above, blob_above = posixpath.dirname(above), blob_above.rpartition("/")[0]
        assert "/".join(decode(part, rules) for part in path.split("/")) == name
    assert not owner.keys() & folders.keys()


@given(st.lists(blob_names, max_size=8), rules_of_all)
def test_the_same_listing_gets_the_same_paths_again(names: list[str], rules: NameRules) -> None:
    def paths(mapper: Mapper) -> list[str]:
        found = []
        for name in names:
            try:
                found.append(mapper.file(name).name)
            except UnsafeNameError:
                found.append("")
        return found

    mapper = Mapper(rules)
    first = paths(mapper)
    assert paths(mapper) == first
    assert paths(Mapper(rules)) == first


@given(st.lists(blob_names, max_size=8), rules_of_all)
def test_nothing_is_renamed_silently(names: list[str], rules: NameRules) -> None:
    mapper = Mapper(rules)
    for name in names:
        try:
            mapped = mapper.file(name)
        except UnsafeNameError:
            continue
        assert bool(mapped.note) is (mapped.name != name)


@given(blob_names, rules_of_all)
def test_a_blob_that_came_down_goes_up_under_its_name_or_is_refused(
    name: str, rules: NameRules
) -> None:
    try:
        path = Mapper(rules).file(name).name
        restored = to_blob(path, rules)
    except UnsafeNameError:
        return
    assert restored.name == name
    assert bool(restored.note) is (path != name)


@every_rules
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("plain/file 1.txt", "plain/file 1.txt"),
        ("100%25 %3A ~ #+&.txt", "100%25 %3A ~ #+&.txt"),
        ("あ：？.txt", "あ：？.txt"),
        ("a//b", "a/％2F/b"),
        ("/etc/passwd", "％2F/etc/passwd"),
        ("a/", "a/％2F"),
        ("/", "％2F/％2F"),
        ("../../x", "％2E％2E/％2E％2E/x"),
        ("a/./b", "a/％2E/b"),
        ("a\\..\\b", "a％5C..％5Cb"),
        ("nul\0tab\t", "nul％00tab％09"),
        ("...", "..％2E"),
    ],
)
def test_names_as_a_person_would_find_them(name: str, path: str, rules: NameRules) -> None:
    if name == "..." and rules is not WINDOWS:
        path = name
    assert Mapper(rules).file(name).name == path


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("10:30", "10％3A30"),
        ("C:\\x", "C％3A％5Cx"),
        ("C:/x", "C％3A/x"),
        ("con", "％63on"),
        ("Aux.tar.gz", "％41ux.tar.gz"),
        ("COM¹", "％43OM¹"),
        ("NUL .txt", "％4EUL .txt"),
        ("console", "console"),
        ("end.", "end％2E"),
        ("end ", "end％20"),
        ("a？b", "a？b"),
        ("a％3Ab", "a％EF％BC％853Ab"),
        ("50％ off", "50％ off"),
    ],
)
def test_names_on_windows(name: str, path: str) -> None:
    assert Mapper(WINDOWS).file(name).name == path


def test_linux_keeps_what_linux_can() -> None:
    for name in ("10:30", "con", "end.", "end ", 'a"b<c>|?*', "\ufffe", "a％3Ab"):
        assert Mapper(LINUX).file(name) == Mapper(LINUX).file(name)
        assert Mapper(LINUX).file(name).name == name


@pytest.mark.parametrize(
    ("rules", "first", "second", "path"),
    [
        (WINDOWS, "README.md", "readme.md", "readme％~5a83.md"),
        (MACOS, "A", "a", "a％~ca97"),
        (MACOS, "\u00e9", "e\u0301", "e\u0301％~"),
        (LINUX, "a", "a/b", "a％~ca97/b"),
        (LINUX, "a/b", "a", "a％~ca97"),
        (WINDOWS, "a/b", "A", "A％~559a"),
        (WINDOWS, "D/x", "d/x", "d％~18ac/x"),
    ],
)
def test_the_later_of_two_that_meet_gets_a_mark(
    rules: NameRules, first: str, second: str, path: str
) -> None:
    mapper = Mapper(rules)
    assert mapper.file(first).name == first
    mapped = mapper.file(second)
    assert mapped.name.startswith(path)
    assert "another blob" in mapped.note
    assert to_blob(mapped.name, rules).name == second


def test_linux_tells_case_and_normal_forms_apart() -> None:
    mapper = Mapper(LINUX)
    assert not any(mapper.file(name).note for name in ("A", "a", "\u00e9", "e\u0301"))


def test_a_case_insensitive_linux_disk_can_be_described() -> None:
    rules = replace(LINUX, folds_case=True)
    mapper = Mapper(rules)
    assert not mapper.file("A").note
    assert mapper.file("a").note


def test_a_name_that_looks_marked_is_not_taken_for_one() -> None:
    mapper = Mapper(MACOS)
    mapper.file("A")
    marked = mapper.file("a").name
    twin = mapper.file(marked).name
    assert twin != marked
    assert to_blob(twin, MACOS).name == marked


@pytest.mark.parametrize(
    "local", ["a％~0000", "a％~ca9", "A％~ca97", "a％~ca97 ", "％~ca97", "a％~CA97"]
)
def test_a_mark_that_does_not_fit_is_part_of_the_name(local: str) -> None:
    assert to_blob(local, LINUX).name == local
    assert Mapper(LINUX).file(local).name == local


def test_an_empty_folder_and_a_file_of_that_name_are_kept_apart() -> None:
    mapper = Mapper(LINUX)
    assert mapper.folder("x/empty/").name == "x/empty"
    assert mapper.file("x/empty").name.startswith("x/empty％~")
    assert mapper.folder("x/empty").name == "x/empty"


@every_rules
def test_a_component_that_is_too_long_is_refused(rules: NameRules) -> None:
    assert Mapper(rules).file("x/" + "a" * 255).note == ""
    with pytest.raises(UnsafeNameError, match=f"too long for a file name on {rules.system}"):
        Mapper(rules).file("a" * 256)


def test_length_is_counted_as_the_file_system_counts() -> None:
    assert encode("字" * 255, WINDOWS) == "字" * 255
    with pytest.raises(UnsafeNameError, match="255 characters"):
        encode("\U0001f600" * 128, WINDOWS)
    with pytest.raises(UnsafeNameError, match="255 bytes"):
        encode("字" * 86, LINUX)


@every_rules
def test_half_characters_are_refused_both_ways(rules: NameRules) -> None:
    with pytest.raises(UnsafeNameError, match=r"\\ud800"):
        Mapper(rules).file("a\ud800")
    with pytest.raises(UnsafeNameError, match="not valid Unicode"):
        to_blob(os.fsdecode(b"caf\xe9"), rules)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a\\b", "backslash"),
        ("a\nb", "control"),
        ("a\x7f", "control"),
        ("dir./x", "ends with a dot"),
        ("x.", "ends with a dot"),
        ("％2E％2E/x", "only dots"),
        ("a" * 1025, "1025 characters"),
        ("\U0001f600" * 513, "1026 characters"),
        ("/".join("a" * 255), "254 folders"),
    ],
)
def test_what_the_service_would_change_is_refused_going_up(path: str, reason: str) -> None:
    with pytest.raises(UnsafeNameError, match=reason) as caught:
        to_blob(path, LINUX)
    assert caught.value.cure
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("path", ["", "/x", "a//b", "../x", "a/.."])
def test_a_path_that_is_not_below_the_folder_is_refused(path: str) -> None:
    with pytest.raises(UnsafeNameError, match="not a path below"):
        to_blob(path, LINUX)


def test_an_upload_goes_below_its_prefix_and_the_whole_name_is_checked() -> None:
    assert to_blob("a/b", LINUX, prefix="runs/7/").name == "runs/7/a/b"
    with pytest.raises(UnsafeNameError, match="1025"):
        to_blob("a" * 25, LINUX, prefix="p" * 999 + "/")


def test_the_longest_name_is_allowed() -> None:
    check_blob_name("a" * 1024)
    check_blob_name("/".join("a" * 254))


def test_what_is_renamed_has_a_note() -> None:
    mapper = Mapper(WINDOWS)
    found = [mapper.file(name) for name in ("ok", "a:b", "A", "a")]
    assert [(it.name[:4], bool(it.note)) for it in found] == [
        ("ok", False),
        ("a％3A", True),
        ("A", False),
        ("a％~c", True),
    ]


def test_a_name_in_a_message_cannot_play_tricks() -> None:
    assert shown("a\x1b[31m\u202eb\ud800\n") == "‘a\\x1b[31m\\u202eb\\ud800\\n’"
    assert len(shown("x" * 5000)) < 130


def test_deeply_escaped_names_are_read_quickly() -> None:
    hostile = "％EF％BC％85" + "EF％BC％85" * 120 + "％~ca97" * 140
    assert decode(encode(hostile, replace(LINUX, max_component=9999)), LINUX)


@pytest.mark.parametrize(
    ("platform", "rules"), [("linux", LINUX), ("darwin", MACOS), ("win32", WINDOWS)]
)
def test_the_rules_follow_the_platform(platform: str, rules: NameRules) -> None:
    assert rules_for(platform) is rules


@pytest.mark.skipif(os.name != "posix", reason="asks the file system of this machine")
def test_a_real_file_system_keeps_every_mapped_name_apart(tmp_path: Path) -> None:
    odd = ["A", "a/b", "../x", "a//b", "\u00e9", "e\u0301", "con", "a:b", "\n", "\ufffe"]
    corpus = {c + d for c in "a" + string.punctuation for d in ("", "x", ".", " ")} | set(odd)
    mapper = Mapper(rules_for(sys.platform))
    for name in sorted(corpus):
        path = tmp_path / mapper.file(name).name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(name)
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(path.read_bytes().decode() for path in found) == sorted(corpus)
