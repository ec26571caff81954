"""A cluster that speaks TLS, by Dask's own settings for certificates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Quayside
from tests.integration.cli.test_transfers import tree_of
from tests.integration.cluster.test_trouble import far, tree
from tests.servers.certificates import make_authority
from tests.support.cluster import Cluster

__all__ = ["tree"]

pytestmark = pytest.mark.long
BEGIN = "DASK_DISTRIBUTED__COMM__TLS__"


@pytest.fixture
def secret_cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler and one worker over TLS, with certificates by an authority of their own."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    authority, _ = make_authority(folder)
    chain = str(folder / "server.pem")
    words = ("--tls-ca-file", str(authority), "--tls-cert", chain, "--tls-key", chain)
    cluster = Cluster(folder, tls=words)
    cluster.start()
    cluster.add_worker()
    yield cluster
    cluster.stop()


def with_certificates(quayside: Quayside, folder: Path) -> Quayside:
    chain = str(folder / "server.pem")
    names = {"CA_FILE": str(folder / "authority.pem"), "CLIENT__CERT": chain, "CLIENT__KEY": chain}
    return quayside.with_environment(**{f"{BEGIN}{name}": path for name, path in names.items()})


def test_credentials_travel_over_tls_without_being_asked(
    quayside: Quayside, secret_cluster: Cluster, container_name: str, tree: Path, tmp_path: Path
) -> None:
    known = with_certificates(quayside, secret_cluster.folder)
    address = far(secret_cluster)
    assert address.startswith("dask+tls://127.1:")
    known.ok("upload", str(tree), container_name, "--on", address)
    back = tmp_path / "back"
    known.ok("download", container_name, str(back), "--on", address.replace("dask+tls", "tls"))
    assert tree_of(back) == tree_of(tree)
    key = quayside.environment["AZURE_STORAGE_CONNECTION_STRING"].partition("AccountKey=")[2][:40]
    assert key not in secret_cluster.logs()


def test_without_a_certificate_it_is_said_which_files_dask_wants(
    quayside: Quayside, secret_cluster: Cluster, tree: Path
) -> None:
    words = ("upload", str(tree), "never-made", "--on", secret_cluster.address)
    done = quayside(*words)
    assert done.returncode == 1
    assert f"{BEGIN}CLIENT__CERT" in done.stderr
    missing = with_certificates(quayside, tree / "nowhere")(*words)
    assert missing.returncode == 1
    assert "No such file" in missing.stderr
    assert "Traceback" not in done.stderr + missing.stderr


def test_a_scheduler_of_another_authority_is_not_trusted(
    quayside: Quayside, secret_cluster: Cluster, tree: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    make_authority(other)
    known = with_certificates(quayside, other)
    done = known("upload", str(tree), "never-made", "--on", secret_cluster.address)
    assert done.returncode == 1
    assert "vouches for" in done.stderr
    assert "Traceback" not in done.stderr


def test_plain_words_to_a_scheduler_that_speaks_tls_are_told(
    quayside: Quayside, secret_cluster: Cluster, tree: Path
) -> None:
    address = secret_cluster.address.replace("dask+tls", "dask")
    done = quayside("upload", str(tree), "never-made", "--on", address)
    assert done.returncode == 1
    assert "whether it uses TLS" in done.stderr
    assert "Traceback" not in done.stderr


def test_tls_to_a_scheduler_that_speaks_plainly_is_told(
    quayside: Quayside, empty_cluster: Cluster, tree: Path, tmp_path: Path
) -> None:
    make_authority(tmp_path)
    address = empty_cluster.address.replace("dask", "dask+tls")
    words = ("upload", str(tree), "never-made", "--on", address)
    done = with_certificates(quayside, tmp_path)(*words)
    assert done.returncode == 1
    assert "speaks no TLS" in done.stderr
    assert "Traceback" not in done.stderr
