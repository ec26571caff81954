"""Microsoft Entra ID as far as a sign-in needs it: OpenID discovery, codes, tokens; over TLS.

By RFC 8628 (device authorization grant), RFC 6749 (authorization code) and OpenID Connect
Discovery. It lets in whoever comes: what is tested is who asks, and what is done with a token.
"""

from __future__ import annotations

import base64
import json
import ssl
import time
import urllib.parse
import urllib.request

from tests.servers.front import Front, Reply, Request
from tests.support.sign_in import OBJECT_ID, TENANT_ID, jwt


class Authority(Front):
    """From `__enter__` to `__exit__`. `tokens` are those it gave, `asked` the grants."""

    def __init__(self, tls: ssl.SSLContext, *, lasts_s: int = 3600) -> None:
        super().__init__(tls=tls)
        self._lasts_s = lasts_s
        self.tokens: list[str] = []
        self.asked: list[str] = []
        self.is_refusing = False
        self.nonces: dict[str, str] = {}

    @property
    def host(self) -> str:
        return f"https://localhost:{self.port}"

    def answer(self, request: Request) -> Reply:
        tenant, _, rest = request.path.lstrip("/").partition("/")
        base = f"{self.host}/{tenant}"
        form = dict(urllib.parse.parse_qsl(request.body.decode()))
        if rest == "v2.0/.well-known/openid-configuration":
            return _json(
                {
                    "issuer": f"{base}/v2.0",
                    "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                    "token_endpoint": f"{base}/oauth2/v2.0/token",
                    "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                }
            )
        if rest == "oauth2/v2.0/devicecode":
            return _json(
                {
                    "device_code": "d1",
                    "user_code": "ABCD-1234",
                    "verification_uri": "https://example.com/device",
                    "expires_in": 900,
                    "interval": 0,
                    "message": "",
                }
            )
        if rest == "oauth2/v2.0/token":
            return self._granted(form)
        return _json({"error": "not_found"}, 404)

    def _granted(self, form: dict[str, str]) -> Reply:
        self.asked.append(form["grant_type"])
        if self.is_refusing:
            return _json({"error": "access_denied", "error_description": "canary of denial"}, 400)
        now = int(time.time())
        claims = {
            "iss": f"{self.host}/{TENANT_ID}/v2.0",
            "aud": form["client_id"],
            "sub": "somebody",
            "tid": TENANT_ID,
            "preferred_username": "somebody@example.com",
            "iat": now,
            "exp": now + 3600,
        }
        if nonce := self.nonces.get(form.get("code", "")):
            claims["nonce"] = nonce
        self.tokens.append(jwt(self._lasts_s, name=f"number {len(self.tokens)}"))
        return _json(
            {
                "token_type": "Bearer",
                "access_token": self.tokens[-1],
                "expires_in": self._lasts_s,
                "refresh_token": "r1",
                "scope": form.get("scope", ""),
                "id_token": ".".join((_b64({"alg": "none"}), _b64(claims), "c2ln")),
                "client_info": _b64({"uid": OBJECT_ID, "utid": TENANT_ID}),
            }
        )

    def browse(self, address: str) -> bool:
        """What a browser does in which somebody signs in: back to the program, with a code."""
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        self.nonces["c1"] = asked.get("nonce", "")
        form = urllib.parse.urlencode({"code": "c1", "state": asked["state"]}).encode()
        with urllib.request.urlopen(asked["redirect_uri"], data=form) as answer:
            return bool(answer.status == 200)


def _json(said: dict[str, object], status: int = 200) -> Reply:
    return Reply(status, {"content-type": "application/json"}, json.dumps(said).encode())


def _b64(said: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
