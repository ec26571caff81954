"""Sign-ins for tests: tokens as the emulator takes them, and a storage emulator over https."""

from __future__ import annotations

import base64
import json
import shlex
import ssl
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from explorer.service.emulator import Emulator
from tests.servers.certificates import make_authority

OBJECT_ID = "11059fcc-5514-4800-b5f8-49808b9cfab6"
TENANT_ID = "ab1f708d-50f6-404c-a006-d71b2ac7a606"


def jwt(lasts_s: float = 3600.0, *, name: str = "somebody") -> str:
    """A JSON web token for storage, signed by nobody: the emulator checks the claims only."""
    now = int(time.time())
    claims = {
        "aud": "https://storage.azure.com",
        "iss": f"https://sts.windows.net/{TENANT_ID}/",
        "iat": now - 60,
        "nbf": now - 60,
        "exp": int(now + lasts_s),
        "oid": OBJECT_ID,
        "tid": TENANT_ID,
        "name": name,
    }
    return ".".join((_part({"alg": "none", "typ": "JWT"}), _part(claims), "c2lnbmF0dXJl"))


def _part(claims: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


def write_cli(folder: Path, answer: str, *, fails: str = "") -> Path:
    """A program called `az` that prints `answer`, or fails with that complaint. It notes each
    call, with its words, in `calls` beside it; the folder is for the PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "az"
    program.write_text(
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(folder / "az.py"))} "$@"\n'
    )
    (folder / "az.py").write_text(
        "import sys\n"
        f"open({str(folder / 'calls')!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
        f"sys.stderr.write({fails!r})\n"
        f"sys.stdout.write(open({str(folder / 'answer')!r}).read())\n"
        f"sys.exit({1 if fails else 0})\n"
    )
    program.chmod(0o700)
    (folder / "answer").write_text(answer)
    return folder


def cli_answer(token: str, lasts_s: float = 3600.0) -> str:
    """What az prints."""
    return json.dumps({"accessToken": token, "expires_on": int(time.time() + lasts_s)})


class SecureEmulator(NamedTuple):
    """An emulator over https that takes tokens, and the authority that vouches for it."""

    emulator: Emulator
    ca_file: Path
    tls: ssl.SSLContext
    """For another server by the same authority."""

    @property
    def endpoint(self) -> str:
        return self.emulator.endpoint


@pytest.fixture(scope="session")
def secure_azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureEmulator]:
    """Like `azurite`, over https."""
    folder = tmp_path_factory.mktemp("secure-azurite")
    ca_file, tls = make_authority(folder)
    log = folder / "azurite.log"
    with Emulator(log=log, certificate=folder / "server.pem") as emulator:
        yield SecureEmulator(emulator, ca_file, tls)
