"""HTTP Digest and Basic, against the examples of the RFCs and against abuse."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.provisioning.digest import (
    NONCE_LIFETIME,
    BasicCredentials,
    DigestCredentials,
    NonceSigner,
    NonceState,
    challenges,
    ha1,
    is_for,
    parse_authorization,
    proves,
    response_of,
)

SIGNER = NonceSigner(b"k" * 32)
NOW = 1_800_000_000


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def test_the_md5_example_of_rfc_7616_gives_its_response() -> None:
    credentials = DigestCredentials(
        username="Mufasa",
        realm="http-auth@example.org",
        nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        uri="/dir/index.html",
        response="",
        qop="auth",
        nc="00000001",
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )
    secret = md5("Mufasa:http-auth@example.org:Circle of Life")
    assert response_of(credentials, method="GET", ha1=secret) == "8ca523f5e9506fed4657c9700eebdbec"


def test_without_qop_the_response_is_that_of_rfc_2069() -> None:
    nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093"
    credentials = DigestCredentials("Mufasa", "testrealm@host.com", nonce, "/dir/index.html", "")
    secret = md5("Mufasa:testrealm@host.com:Circle Of Life")
    assert response_of(credentials, method="GET", ha1=secret) == "670fd8c2df070c60b045671b8b24ff02"


def header(**changed: str) -> str:
    fields = {
        "username": "ac-249ad80a46b3",
        "realm": "Centrale",
        "nonce": SIGNER.issue(NOW),
        "uri": "/provision/249ad80a46b3.cfg",
        "response": "0" * 32,
        "cnonce": "abc",
    } | changed
    return (
        "Digest "
        + ", ".join(f'{name}="{value}"' for name, value in fields.items())
        + ", qop=auth, nc=00000001, algorithm=MD5"
    )


def test_a_header_as_curl_writes_it_is_read() -> None:
    credentials = parse_authorization(header())
    assert isinstance(credentials, DigestCredentials)
    assert (credentials.username, credentials.count, credentials.qop) == ("ac-249ad80a46b3", 1, "auth")


def test_quoted_characters_in_a_user_name_are_read() -> None:
    credentials = parse_authorization(header(username=r"a\"b\\c, d"))
    assert isinstance(credentials, DigestCredentials)
    assert credentials.username == 'a"b\\c, d'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bearer abc",
        "Digest",
        "Digest nonsense",
        'Digest username="a", username="b"',
        header(realm="Elsewhere"),
        header(response="short"),
        header().replace("qop=auth", "qop=auth-int"),
        header().replace("nc=00000001", "nc=1"),
        header().replace("MD5", "SHA-256"),
        header().replace('cnonce="abc"', 'cnonce=""'),
        header(username="x" * 4000),
        "Basic !!!",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
    ],
)
def test_what_is_malformed_or_of_another_kind_is_no_credential(text: str) -> None:
    assert parse_authorization(text) is None


@given(st.text(max_size=300))
def test_no_header_makes_the_reader_fail(text: str) -> None:
    parse_authorization(text)
    parse_authorization("Digest " + text)
    parse_authorization("Basic " + text)


def test_a_password_may_hold_colons_in_basic() -> None:
    text = "Basic " + base64.b64encode(b"user:pass:word").decode()
    assert parse_authorization(text) == BasicCredentials("user", "pass:word")


def test_the_right_password_proves_itself_in_digest_and_basic() -> None:
    secret = ha1("user", "Passw0rd")
    draft = DigestCredentials("user", "Centrale", "n", "/x", "", "auth", "00000001", "c")
    good = DigestCredentials(
        "user", "Centrale", "n", "/x", response_of(draft, method="GET", ha1=secret), "auth", "00000001", "c"
    )
    assert proves(good, method="GET", username="user", ha1=secret)
    assert not proves(good, method="HEAD", username="user", ha1=secret)
    assert not proves(good, method="GET", username="other", ha1=secret)
    assert proves(BasicCredentials("user", "Passw0rd"), method="GET", username="user", ha1=secret)
    assert not proves(BasicCredentials("user", "passw0rd"), method="GET", username="user", ha1=secret)


def test_a_nonce_is_good_for_five_minutes_and_then_stale() -> None:
    nonce = SIGNER.issue(NOW)
    assert SIGNER.state(nonce, NOW) is NonceState.FRESH
    assert SIGNER.state(nonce, NOW + NONCE_LIFETIME - 1) is NonceState.FRESH
    assert SIGNER.state(nonce, NOW + NONCE_LIFETIME) is NonceState.STALE
    assert SIGNER.state(nonce, NOW - 1) is NonceState.STALE


def test_all_nonces_have_one_length_and_none_is_given_twice() -> None:
    nonces = {SIGNER.issue(NOW + second) for second in range(200)}
    assert len(nonces) == 200
    assert {len(nonce) for nonce in nonces} == {43}


@given(st.integers(0, 42), st.sampled_from("ABab01-_"))
def test_a_changed_nonce_is_forged(position: int, character: str) -> None:
    nonce = SIGNER.issue(NOW)
    changed = nonce[:position] + character + nonce[position + 1 :]
    if base64.urlsafe_b64decode(changed + "=") != base64.urlsafe_b64decode(nonce + "="):
        assert SIGNER.state(changed, NOW) is NonceState.FORGED


@pytest.mark.parametrize("nonce", ["", "é", "x" * 43, "A" * 44, "!" * 43])
def test_what_was_never_a_nonce_is_forged(nonce: str) -> None:
    assert SIGNER.state(nonce, NOW) is NonceState.FORGED


def test_another_key_does_not_know_our_nonces() -> None:
    assert NonceSigner(b"x" * 32).state(SIGNER.issue(NOW), NOW) is NonceState.FORGED


@pytest.mark.parametrize(
    ("uri", "path", "query", "same"),
    [
        ("/provision/a.cfg", "/provision/a.cfg", "", True),
        ("/provision//a.cfg", "/provision//a.cfg", "", True),
        ("//provision/a.cfg", "/provision/a.cfg", "", False),
        ("/provision/00%3A15.cfg", "/provision/00:15.cfg", "", True),
        ("http://host/provision/a.cfg", "/provision/a.cfg", "", True),
        ("/provision/a.cfg?x=1", "/provision/a.cfg", "x=1", True),
        ("/provision/a.cfg", "/provision/a.cfg", "x=1", False),
        ("/provision/b.cfg", "/provision/a.cfg", "", False),
        ("http://[", "/provision/a.cfg", "", False),
    ],
)
def test_a_signed_address_opens_that_address_only(uri: str, path: str, query: str, same: bool) -> None:
    credentials = DigestCredentials("u", "Centrale", "n", uri, "0" * 32)
    assert is_for(credentials, path=path, query=query) is same


def test_digest_stands_before_basic_and_basic_only_where_offered() -> None:
    both = challenges("n", stale=False, offer_basic=True)
    assert [challenge.split(" ")[0] for challenge in both] == ["Digest", "Basic"]
    assert len(challenges("n", stale=False, offer_basic=False)) == 1
    assert "stale=true" in challenges("n", stale=True, offer_basic=False)[0]
