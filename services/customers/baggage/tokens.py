"""The token of a bag: who holds it is given the bag, so it can't be guessed, and nothing kept here shows it."""

import hashlib
import secrets

BYTES = 32


def new_token() -> str:
    """256 random bits, as letters, digits, `-` and `_`."""
    return secrets.token_urlsafe(BYTES)


def digest(token: str) -> bytes:
    """By what a token is known and found: SHA-256, from which nobody gets it back.

    A look-up by it tells nothing by the time it takes: who tries tokens can't choose where their digests begin.
    """
    return hashlib.sha256(token.encode()).digest()
