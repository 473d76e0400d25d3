"""A throw-away token issuer: a key pair in the data directory, and tokens signed with it."""

import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from deploy.local.postgres.databases import SERVICES

ISSUER = "elevenfold-local"
AUDIENCE = "elevenfold"
SUBJECT = "local-admin"
LIFETIME = 8 * 3600
KEY_ID = "local"
ALL_SCOPES = tuple(f"{service}:{right}" for service in SERVICES for right in ("read", "write", "admin"))


class Issuer:
    """Signs with the key in `folder`, made at first use (mode 0600); `jwks.json` beside it is for readers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jwks = folder / "jwks.json"
        folder.mkdir(parents=True, exist_ok=True)
        self._pem = _ensure_key(folder / "private.pem")
        key = serialization.load_pem_private_key(self._pem, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - our own file, for the type checker
        public = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
        entry = {**public, "kid": KEY_ID, "alg": "ES256", "use": "sig"}
        _replace(self.jwks, json.dumps({"keys": [entry]}).encode(), 0o644)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A JWT with exactly these claims."""
        return jwt.encode(dict(claims), self._pem, algorithm="ES256", headers={"kid": KEY_ID})

    def token(self, scopes: Sequence[str] = (), stores: Sequence[str] = (), **claims: Any) -> str:
        """A JWT good for eight hours. No scopes: all of them; no stores: not bound to any.

        `claims` are added or replace the usual ones; None leaves one out.
        """
        now = int(time.time())
        usual: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": SUBJECT,
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME,
            "scope": " ".join(scopes or ALL_SCOPES),
            "stores": list(stores) or None,
        }
        return self.sign({name: value for name, value in {**usual, **claims}.items() if value is not None})


def _ensure_key(path: Path) -> bytes:
    """The PEM in `path`; two makers at once end up with the same one."""
    with suppress(FileNotFoundError):
        return path.read_bytes()
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    _write(draft, pem, 0o600)
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return path.read_bytes()


def _replace(path: Path, content: bytes, mode: int) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    _write(draft, content, mode)
    draft.replace(path)


def _write(path: Path, content: bytes, mode: int) -> None:
    """The mode is there from the first moment on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
