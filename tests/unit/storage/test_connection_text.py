"""Connection strings made from connections are read as the same connections."""

from __future__ import annotations

import pytest

from explorer.base.errors import InputError
from explorer.storage.connection import parse
from explorer.storage.connection_text import connection_text

KEY = "c2VjcmV0LWtleS1mb3ItdGVzdHM="
SIGNATURE = "A" * 43 + "%3D"
SAS = f"sv=2024-11-04&ss=b&srt=sco&sp=rl&se=2099-01-01T00:00:00Z&spr=https&sig={SIGNATURE}"


@pytest.mark.parametrize(
    "text",
    [
        f"DefaultEndpointsProtocol=https;AccountName=acc;AccountKey={KEY};"
        "EndpointSuffix=core.windows.net",
        f"BlobEndpoint=https://acc.blob.core.windows.net/;SharedAccessSignature={SAS}",
        "UseDevelopmentStorage=true",
    ],
)
def test_a_connection_string_leads_to_the_same_connection(text: str) -> None:
    spec = parse(text)
    again = parse(connection_text(spec))
    assert (again.blob_endpoint, again.secret, again.scope) == (
        spec.blob_endpoint,
        spec.secret,
        spec.scope,
    )


def test_without_a_secret_there_is_no_connection_string() -> None:
    with pytest.raises(InputError, match="no secret"):
        connection_text(parse("https://acc.blob.core.windows.net/public/a.txt"))
