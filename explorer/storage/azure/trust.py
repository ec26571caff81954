"""Which servers are trusted: the system's certificates, and a file of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.base.errors import InputError

if TYPE_CHECKING:
    import ssl


def system_roots() -> str:
    """Where this system keeps its certificates; empty where it names no place."""
    import ssl

    paths = ssl.get_default_verify_paths()
    return paths.cafile or paths.capath or ""


def tls_context(ca_file: str) -> ssl.SSLContext:
    """What an https connection is made with: the system's roots, and those of `ca_file`.

    Raises `InputError` where `ca_file` is not a file of certificates.
    """
    import ssl  # 8 ms, and local storage speaks plain http

    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    paths = ssl.get_default_verify_paths()
    if not context.cert_store_stats()["x509_ca"] and not paths.capath:
        # A bundle that was built elsewhere may not know where this system keeps its own.
        import certifi

        context.load_verify_locations(certifi.where())
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise InputError(
                f"The CA file {ca_file} cannot be used: {error.strerror or 'not a PEM file'}.",
                cure="Choose a file of certificates in PEM form in Settings, Network.",
            ) from error
    return context
