"""Settings: checked values, a tolerant file, and nothing lost of other versions."""

from __future__ import annotations

import dataclasses
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import InputError, LocalError
from explorer.base.paths import locked
from explorer.base.settings import (
    FILE_NAME,
    LoadedSettings,
    OnConflict,
    Settings,
    ThemeChoice,
    about,
    change_settings,
    load_settings,
    parse_settings,
    render_settings,
)

NAMES = [item.name for item in dataclasses.fields(Settings)]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


def written(**values: object) -> bytes:
    return json.dumps({"version": 1, **values}).encode()


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_described_and_its_default_is_allowed(name: str) -> None:
    assert about(name).description.endswith(".")
    assert Settings().changed(**{name: getattr(Settings(), name)}) == Settings()


def test_the_first_start_has_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == LoadedSettings()


def test_settings_come_back(tmp_path: Path) -> None:
    wanted = {"concurrency": 4, "theme": ThemeChoice.DARK, "with_md5": False, "proxy": "direct"}
    told = change_settings(tmp_path, on_conflict="skip", **wanted)
    assert load_settings(tmp_path) == told
    assert told.settings == Settings().changed(on_conflict=OnConflict.SKIP, **wanted)


def test_what_another_process_wrote_meanwhile_stays(tmp_path: Path) -> None:
    change_settings(tmp_path, concurrency=4)
    with ThreadPoolExecutor(1) as pool:
        with locked(tmp_path / f"{FILE_NAME}.lock"):
            ours = pool.submit(change_settings, tmp_path, theme="dark")
            with pytest.raises(TimeoutError):  # it waits for whoever is at the file
                ours.result(0.1)
            (tmp_path / FILE_NAME).write_bytes(written(concurrency=7))
        assert ours.result().settings == Settings(concurrency=7, theme=ThemeChoice.DARK)
    assert load_settings(tmp_path).settings == Settings(concurrency=7, theme=ThemeChoice.DARK)


def test_every_change_of_many_processes_is_kept(tmp_path: Path) -> None:
    changes: list[dict[str, object]] = [
        {"concurrency": 9}, {"theme": "dark"}, {"with_md5": False}, {"proxy": "direct"},
        {"restore_session": False}, {"notify": False}, {"typed_delete_above": 7},
    ]  # fmt: skip
    with ThreadPoolExecutor(len(changes)) as pool:
        list(pool.map(lambda one: change_settings(tmp_path, **one), changes))
    assert load_settings(tmp_path).settings == Settings().changed(
        **{name: value for one in changes for name, value in one.items()}
    )


