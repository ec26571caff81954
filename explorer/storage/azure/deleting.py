"""Deleting many blobs: in batches where the credential and the service allow it.

A batch is asked for at the container, which a container SAS allows too. Where it is
refused, or some place knows no batches, the blobs are deleted one by one, and that
container is not asked for a batch again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from explorer.base.errors import CredentialExpiredError, QuaysideError, ServiceError, StorageError
from explorer.storage.azure.batch import batch_answers, batch_body, new_boundary
from explorer.storage.azure.dates import http_date
from explorer.storage.azure.errors import Attempt, refusal, translating
from explorer.storage.azure.names import blob_path, container_path
from explorer.storage.azure.rest import Rest, head_lines

ANSWER_LIMIT = 8 << 20
WAIT_S = 50.0
_NO_BATCHES = frozenset({400, 403, 404, 405, 501})
"""Statuses of a whole batch that mean 'not in this way'."""

Outcome = tuple[str, QuaysideError | None]


def _means_no_batches(error: StorageError) -> bool:
    """Whether the refusal of a whole batch is about batches, not about what is in it."""
    if isinstance(error, CredentialExpiredError):
        return False  # there are some again with the next one
    if error.status == 500 and not error.code:
        return True  # the emulator, to a batch with an account SAS
    return error.status in _NO_BATCHES and error.code != "ContainerNotFound"


class Deleter:
    """Deletes through one endpoint. Safe from many threads."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._refused: set[str] = set()

    def delete(
        self, container: str, names: Sequence[str], one_by_one: Callable[[str], None]
    ) -> Iterator[Outcome]:
        """One outcome for each name, in order. Raises Cancelled, and nothing else."""
        if len(names) > 1 and container not in self._refused:
            outcomes = self._batch(container, names)
            if outcomes is not None:
                yield from outcomes
                return
        for name in names:
            try:
                one_by_one(name)
            except QuaysideError as error:
                yield name, error
            else:
                yield name, None

    def _batch(self, container: str, names: Sequence[str]) -> list[Outcome] | None:
        """Outcomes of a batch, None where batches are refused."""
        outcomes: dict[str, QuaysideError | None] = {}
        requests, asked = [], []
        for name in names:
            try:
                requests.append(self._request(container, name))
                asked.append(name)
            except QuaysideError as error:
                outcomes[name] = error
        if asked:
            try:
                answers = self._send(container, requests)
            except StorageError as error:
                if not _means_no_batches(error):
                    return [(name, outcomes.get(name, error)) for name in names]
                self._refused.add(container)
                return None
            except QuaysideError as error:
                return [(name, outcomes.get(name, error)) for name in names]
            for number, name in enumerate(asked):
                attempt = Attempt(self._rest.place, "delete", container, name)
                answer = answers.get(number)
                if answer is None:
                    outcomes[name] = ServiceError(
                        f"{attempt}: the answer to the batch says nothing of it.",
                        cure="Refresh to see whether it is gone, and try again.",
                    )
                else:
                    status, headers, body = answer
                    is_done = 200 <= status < 300
                    outcomes[name] = None if is_done else refusal(attempt, status, headers, body)
        return [(name, outcomes[name]) for name in names]

    def _request(self, container: str, name: str) -> tuple[str, str]:
        path = f"{self._rest.base_path}{blob_path(container, name)}"
        headers = {"x-ms-date": http_date(time.time()), "x-ms-delete-snapshots": "include"}
        query = self._rest.place.signer.sign("DELETE", path, "", headers)
        headers["content-length"] = "0"
        target = f"{path}?{query}" if query else path
        return f"DELETE {target} HTTP/1.1", head_lines(headers, {})

    def _send(
        self, container: str, requests: Sequence[tuple[str, str]]
    ) -> dict[int, tuple[int, dict[str, str], bytes]]:
        attempt = Attempt(self._rest.place, "delete blobs in", container)
        boundary = new_boundary()
        answer, body = self._rest.do(
            attempt,
            "POST",
            container_path(container),
            {"restype": "container", "comp": "batch"},
            {"content-type": f"multipart/mixed; boundary={boundary}"},
            good=(202,),
            body=batch_body(boundary, requests),
            limit=ANSWER_LIMIT,
            answer_wait_s=WAIT_S,
        )
        with translating(attempt):
            parts = batch_answers(answer.headers.get("content-type", ""), bytes(body))
        is_numbered = any(part.number >= 0 for part in parts)
        if not is_numbered and len(parts) == 1 < len(requests):
            # A single answer without a number is about the batch as a whole.
            raise refusal(attempt, parts[0].status, parts[0].headers, parts[0].body)
        if not is_numbered and len(parts) == len(requests):
            parts = [part._replace(number=place) for place, part in enumerate(parts)]
        return {
            part.number: (part.status, part.headers, part.body)
            for part in parts
            if part.number >= 0
        }
