"""What goes wrong with a cluster, in words for a person."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any, Final

from explorer import __version__
from explorer.base.errors import InputError, QuaysideError, Retry
from explorer.cluster.address import Address
from explorer.transfer.encoding import failure_from_text

_THIS: Final = f"pip install 'quayside-explorer[cluster]=={__version__}'"


class ClusterError(QuaysideError):
    """The cluster cannot do it, or not any more."""

    title = "The cluster"


class ClusterAwayError(ClusterError):
    """Nobody of the cluster is there: a job rests until it is, and goes on then."""

    retry = Retry.LATER


def not_installed() -> InputError:
    return InputError(
        "This Quayside cannot reach a cluster: Dask is not installed.",
        cure="Install the extra: pip install 'quayside-explorer[cluster]'.",
    )


def no_scheduler(address: Address) -> ClusterError:
    return ClusterAwayError(
        f"No Dask scheduler answers at {address.host}, port {address.port}.",
        cure="Look whether it runs (`dask scheduler`), whether it uses TLS, and whether the port "
        "is the one it tells.",
    )


def no_workers(address: Address) -> ClusterError:
    return ClusterAwayError(
        f"The cluster at {address.host} has no workers.",
        cure=f"Start some with: dask worker {address.url}",
    )


def no_certificate(reason: str = "") -> InputError:
    """TLS, and nothing to say who we are; `reason` is why what was named cannot be used."""
    return InputError(
        f"The certificate for this cluster cannot be used: {reason}."
        if reason
        else "This cluster uses TLS, and Dask has no certificate of yours for it.",
        cure="Name three PEM files to Dask: the authority, your certificate and its key, by "
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and "
        "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY, or under distributed.comm.tls in "
        "~/.config/dask/distributed.yaml.",
    )


def not_trusted(address: Address) -> ClusterError:
    return ClusterError(
        f"The scheduler at {address.host}, port {address.port}, is not the one that your "
        "certificate authority vouches for, or speaks no TLS.",
        cure="Look whether DASK_DISTRIBUTED__COMM__TLS__CA_FILE is this cluster's authority, and "
        "whether the scheduler's address begins with tls://.",
    )


def scheduler_gone(address: Address, reason: str = "") -> ClusterError:
    why = f" ({reason})" if reason else ""
    return ClusterAwayError(
        f"The Dask scheduler at {address.host}, port {address.port}, does not answer any "
        f"more{why}.",
        cure="Start it and its workers again, then go on. What has arrived is not moved again.",
    )


def all_gone(address: Address, refused: ClusterError | None = None) -> ClusterError:
    """`refused` is why one that came instead was not used."""
    also = f" One that came was not used: {refused.message}" if refused is not None else ""
    return ClusterAwayError(
        f"All workers of the cluster at {address.host} are gone.{also}",
        cure="Start them again, then go on. What has arrived is not moved again.",
    )


def unfit(worker: str, answer: Mapping[str, Any] | BaseException) -> ClusterError | None:
    """Why a worker cannot be used, from what it answered to the greeting; None if it can.
    Pure."""
    if isinstance(answer, ModuleNotFoundError):
        return ClusterError(
            f"The worker {worker} lacks Quayside: {answer}.",
            cure=f"Install there what is here: {_THIS}.",
        )
    if isinstance(answer, BaseException):
        return ClusterError(
            f"The worker {worker} does not understand this Quayside "
            f"({str(answer) or type(answer).__name__}): it may have another version.",
            cure=f"Install there what is here: {_THIS}.",
        )
    if answer["version"] != __version__:
        return ClusterError(
            f"The worker {answer['name']} has Quayside {answer['version']}, this is {__version__}.",
            cure=f"Install the same on both: {_THIS}.",
        )
    if answer["python"] != python_version():
        return ClusterError(
            f"The worker {answer['name']} runs Python {answer['python']}, "
            f"this is {python_version()}.",
            cure="Dask needs the same Python (the first two numbers) everywhere: start the worker "
            "with it, or Quayside here.",
        )
    if answer["problem"]:
        return ClusterError(
            f"The worker {answer['name']} cannot do it: {answer['problem']} there.",
            cure="The path has to be the same on all workers: put it on a file system that they "
            "share, or start the workers where it is.",
        )
    return None


def python_version() -> str:
    """The first two numbers of this Python's version."""
    return ".".join(platform.python_version_tuple()[:2])


def stopped(answer: Mapping[str, Any]) -> QuaysideError:
    """What stopped a whole batch, told again here. Pure."""
    failure = failure_from_text(answer["failure"])
    message = failure.message if failure is not None else "A worker stopped."
    error = ClusterError(message, cure=failure.cure if failure is not None else "")
    if answer["needs_credentials"]:
        error.retry = Retry.NEEDS_CREDENTIALS
    return error
