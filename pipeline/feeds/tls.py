"""Whom feeds trust over TLS: what the system trusts, or one authority that is named."""

from __future__ import annotations

import ssl
from pathlib import Path


def trusting(authority: Path | None) -> ssl.SSLContext:
    """What checks a server's certificate and name; ``authority`` is a PEM file.

    Raises:
        OSError: the file cannot be read, or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=str(authority) if authority else None)
    except OSError as error:
        raise OSError(f"the authority file {authority} cannot be read: {error.strerror or error}") from error


def distrusted(error: ssl.SSLCertVerificationError) -> str:
    """Why a certificate is refused and what to do, for a person."""
    return (
        f"its certificate is not trusted: {error.verify_message}. If you know it to be right, set "
        "`authority` to the file of the authority that signed it"
    )
