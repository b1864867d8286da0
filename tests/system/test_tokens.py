"""Access tokens: what is not signed by the issuer, for us, is nobody's."""

import base64
import hashlib
import hmac
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from tests.system.client import sign_up
from tests.system.documents import PRIVATE_READS
from tests.system.expect import answer, problem


def segment(data):
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def opened(token):
    """Return header and claims of a token, unverified."""
    return jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})


def altered(token, **claims):
    """Return the token with other claims under the old signature."""
    head, _, signature = token.split(".")
    return f"{head}.{segment({**opened(token)[1], **claims})}.{signature}"


def own_key(token, *, algorithm="ES256", key_id=None, **claims):
    """Return the token signed by a key of our own."""
    header, standing = opened(token)
    made = {
        "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    }[algorithm]()
    headers = {**header, "alg": algorithm, "kid": key_id or header["kid"]}
    return jwt.encode({**standing, **claims}, made, algorithm=algorithm, headers=headers)


def with_embedded_key(token):
    """Return a token that brings its own key along, in its header."""
    header, claims = opened(token)
    key = ec.generate_private_key(ec.SECP256R1())
    public = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return jwt.encode(claims, key, algorithm="ES256", headers={**header, "jwk": public})


def without_algorithm(token, name="none"):
    header, claims = opened(token)
    return f"{segment({**header, 'alg': name})}.{segment(claims)}."


def keyed_by_the_public_key(token, secret):
    """Return a token signed by HMAC, with the public key as the secret."""
    header, claims = opened(token)
    signed = f"{segment({**header, 'alg': 'HS256'})}.{segment(claims)}"
    return f"{signed}.{segment(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def forgeries(token, account):
    other = "01890000-0000-7000-8000-000000000000"
    head, body, signature = token.split(".")
    return {
        "none": without_algorithm(token),
        "None": without_algorithm(token, "None"),
        "no signature": f"{head}.{body}.",
        "another's subject": altered(token, sub=other),
        "a later expiry": altered(token, exp=int(time.time()) + 86_400),
        "every scope": altered(token, scope="releases:write pages:write"),
        "own key": own_key(token),
        "own key, unknown id": own_key(token, key_id="nobody"),
        "own RSA key": own_key(token, algorithm="RS256"),
        "own key, other audience": own_key(token, aud="somebody-else"),
        "own key, other issuer": own_key(token, iss="https://evil.example"),
        "a key id that is a path": own_key(token, key_id="../../../../dev/null"),
        "embedded key": with_embedded_key(token),
        "a zero signature": f"{head}.{body}.{segment(bytes(64))}",
        "the refresh token": account.session["refresh_token"],
        "two parts": f"{head}.{body}",
        "four parts": f"{token}.{signature}",
        "not a token": "x",
        "a very long one": "x" * 6000,
        "an empty header": f"{segment({})}.{body}.{signature}",
        "a list": f"{segment([])}.{segment([])}.{signature}",
        "not base64": "%%%.%%%.%%%",
    }


@pytest.fixture(scope="module")
def anna(environment):
    """Return an account that is only read."""
    account = sign_up(environment)
    yield account
    account.close_account()


NAMES = [
    "none", "None", "no signature", "another's subject", "a later expiry", "every scope", "own key",
    "own key, unknown id", "own RSA key", "own key, other audience", "own key, other issuer",
    "a key id that is a path", "embedded key", "a zero signature", "the refresh token", "two parts",
    "four parts", "not a token", "a very long one", "an empty header", "a list", "not base64",
]  # fmt: skip


@pytest.mark.parametrize("service", PRIVATE_READS)
def test_a_true_token_is_accepted(anna, service):
    read = PRIVATE_READS[service]
    response = anna.client.get(service, read.path)
    if read.scopes:
        problem(response, 403)
    else:
        answer(response)


@pytest.mark.parametrize("service", PRIVATE_READS)
def test_no_token_is_answered_401_and_how_to_send_one(anyone, service):
    response = anyone.get(service, PRIVATE_READS[service].path)
    problem(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("service", PRIVATE_READS)
@pytest.mark.parametrize("name", NAMES)
def test_a_forged_token_is_nobodys(anna, service, name):
    forged = forgeries(anna.session["access_token"], anna)[name]
    problem(anna.client.as_(forged).get(service, PRIVATE_READS[service].path), 401)


@pytest.mark.parametrize("service", PRIVATE_READS)
def test_the_public_key_is_no_secret_to_sign_with(anna, anyone, service):
    token = anna.session["access_token"]
    for document in answer(anyone.get("users", "/.well-known/jwks.json"))["keys"]:
        key = jwt.PyJWK(document).key
        for encoding, form in (
            (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
            (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        ):
            forged = keyed_by_the_public_key(token, key.public_bytes(encoding, form))
            problem(anyone.as_(forged).get(service, PRIVATE_READS[service].path), 401)
        forged = keyed_by_the_public_key(token, json.dumps(document).encode())
        problem(anyone.as_(forged).get(service, PRIVATE_READS[service].path), 401)


@pytest.mark.parametrize("service", PRIVATE_READS)
@pytest.mark.parametrize(
    "shape", ["{}", "Basic {}", "Token {}", "Bearer", "Bearer ", "Bearer {} {}", "Bearer{}"]
)
def test_another_way_of_sending_it_is_refused(anna, service, shape):
    header = shape.replace("{}", anna.session["access_token"])
    problem(
        anna.client.as_(None).get(service, PRIVATE_READS[service].path, headers={"Authorization": header}),
        401,
    )


def test_a_token_in_the_address_is_refused(anna):
    token = anna.session["access_token"]
    problem(anna.client.as_(None).get("todos", "/v1/lists", params={"access_token": token}), 401)


def test_a_token_says_who_for_whom_and_how_long(anna, environment):
    header, claims = opened(anna.session["access_token"])
    assert header["alg"] == "ES256"
    assert header["kid"]
    assert claims["sub"] == anna.id
    assert claims["iss"] == environment.origin("users")
    assert claims["exp"] - claims["iat"] == 600
    assert claims["aud"]


def test_a_token_carries_nothing_personal(anna):
    claims = json.dumps(opened(anna.session["access_token"])[1])
    assert anna.email not in claims
    assert anna.name not in claims


def test_the_issuer_describes_itself(anyone, environment):
    document = answer(anyone.get("users", "/.well-known/openid-configuration"))
    assert document["issuer"] == environment.origin("users")
    assert document["jwks_uri"] == f"{document['issuer']}/.well-known/jwks.json"


def test_the_key_set_has_public_parts_only_and_verifies_our_token(anyone, anna):
    keys = answer(anyone.get("users", "/.well-known/jwks.json"))["keys"]
    for key in keys:
        assert not {"d", "p", "q", "k"} & key.keys()
        assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-256", "ES256")
    token = anna.session["access_token"]
    mine = next(key for key in keys if key["kid"] == opened(token)[0]["kid"])
    audience = opened(token)[1]["aud"]
    jwt.decode(token, jwt.PyJWK(mine).key, algorithms=["ES256"], audience=audience)
