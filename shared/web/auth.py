"""Who calls: OAuth 2 bearer tokens (JWT), their scopes, and the stores they are bound to."""

import asyncio
import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import jwt

from shared.settings import WebSettings
from shared.web.problems import FORBIDDEN, NOT_FOUND, UNAUTHENTICATED, Problem

log = logging.getLogger(__name__)
ALGORITHMS = ("RS256", "ES256", "EdDSA")
REQUIRED_CLAIMS = ["exp", "iss", "aud", "sub"]
COOL_DOWN_S = 10.0
REFRESH_S = 300.0


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller. `stores`: the stores they are bound to, or None for all."""

    subject: str
    scopes: frozenset[str]
    stores: frozenset[str] | None = None

    def demand_scope(self, scope: str) -> None:
        """Raises a 403 problem unless the token has `scope`."""
        if scope not in self.scopes:
            raise Problem(FORBIDDEN, f"the scope {scope} is needed")

    def serves(self, store_id: str | None) -> bool:
        """Whether the caller may act in this store."""
        return self.stores is None or store_id in self.stores

    def demand_store(self, store_id: str | None) -> None:
        """Raises a 403 problem if a token bound to stores would act in another one."""
        if not self.serves(store_id):
            raise Problem(FORBIDDEN, "the token is bound to other stores")

    def demand_chain(self) -> None:
        """Raises a 403 problem for a token bound to stores, where the whole chain is concerned."""
        if self.stores is not None:
            raise Problem(FORBIDDEN, "this concerns the whole chain; the token is bound to stores")

    def hide_other_stores(self, store_id: str | None) -> None:
        """Raises the 404 problem by which another store's things are hidden from a bound token."""
        if not self.serves(store_id):
            raise Problem(NOT_FOUND, "nothing is known under this id")


class KeySet:
    """The issuer's public keys (JWKS at a `file:` or `http(s):` URL), kept when the issuer is away.

    An unknown key id asks the issuer again at most once per `COOL_DOWN_S`, so that keys can be rotated
    without a restart and a flood of made-up key ids costs nothing.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked_at = float("-inf")
        self._lock = asyncio.Lock()

    async def key(self, key_id: str) -> jwt.PyJWK | None:
        """The key of that id, or None."""
        if self._due(key_id) or (key_id not in self._keys and self._lock.locked()):
            async with self._lock:  # whoever comes while the keys are being fetched waits for them
                if self._due(key_id):
                    await self._refresh()
        return self._keys.get(key_id)

    def _due(self, key_id: str) -> bool:
        age = time.monotonic() - self._asked_at
        return age > (REFRESH_S if key_id in self._keys else COOL_DOWN_S)

    async def _refresh(self) -> None:
        self._asked_at = time.monotonic()
        try:
            document = json.loads(await self._fetch())
            self._keys = {k["kid"]: jwt.PyJWK(k) for k in document["keys"] if "kid" in k and k.get("kty") != "oct"}
        except (OSError, ValueError, KeyError, jwt.PyJWTError) as error:
            log.warning("key set not refreshed: %s", type(error).__name__)

    async def _fetch(self) -> bytes:
        parsed = urlparse(self.url)
        if parsed.scheme == "file":
            return await asyncio.to_thread(Path(unquote(parsed.path)).read_bytes)
        import httpx  # a heavy import that local runs can do without

        try:
            async with httpx.AsyncClient(timeout=2) as client:
                answer = await client.get(self.url)
            return answer.raise_for_status().content
        except httpx.HTTPError as error:
            raise OSError(str(error)) from error


class Authenticator:
    """Turns an `Authorization` header into a `Principal`."""

    def __init__(self, settings: WebSettings) -> None:
        self.issuer, self.audience = settings.auth_issuer, settings.auth_audience
        self.keys = KeySet(settings.auth_jwks_url)

    async def principal(self, authorization: str | None) -> Principal:
        """Raises a 401 problem for a token that is missing or does not hold."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise unauthenticated("no bearer token")
        try:
            claims = await self._claims(token.strip())
        except (jwt.PyJWTError, ValueError, TypeError):
            raise unauthenticated("the token does not hold") from None
        return _principal(claims)

    async def _claims(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise jwt.InvalidAlgorithmError
        key = await self.keys.key(str(header.get("kid")))
        if key is None or key.algorithm_name != header["alg"]:
            raise jwt.InvalidKeyError
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=self.audience,
            issuer=self.issuer,
            options={"require": REQUIRED_CLAIMS},
            leeway=5,
        )
        return claims


def _principal(claims: dict[str, Any]) -> Principal:
    stores = claims.get("stores")
    if "stores" in claims and not (isinstance(stores, list) and all(isinstance(s, str) for s in stores)):
        raise unauthenticated("the claim `stores` is not a list of ids")
    return Principal(
        subject=str(claims["sub"]),
        scopes=frozenset(str(claims.get("scope", "")).split()),
        stores=None if stores is None else frozenset(stores),
    )


def unauthenticated(detail: str) -> Problem:
    """The 401 problem, with the challenge that RFC 6750 asks for."""
    return Problem(UNAUTHENTICATED, detail, headers={"WWW-Authenticate": 'Bearer realm="elevenfold"'})
