"""What is shipped is whole: the wheel, the locks, and no trace of a machine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
INDEX_HOSTS = {"https://pypi.org", "https://files.pythonhosted.org"}
_HOST = re.compile(r"https?://[^/\"\s]+")
_MACHINE_PATH = re.compile(r"(?<![\w.:/~$}-])/(?:work|root|farm)/\w")
_READ_ALL = """
import sys
sys.path.insert(0, sys.argv[1])
from explorer.base import resources
for name in resources.names("icons", ".svg"):
    print(name, len(resources.data(name)))
"""


def _project() -> dict[str, Any]:
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))


def _folders_with_code() -> list[str]:
    found = [path.parent for path in (CHECKOUT / "explorer").rglob("__init__.py")]
    names = [".".join(path.relative_to(CHECKOUT).parts) for path in found]
    return sorted([*names, "explorer.resources"])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this checkout."""
    return _built(tmp_path_factory, "wheel", "*.whl")


def _built(tmp_path_factory: pytest.TempPathFactory, kind: str, ending: str) -> Path:
    """Made from a copy, so that nothing is left in the checkout."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in ("explorer", "resources", "packaging/linux"):
        shutil.copytree(
            CHECKOUT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    for file in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "MANIFEST.in"):
        shutil.copy(CHECKOUT / file, copy)
    code = f"import sys; from setuptools import build_meta; build_meta.build_{kind}(sys.argv[1])"
    target = tmp_path_factory.mktemp(kind)
    done = subprocess.run(
        [sys.executable, "-c", code, str(target)],
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (made,) = target.glob(ending)
    return made


def test_the_list_of_packages_is_the_folders() -> None:
    assert sorted(_project()["tool"]["setuptools"]["packages"]) == _folders_with_code()


def test_the_wheel_holds_every_module_and_every_resource(wheel: Path) -> None:
    wanted = {str(path.relative_to(CHECKOUT)) for path in (CHECKOUT / "explorer").rglob("*.py")} | {
        "explorer/" + str(path.relative_to(CHECKOUT))
        for path in (CHECKOUT / "resources").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        assert wanted - set(archive.namelist()) == set()


def test_the_source_archive_holds_what_a_distribution_installs(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with tarfile.open(_built(tmp_path_factory, "sdist", "*.tar.gz")) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    linux = (CHECKOUT / "packaging" / "linux").iterdir()
    wanted = {"CHANGELOG.md", "LICENSE", "resources/icons/quayside.svg", "resources/help/index.md"}
    assert wanted | {str(path.relative_to(CHECKOUT)) for path in linux} <= names


def test_resources_are_read_from_an_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    # -I and -S: neither this checkout nor the environment can answer in the wheel's place.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _READ_ALL, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    expected = [
        f"icons/{path.name} {path.stat().st_size}"
        for path in sorted((CHECKOUT / "resources" / "icons").glob("*.svg"))
    ]
    assert done.stdout.splitlines() == expected, done.stderr


def test_the_wheel_installs_both_commands(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("entry_points.txt"))
        text = archive.read(name).decode()
    assert "quayside = explorer.__main__:main\n" in text
    assert "quayside-gui = explorer.__main__:main_gui\n" in text


def test_the_python_lock_names_the_public_index_only() -> None:
    assert set(_HOST.findall((CHECKOUT / "uv.lock").read_text("utf-8"))) == INDEX_HOSTS


def test_the_python_lock_is_of_these_dependencies() -> None:
    lock = tomllib.loads((CHECKOUT / "uv.lock").read_text("utf-8"))
    project = _project()
    (root,) = (p for p in lock["package"] if p["name"] == project["project"]["name"])
    extras = [
        f"{text}; extra == '{extra}'"
        for extra, texts in project["project"]["optional-dependencies"].items()
        for text in texts
    ]
    always = project["project"]["dependencies"]
    asked = {"": [*always, *extras], **project["dependency-groups"]}
    locked = {"": root["metadata"]["requires-dist"], **root["metadata"]["requires-dev"]}
    assert {group: sorted(map(_asked, texts)) for group, texts in asked.items()} == {
        group: sorted(map(_locked, entries)) for group, entries in locked.items()
    }


def _asked(requirement: str) -> tuple[str, str, str]:
    wanted, _, marker = requirement.partition(";")
    name = re.split(r"[<>=!~ ]", wanted)[0]
    return name.lower(), _sorted(wanted.removeprefix(name)), marker.strip()


def _locked(entry: dict[str, str]) -> tuple[str, str, str]:
    return entry["name"], _sorted(entry.get("specifier", "")), entry.get("marker", "")


def _sorted(specifier: str) -> str:
    return ",".join(sorted(specifier.replace(" ", "").split(",")))


def test_the_emulator_lock_is_exact_and_names_no_host() -> None:
    folder = CHECKOUT / "packaging" / "emulator"
    text = (folder / "package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]
    assert packages["node_modules/azurite"]["version"] == "3.37.0"
    assert [n for n, p in packages.items() if "resolved" in p or "funding" in p] == []
    assert [n for n, p in packages.items() if n and not p["integrity"].startswith("sha512-")] == []


def test_no_tracked_file_knows_the_machine_it_was_written_on() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = CHECKOUT / name
        if path.is_file() and path.suffix not in {".png", ".ico"}:
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                if _MACHINE_PATH.search(line):
                    found.append(f"{name}:{number}: {line.strip()}")
    assert found == []
