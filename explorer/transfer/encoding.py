"""Requests and failures as JSON text for the journal, and back. Pure; no secret in them.

The text is ASCII, so local names that are no UTF-8 (surrogates) survive.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final, TypeVar

from explorer.base.errors import JournalError, QuaysideError, StorageError
from explorer.transfer.model import (
    ConflictPolicy,
    CopyRequest,
    CopySource,
    DownloadRequest,
    DownloadSource,
    Failure,
    JobOptions,
    Links,
    RemotePlace,
    Request,
    UploadRequest,
    UploadSource,
)

T = TypeVar("T")


def request_to_text(request: Request) -> str:
    """One line of JSON."""
    common: dict[str, Any] = {
        "sources": [_source_to_json(source) for source in request.sources],
        "options": _options_to_json(request.options),
    }
    if isinstance(request, UploadRequest):
        common |= {
            "direction": "upload",
            "place": asdict(request.target),
            "make_container": request.make_container,
        }
        if request.is_archive:
            common["is_archive"] = True
    elif isinstance(request, CopyRequest):
        common |= {
            "direction": "copy",
            "place": asdict(request.target),
            "from": asdict(request.source),
            "is_move": request.is_move,
            "make_container": request.make_container,
        }
    else:
        common |= {
            "direction": "download",
            "place": asdict(request.source),
            "destination": request.destination,
        }
    return json.dumps(common, separators=(",", ":"))


def request_from_text(text: str) -> Request:
    """Read what `request_to_text` wrote. Raises JournalError for anything else."""
    try:
        data = json.loads(text)
        place = _record(RemotePlace, data["place"])
        options = _options_from_json(data["options"])
        if data["direction"] == "upload":
            return UploadRequest(
                tuple(_record(UploadSource, source) for source in data["sources"]),
                place,
                options,
                bool(data["make_container"]),
                bool(data.get("is_archive", False)),
            )
        if data["direction"] == "copy":
            return CopyRequest(
                tuple(_record(CopySource, source) for source in data["sources"]),
                _record(RemotePlace, data["from"]),
                place,
                options,
                bool(data["is_move"]),
                bool(data["make_container"]),
            )
        return DownloadRequest(
            tuple(_record(DownloadSource, source) for source in data["sources"]),
            place,
            _text(data["destination"]),
            options,
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise JournalError(
            "A job of the transfer queue cannot be read.",
            cure="Start that upload, download or copy again.",
        ) from error


_SELDOM = frozenset({"snapshot", "version_id"})
"""Written only where they say something: what an older Quayside knows, it can read."""


def _source_to_json(source: UploadSource | DownloadSource | CopySource) -> dict[str, Any]:
    return {name: value for name, value in asdict(source).items() if value or name not in _SELDOM}


def _options_to_json(options: JobOptions) -> dict[str, Any]:
    seldom = {"on": options.on} if options.on else {}
    return seldom | {
        "conflicts": options.conflicts.value,
        "decisions": {name: policy.value for name, policy in options.decisions.items()},
        "with_md5": options.with_md5,
        "preserve_mtime": options.preserve_mtime,
        "links": options.links.value,
        "include": list(options.include),
        "exclude": list(options.exclude),
        "use_ignore_files": options.use_ignore_files,
        "block_size_bytes": options.block_size_bytes,
        "content_type": options.content_type,
        "limit_bytes_per_s": options.limit_bytes_per_s,
        "only_over": options.only_over,
    }


def _options_from_json(data: dict[str, Any]) -> JobOptions:
    return _record(
        JobOptions,
        {
            **data,
            "conflicts": ConflictPolicy(data["conflicts"]),
            "decisions": {n: ConflictPolicy(p) for n, p in data["decisions"].items()},
            "links": Links(data["links"]),
            "include": _words(data["include"]),
            "exclude": _words(data["exclude"]),
        },
    )


_PLAIN: Final[dict[str, type]] = {"str": str, "bool": bool, "int": int}


def _record(kind: type[T], values: dict[str, Any]) -> T:
    """One of `kind`. Raises TypeError where a value is of another type than its field: what is
    taken for a name here must not turn out to be a number in the middle of a job."""
    for name, annotation in kind.__annotations__.items():
        wanted = _PLAIN.get(annotation)
        if wanted is not None and name in values and type(values[name]) is not wanted:
            raise TypeError(f"{name} is not of its type")
    return kind(**values)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _words(values: list[str]) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError("no list of texts")
    return tuple(values)


def failure_of(error: BaseException) -> Failure:
    """An error in the words that the queue keeps and shows."""
    if isinstance(error, StorageError):
        return Failure(error.title, error.message, error.cure, error.code, error.request_id)
    if isinstance(error, QuaysideError):
        return Failure(error.title, error.message, error.cure)
    return Failure(
        "A fault in Quayside",
        f"{type(error).__name__} stopped this transfer.",
        "Try it again; the log has the details.",
    )


def failure_to_text(failure: Failure | None) -> str | None:
    return None if failure is None else json.dumps(asdict(failure), separators=(",", ":"))


def failure_from_text(text: str | None) -> Failure | None:
    if text is None:
        return None
    try:
        return _record(Failure, json.loads(text))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Failure("Unknown", "The reason could not be read from the transfer queue.")
