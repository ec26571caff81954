"""Signed requests to one endpoint: what every operation of the store is made of.

Lean on purpose: no policies, no models between, one dictionary of headers. The SDK's
pipeline costs 1 to 3 ms a request and 230 ms to import; this costs some 0.1 ms.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Mapping

from explorer import __version__
from explorer.base.cancel import current_token
from explorer.base.errors import InputError, IntegrityError, QuaysideError
from explorer.base.known import Known
from explorer.base.patterns import regex
from explorer.storage.azure.answer import Answer
from explorer.storage.azure.dates import http_date, seconds_of
from explorer.storage.azure.dial import Origin
from explorer.storage.azure.errors import Attempt, Place, raise_as_ours, refusal
from explorer.storage.azure.pool import Call, Pool, Told
from explorer.storage.azure.signing import TokenSigner, query_text
from explorer.storage.endpoint import token_refusal

API_VERSION = "2023-11-03"
"""Spoken unless the settings say otherwise: the oldest that has all we ask for (the Cold
tier, names that XML cannot hold, directories in listings), so that older services take it."""

USER_AGENT = f"quayside/{__version__}"
BODY_LIMIT = 1 << 20
"""Most that is read of an answer that should be short."""

_URL = regex(r"(https?)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?(/[!\"$->@-~]*)?")
_METADATA_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_NO_HEADERS: Mapping[str, str] = {}


def split_endpoint(endpoint: str) -> tuple[Origin, str]:
    """Origin and path (without a slash at its end) of `http[s]://host[:port][/account]`."""
    hit = _URL.fullmatch(endpoint)
    if hit is None:
        raise InputError(
            "The endpoint is not an address that can be used.",
            cure="It looks like https://account.blob.core.windows.net.",
        )
    scheme, host, port, path = hit.groups()
    number = int(port) if port else 443 if scheme == "https" else 80
    return Origin(scheme, host.strip("[]"), number), (path or "").rstrip("/")


class Rest:
    """Requests to one endpoint in one API version. Safe from many threads."""

    def __init__(self, endpoint: str, place: Place, pool: Pool, api_version: str) -> None:
        self.endpoint = endpoint.rstrip("/")
        if isinstance(place.signer, TokenSigner) and (reason := token_refusal(self.endpoint)):
            raise InputError(reason, cure="Connect with a key or a SAS.")
        self.place = place
        self.api_version = api_version or API_VERSION
        self._origin, self.base_path = split_endpoint(self.endpoint)
        self.pool = pool
        self._date_seen = ("", 0.0)

    def __reduce__(self) -> tuple[type[Rest], tuple[str, Place, Pool, str]]:
        return Rest, (self.endpoint, self.place, self.pool, self.api_version)

    def in_version(self, api_version: str) -> Rest:
        """The same endpoint, asked in another version of the API."""
        return Rest(self.endpoint, self.place, self.pool, api_version)

    def ask(
        self,
        attempt: Attempt,
        method: str,
        path: str,
        parameters: Mapping[str, str] = _NO_HEADERS,
        headers: Mapping[str, str] = _NO_HEADERS,
        *,
        good: Collection[int],
        body: memoryview | bytes | None = None,
        metadata: Mapping[str, str] = _NO_HEADERS,
        progress: Callable[[int], None] | None = None,
        may_resend: bool = False,
        answer_wait_s: float = 0.0,
        is_look: bool = False,
    ) -> Answer:
        """The answer, if its status is in `good`; the caller must close it.

        `path` is encoded, without the endpoint's own. `is_look` is said of a POST that changes
        nothing. Raises errors of ours and Cancelled.
        """
        fields = {
            "x-ms-date": http_date(time.time()),
            "x-ms-version": self.api_version,
            "user-agent": USER_AGENT,
            **headers,
        }
        view = memoryview(body).cast("B") if body is not None and len(body) else None
        if method in ("PUT", "POST"):
            fields["content-length"] = str(view.nbytes if view is not None else 0)
        spelled = add_metadata(fields, metadata) if metadata else _NO_HEADERS
        path = f"{self.base_path}{path}"
        signer = self.place.signer
        told = Told(progress) if progress is not None else None
        is_renewed = False
        while True:
            query = query_text(parameters) if parameters else ""
            query = signer.sign(method, path, query, fields)
            call = Call(
                self._origin,
                method,
                f"{path}?{query}" if query else path,
                head_lines(fields, spelled),
                view,
                may_resend,
                answer_wait_s,
                is_look,
            )
            try:
                answer = self.pool.exchange(call, told)
                self._date_seen = (answer.headers.get("date", ""), time.time())
                if answer.status in good:
                    return answer
                refused = self._refused(attempt, answer)
                if answer.status != 401 or not isinstance(signer, TokenSigner) or is_renewed:
                    raise refused
                if not signer.renew(fields):
                    raise refused
            except Exception as error:
                raise_as_ours(attempt, error)
                raise
            # Nothing was done yet: with a fresh token it is asked once more.
            is_renewed = True
            if told is not None:
                told.rewind()

    def do(
        self,
        attempt: Attempt,
        method: str,
        path: str,
        parameters: Mapping[str, str] = _NO_HEADERS,
        headers: Mapping[str, str] = _NO_HEADERS,
        *,
        good: Collection[int],
        limit: int = BODY_LIMIT,
        body: memoryview | bytes | None = None,
        metadata: Mapping[str, str] = _NO_HEADERS,
        progress: Callable[[int], None] | None = None,
        may_resend: bool = False,
        answer_wait_s: float = 0.0,
        is_look: bool = False,
    ) -> tuple[Answer, bytearray]:
        """Like `ask`, with the whole body read."""
        answer = self.ask(
            attempt, method, path, parameters, headers, good=good, body=body, metadata=metadata,
            progress=progress, may_resend=may_resend, answer_wait_s=answer_wait_s, is_look=is_look,
        )  # fmt: skip
        return answer, self.finish(attempt, answer, limit)

    def finish(self, attempt: Attempt, answer: Answer, limit: int = BODY_LIMIT) -> bytearray:
        """The whole body of what `ask` gave, which is closed. Raises errors of ours and
        Cancelled."""
        try:
            return answer.read(limit)
        except Exception as error:
            raise_as_ours(attempt, error)
            raise
        finally:
            answer.close()

    def _refused(self, attempt: Attempt, answer: Answer) -> QuaysideError:
        with answer:
            body = bytearray()
            with contextlib.suppress(Exception):
                body = answer.read(BODY_LIMIT)
            if (token := current_token()) is not None:
                token.raise_if_cancelled()
            return refusal(attempt, answer.status, answer.headers, bytes(body))

    @property
    def clock_skew_s(self) -> float | None:
        """How far this machine's clock is ahead of the service's, by the last answer's date
        (to a second or so); None before there was one."""
        date, seen_s = self._date_seen
        server_s = seconds_of(date)
        return seen_s - server_s if server_s else None

    def close(self) -> None:
        self.pool.close()


def add_metadata(fields: dict[str, str], metadata: Mapping[str, str]) -> dict[str, str]:
    """Put metadata into the headers; returns how names are spelled on the wire, if otherwise.

    The service keeps the letter case of a name, the signature is over small letters.
    """
    spelled = {}
    for name, value in metadata.items():
        field, wire = _METADATA[name]
        if field in fields:
            raise InputError(f"There are two values of metadata called {name!r}.")
        fields[field] = value.strip()
        if wire != field:
            spelled[field] = wire
    return spelled


def _metadata_field(name: str) -> tuple[str, str]:
    """The header for metadata of that name, in small letters and as it is on the wire."""
    if not _METADATA_NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot be the name of metadata.",
            cure="Use letters, digits and underscores, and begin with a letter.",
        )
    wire = f"x-ms-meta-{name}"
    return wire.lower(), wire


_METADATA = Known(_metadata_field, 256)


def head_lines(fields: Mapping[str, str], spelled: Mapping[str, str]) -> str:
    """Header lines. Raises InputError for a name or value that a header cannot hold."""
    values = "".join(fields.values())
    if not values.isascii() or "\n" in values or "\r" in values or "\0" in values:
        name = next(name for name, value in fields.items() if not _is_plain(value))
        shown = name.removeprefix("x-ms-meta-").removeprefix("x-ms-blob-")
        raise InputError(
            f"The value of {shown} has characters that the service does not keep there.",
            cure="Use plain letters, digits and punctuation (ASCII), on one line.",
        )
    names = [spelled.get(name, name) for name in fields] if spelled else fields
    return _FORMS[tuple(names)] % tuple(fields.values())


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _form(names: tuple[str, ...]) -> str:
    """Header lines of these names with a `%s` for each value. Raises InputError."""
    if not all(map(_is_plain, names)):
        raise InputError("A header of the request cannot be sent.")
    return "".join(f"{name.replace('%', '%%')}: %s\r\n" for name in names)


_FORMS = Known(_form, 256)
"""One kind of request has the same names."""


def impossible(attempt: Attempt, what: str) -> IntegrityError:
    """For an answer that is a yes, but not to what was asked."""
    return IntegrityError(
        f"{attempt}: {what}.",
        cure="It is tried again; a cache or proxy in between may be at fault.",
    )


def check_goes_on(attempt: Attempt, marker: str, next_marker: str) -> None:
    """Raises IntegrityError for a page that leads back to itself, and would be read for ever."""
    if marker and next_marker == marker:
        raise impossible(attempt, "the listing does not go on")
