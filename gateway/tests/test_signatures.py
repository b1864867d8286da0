"""Signed URLs and cookies open what they are signed for, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from gateway.tests.signing import Signer
from gateway.tests.test_own_errors import is_problem
from gateway.tests.waiting import eventually

FILM = "/private/films/one.mp4"


@pytest.fixture(autouse=True)
def film(delivery):
    delivery.put(FILM, b"film")
    delivery.put("/private/films/two.mp4", b"two")
    delivery.put("/private/other.mp4", b"other")


@pytest.fixture
def signer(delivery) -> Signer:
    return delivery.signers["rsa"]


@pytest.mark.parametrize("kind", ["rsa", "rsa-sha256", "elliptic", "elliptic-sha256"])
def test_a_url_signed_by_any_listed_key_opens(delivery, kind):
    signed = delivery.signers[kind].url(delivery.url(FILM))
    for _ in range(2):
        answer = delivery.get(signed)
        assert (answer.status, answer.body) == (200, b"film")


@pytest.mark.parametrize("kind", ["rsa", "rsa-sha256", "elliptic", "elliptic-sha256"])
def test_cookies_open_every_file_that_their_policy_names(delivery, kind):
    signer = delivery.signers[kind]
    cookies = {"Cookie": "theme=dark; " + signer.cookies(signer.policy(delivery.url("/private/films/*")))}
    for path in (FILM, "/private/films/two.mp4"):
        assert delivery.get(delivery.url(path), headers=cookies).status == 200
    is_problem(delivery.get(delivery.url("/private/other.mp4"), headers=cookies), 403)


def test_without_a_signature_it_is_refused_and_says_what_is_missing(delivery):
    answer = delivery.get(delivery.url(FILM))
    is_problem(answer, 403)
    assert "signed" in answer.json["detail"]
    assert delivery.files.requests == []


def test_a_wrong_signature_leaves_no_address_in_the_log(delivery, signer):
    """OpenSSL keeps why a signature was wrong, and nginx would log that with the line of a later request."""
    signed = signer.url(delivery.url(FILM))
    head, _, tail = signed.partition("Signature=")
    wrong = f"{head}Signature={tail[:100]}{'B' if tail[100] == 'A' else 'A'}{tail[101:]}"
    for _ in range(4):
        assert delivery.get(wrong).status == 403
        assert delivery.get(signed).status == 200
    assert "Signature=" not in (delivery.gateway.edge.folder / "errors.log").read_text()


def test_no_flipped_bit_opens(delivery, signer):
    signed = signer.url(delivery.url(FILM))
    head, _, tail = signed.partition("Signature=")
    signature, _, rest = tail.partition("&")
    for place in (0, 100, len(signature) - 3):
        swapped = "B" if signature[place] == "A" else "A"
        changed = signature[:place] + swapped + signature[place + 1 :]
        is_problem(delivery.get(f"{head}Signature={changed}&{rest}"), 403)


def test_the_same_signature_written_differently_does_not_open(delivery, signer):
    signed = signer.url(delivery.url(FILM))
    last = signed.index("__&Key-Pair-Id") - 1
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~"
    # The last letter before the padding has bits that stand for nothing.
    other = alphabet[alphabet.index(signed[last]) ^ 1]
    is_problem(delivery.get(signed[:last] + other + signed[last + 1 :]), 403)
    is_problem(delivery.get(signed.replace("__&Key-Pair-Id", "&Key-Pair-Id")), 403)


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("one.mp4", "two.mp4"),
        lambda url: url.replace("Expires=", "Expires=9"),
        lambda url: url.replace("KRSA", "KRSA256"),
        lambda url: url.replace("KRSA", "KNOBODY"),
        lambda url: url.replace("KRSA", "__proto__"),
        lambda url: url + "&Hash-Algorithm=SHA256",
        lambda url: url + "&Hash-Algorithm=MD5",
        lambda url: url + "&x=1",
        lambda url: url + "&Expires=9999999999",
        lambda url: url + "&Policy=e30_",
        lambda url: url[:-40],
        lambda url: url.partition("&Signature")[0],
        lambda url: url.replace("Signature=", "Signature=%"),
    ],
)
def test_a_changed_url_does_not_open(delivery, signer, change):
    is_problem(delivery.get(change(signer.url(delivery.url(FILM)))), 403)


def test_a_key_that_is_not_listed_opens_nothing_under_a_listed_name(delivery):
    is_problem(delivery.get(Signer.rsa("KRSA").url(delivery.url(FILM))), 403)


def test_a_signature_ends_with_its_time_also_when_it_was_good_before(delivery, signer):
    is_problem(delivery.get(signer.url(delivery.url(FILM), seconds=-1)), 403)
    policy = signer.policy(delivery.url(FILM), seconds=600, after=300)
    answer = delivery.get(signer.url(delivery.url(FILM), policy=policy))
    is_problem(answer, 403)
    assert "not come yet" in answer.json["detail"]


def test_what_has_opened_opens_no_longer_than_its_time(delivery, signer):
    signed = signer.url(delivery.url(FILM), seconds=2)
    assert delivery.get(signed).status == 200
    assert eventually(lambda: delivery.get(signed).status == 403)


def test_what_cookies_have_opened_opens_to_nobody_else(delivery, signer):
    cookies = signer.cookies(signer.policy(delivery.url("/private/films/*")))
    for _ in range(2):
        assert delivery.get(delivery.url(FILM), headers={"Cookie": cookies}).status == 200
    for others in ({}, {"Cookie": "theme=dark"}, {"Cookie": cookies.partition(";")[0]}):
        is_problem(delivery.get(delivery.url(FILM), headers=others), 403)


def test_what_has_opened_for_one_path_opens_no_other_groups_path(delivery):
    signer = delivery.signers["rsa"]
    delivery.files.files["/members/a"] = b"members"
    cookies = {"Cookie": signer.cookies(signer.policy("https://*"))}
    assert delivery.get(delivery.url(FILM), headers=cookies).status == 200
    is_problem(delivery.get(delivery.url("/members/a", "updates"), headers=cookies), 403)


@pytest.mark.parametrize(
    ("network", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.0/8", 200),
        ("0.0.0.0/0", 200),
        ("127.0.0.2", 403),
        ("10.0.0.0/8", 403),
        ("127.0.0.1/33", 403),
        ("127.0.0.1/x", 403),
        ("localhost", 403),
    ],
)
def test_a_policy_for_a_network_opens_only_there(delivery, signer, network, status):
    policy = json.loads(signer.policy(delivery.url(FILM)))
    policy["Statement"][0]["Condition"]["IpAddress"] = {"AWS:SourceIp": network}
    assert delivery.get(signer.url(delivery.url(FILM), policy=json.dumps(policy))).status == status


@pytest.mark.parametrize(
    ("pattern", "status"),
    [
        ("*", 200),
        ("http*://cdn.localhost:*/private/films/*", 200),
        ("https://*/private/films/one.mp?", 200),
        ("https://*/one.mp4", 200),
        ("https://*/private/*/one.mp4", 200),
        ("https://*/private/films/one.mp", 403),
        ("https://*/private/films/?ne", 403),
        ("http://*", 403),
        ("https://cdn.localhost/private/films/*", 403),
    ],
)
def test_wildcards_stand_for_any_text_and_for_one_character(delivery, signer, pattern, status):
    signed = signer.url(delivery.url(FILM), policy=signer.policy(pattern))
    assert delivery.get(signed).status == status


def test_a_query_of_ones_own_is_part_of_what_is_signed(delivery, signer):
    signed = signer.url(delivery.url(f"{FILM}?download=1&name=a"))
    assert delivery.get(signed).status == 200
    is_problem(delivery.get(signed.replace("download=1", "download=2")), 403)


def test_encoded_parameters_are_read_as_plain_ones(delivery, signer):
    signed = signer.url(delivery.url(FILM), policy=signer.policy("*"))
    head, _, query = signed.partition("?")
    assert delivery.get(f"{head}?{query.replace('~', '%7E').replace('_', '%5F')}").status == 200


@pytest.mark.parametrize("path", ["/private/films/../other.mp4", "/private/films/..%2fother.mp4"])
def test_a_wildcard_does_not_reach_above_its_folder(delivery, signer, path):
    signed = signer.url(delivery.url(path), policy=signer.policy(delivery.url("/private/films/*")))
    assert delivery.get(signed).status == 400


LATER = {"DateLessThan": {"AWS:EpochTime": 9999999999}}


@pytest.mark.parametrize(
    "policy",
    [
        "not json",
        "{}",
        "[]",
        "null",
        json.dumps({"Statement": []}),
        json.dumps({"Statement": [{"Resource": "*"}]}),
        json.dumps({"Statement": [{"Resource": "*", "Condition": {"DateLessThan": {"AWS:EpochTime": "9"}}}]}),
        json.dumps({"Statement": [{"Resource": 5, "Condition": LATER}]}),
        json.dumps({"Statement": [{"Resource": "*", "Condition": {**LATER, "New": {}}}]}),
        json.dumps({"Statement": [{"Resource": "*", "Condition": LATER}] * 2}),
    ],
)
def test_a_signed_policy_that_cloudfront_does_not_know_opens_nothing(delivery, signer, policy):
    is_problem(delivery.get(signer.url(delivery.url(FILM), policy=policy)), 403)


def test_a_signed_url_counts_before_signed_cookies(delivery, signer):
    cookies = {"Cookie": signer.cookies(signer.policy("*"))}
    assert delivery.get(delivery.url(FILM), headers=cookies).status == 200
    is_problem(delivery.get(signer.url(delivery.url(FILM), seconds=-1), headers=cookies), 403)


def test_a_cookie_that_is_given_twice_opens_nothing(delivery, signer):
    cookies = signer.cookies(signer.policy("*"))
    is_problem(delivery.get(delivery.url(FILM), headers={"Cookie": f"{cookies}; {cookies}"}), 403)


def test_canned_cookies_open_the_one_file_that_they_name(delivery, signer):
    query = signer.url(delivery.url(FILM)).partition("?")[2]
    cookies = {"Cookie": "; ".join(f"CloudFront-{part}" for part in query.split("&"))}
    assert delivery.get(delivery.url(FILM), headers=cookies).status == 200
    is_problem(delivery.get(delivery.url("/private/films/two.mp4"), headers=cookies), 403)


def test_only_the_named_groups_keys_open_a_path_that_names_groups(delivery):
    delivery.files.files["/members/list"] = b"list"
    url = delivery.url("/members/list", host="updates")
    assert delivery.get(delivery.signers["elliptic"].url(url)).status == 200
    is_problem(delivery.get(delivery.signers["rsa"].url(url)), 403)


def test_a_rotated_key_opens_nothing_more_and_the_next_one_opens_at_once(delivery):
    next_one = Signer.rsa("KNEXT")
    before = delivery.gateway.edge
    old = delivery.signers["rsa"].url(delivery.url(FILM))
    assert delivery.get(old).status == 200
    delivery.gateway.reload(replace(before, key_groups={"first": {"KNEXT": next_one.public}}))
    try:
        assert eventually(lambda: delivery.get(next_one.url(delivery.url(FILM))).status == 200)
        assert eventually(lambda: delivery.get(old).status == 403)
    finally:
        delivery.gateway.reload(before)
        assert eventually(lambda: delivery.get(old).status == 200)