def test_the_file_is_private_and_holds_only_what_was_changed(tmp_path: Path) -> None:
    change_settings(tmp_path, concurrency=4)
    path = tmp_path / FILE_NAME
    assert json.loads(path.read_bytes()) == {"version": 1, "concurrency": 4}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {item.name for item in tmp_path.iterdir()} == {FILE_NAME, f"{FILE_NAME}.lock"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"colour": 1}, "no setting"),
        ({"concurrency": -1}, "from 1 to 256, or 0"),
        ({"concurrency": "8"}, "whole number"),
        ({"concurrency": True}, "whole number"),
        ({"with_md5": 1}, "true or false"),
        ({"block_size_bytes": 10}, "or 0"),
        ({"theme": "pink"}, "system, light, dark"),
        ({"theme": ["dark"]}, "system, light, dark"),
        ({"proxy": "socks5://h:1"}, "http://host:port"),
        ({"proxy": "http://[::1"}, "http://host:port"),
        ({"proxy": "http://u:hunter2@h:1"}, "HTTPS_PROXY"),
        ({"ca_file": "ca.pem"}, "absolute"),
        ({"api_version": "2021-1"}, "2021-12-02"),
        ({"api_version": None}, "text"),
    ],
)
def test_what_cannot_be_set_is_refused_with_the_reason(
    change: dict[str, object], says: str
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        Settings().changed(**change)
    assert "hunter2" not in str(caught.value)


def test_what_can_be_set_is_taken() -> None:
    settings = Settings().changed(
        proxy="http://proxy.example:3128", ca_file="/etc/ca.pem", api_version="2021-12-02"
    )
    assert settings.changed(proxy="proxy.example:3128", ca_file="", api_version="").ca_file == ""


def test_a_wrong_value_is_reported_and_the_others_count() -> None:
    loaded = parse_settings(written(concurrency=-1, theme="dark"))
    assert loaded.settings == Settings(theme=ThemeChoice.DARK)
    assert loaded.problems == (
        "The setting ‘concurrency’ must be from 1 to 256, or 0. Its default is used.",
    )


def test_keys_of_another_version_are_kept(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(written(sparkle={"a": [1]}, concurrency=3))
    loaded = load_settings(tmp_path)
    assert loaded.problems == ()
    change_settings(tmp_path, concurrency=5)
    assert json.loads((tmp_path / FILE_NAME).read_bytes()) == {
        "version": 1,
        "concurrency": 5,
        "sparkle": {"a": [1]},
    }
    assert {item.name for item in tmp_path.iterdir()} == {FILE_NAME, f"{FILE_NAME}.lock"}


@pytest.mark.parametrize("size", [0, 64 * 1024, 4000 * 1024**2])
def test_block_sizes_go_as_far_as_the_service(size: int) -> None:
    settings = Settings().changed(block_size_bytes=size)
    assert settings.block_size_bytes == size
    with pytest.raises(InputError, match="from 65,536 to 4,194,304,000, or 0"):
        settings.changed(block_size_bytes=4000 * 1024**2 + 1)


def test_half_a_character_in_a_kept_key_can_be_written_again() -> None:
    loaded = parse_settings(b'{"version": 1, "odd": "\\ud800"}')
    assert parse_settings(render_settings(loaded.settings, loaded.unknown)) == loaded


def test_a_newer_file_is_read_but_never_overwritten(tmp_path: Path) -> None:
    newer = json.dumps({"version": 2, "concurrency": 3}).encode()
    (tmp_path / FILE_NAME).write_bytes(newer)
    loaded = load_settings(tmp_path)
    assert loaded.settings.concurrency == 3
    assert "newer" in loaded.problems[0]
    with pytest.raises(LocalError, match="newer Quayside"):
        change_settings(tmp_path, concurrency=5)
    assert (tmp_path / FILE_NAME).read_bytes() == newer


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"7", b"{}", b'{"version": "1"}', b'{"version": 0}', b"\xff\xfe"]
)
def test_a_damaged_file_is_put_aside_not_lost(tmp_path: Path, data: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(data)
    loaded = load_settings(tmp_path)
    assert loaded.settings == Settings()
    assert "damaged" in loaded.problems[0]
    change_settings(tmp_path, concurrency=4)
    assert (tmp_path / "settings.json.damaged").read_bytes() == data
    assert load_settings(tmp_path).settings.concurrency == 4


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=6), json_values, max_size=6))
def test_no_file_stops_the_program_and_every_value_that_is_used_is_allowed(
    values: dict[str, object],
) -> None:
    values.pop("version", None)
    loaded = parse_settings(written(**values))
    used = {name: getattr(loaded.settings, name) for name in NAMES}
    assert Settings().changed(**used) == loaded.settings
    again = parse_settings(render_settings(loaded.settings, loaded.unknown))
    assert (again.settings, again.unknown, again.problems) == (loaded.settings, loaded.unknown, ())


def test_a_folder_that_cannot_be_written_is_an_error_a_person_understands(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LocalError, match="cannot be written"):
        change_settings(tmp_path / "file", concurrency=5)


def test_a_settings_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(LocalError, match="cannot be read"):
        load_settings(tmp_path)
