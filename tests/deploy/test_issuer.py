"""What the throw-away tokens say, and that the published key proves them."""

import json
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jwt
import pytest

from deploy.local.issuer import ALL_SCOPES, Issuer


def _read(issuer: Issuer, token: str) -> dict[str, Any]:
    key = jwt.PyJWKSet.from_json(issuer.jwks.read_text())[jwt.get_unverified_header(token)["kid"]]
    options: Any = {"require": ["exp", "nbf", "iat", "sub"]}
    return jwt.decode(
        token, key, algorithms=["ES256"], audience="elevenfold", issuer="elevenfold-local", options=options
    )


def test_without_wishes_every_scope_and_no_stores(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    claims = _read(issuer, issuer.token())
    assert claims["sub"] == "local-admin"
    assert claims["exp"] - claims["iat"] == 8 * 3600
    assert claims["scope"].split() == list(ALL_SCOPES)
    assert len(ALL_SCOPES) == 12
    assert "stores" not in claims


def test_wishes_narrow_it(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    claims = _read(issuer, issuer.token(["customers:read"], ["330", "7"]))
    assert (claims["scope"], claims["stores"]) == ("customers:read", ["330", "7"])


def test_tests_may_say_anything(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    with pytest.raises(jwt.ExpiredSignatureError):
        _read(issuer, issuer.token(exp=int(time.time()) - 3600))
    with pytest.raises(jwt.MissingRequiredClaimError):
        _read(issuer, issuer.token(exp=None))
    with pytest.raises(jwt.InvalidAudienceError):
        _read(issuer, issuer.token(aud="other"))


def test_the_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    token = Issuer(tmp_path).token()
    assert _read(Issuer(tmp_path), token)["aud"] == "elevenfold"
    assert stat.S_IMODE((tmp_path / "private.pem").stat().st_mode) == 0o600
    assert "d" not in json.loads((tmp_path / "jwks.json").read_text())["keys"][0]


def test_the_command_prints_the_token_alone(tmp_path: Path, environment: dict[str, str]) -> None:
    wishes = {"SCOPES": "loyalty:read loyalty:write", "STORES": "330"}
    printed = subprocess.run(
        [sys.executable, "-m", "deploy.local", "token"],
        env={**environment, **wishes},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    claims = _read(Issuer(Path(environment["CRM_DATA_DIR"]) / "issuer"), printed.strip())
    assert (claims["scope"], claims["stores"]) == ("loyalty:read loyalty:write", ["330"])
