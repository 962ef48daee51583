import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from portal.lib import crypto

OLD, NEW = crypto.generate_key(), crypto.generate_key()


@given(st.text())
def test_a_secret_comes_back(secret: str) -> None:
    box = crypto.SecretBox([NEW])
    text = secret.encode("utf-8", "ignore").decode()
    assert box.decrypt(box.encrypt(text)) == text
    assert not text or text not in box.encrypt(text) or len(text) < 4


def test_a_key_is_replaced_by_putting_a_new_one_in_front() -> None:
    token = crypto.SecretBox([OLD]).encrypt("geheim")
    both = crypto.SecretBox([NEW, OLD])
    assert both.decrypt(token) == "geheim"
    assert crypto.SecretBox([NEW]).decrypt(both.rotate(token)) == "geheim"
    assert crypto.SecretBox([NEW]).decrypt(both.encrypt("nieuw")) == "nieuw"


def test_a_secret_of_a_lost_key_is_an_error_that_says_so() -> None:
    token = crypto.SecretBox([OLD]).encrypt("geheim")
    box = crypto.SecretBox([NEW])
    for attempt in (lambda: box.decrypt(token), lambda: box.rotate(token), lambda: box.decrypt_bytes(b"junk")):
        with pytest.raises(crypto.UndecipherableError, match="present encryption keys"):
            attempt()


@pytest.mark.parametrize(
    "keys", [[], "", OLD, ["short"], [OLD, "é" * 44]], ids=["none", "empty", "text", "short", "odd"]
)
def test_unusable_keys_are_named_and_never_shown(keys: list[str]) -> None:
    with pytest.raises(crypto.KeysError) as caught:
        crypto.SecretBox(keys)
    assert OLD not in str(caught.value)
    assert "key" in str(caught.value)
    assert NEW not in repr(crypto.SecretBox([NEW]))


def test_a_generated_password_is_long_and_plain() -> None:
    for _ in range(50):
        password = crypto.generate_password()
        assert len(password) == 20
        assert crypto.password_classes(password) == {"upper", "lower", "digit"}
    with pytest.raises(ValueError, match="12 characters"):
        crypto.generate_password(8)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Abcdefgh123!", None),
        ("Abcdefg123!", "password_short"),
        ("", "password_short"),
        ("abcdefgh123!", "password_classes"),
        ("Abcdefgh1234", "password_classes"),
        ("Abcdefgh 123!", "password_characters"),
        ("Abcdefgh123!é", "password_characters"),
        ("Abcdefgh123!\n", "password_characters"),
    ],
)
def test_a_typed_password_is_judged_by_its_first_fault(typed: str, code: str | None) -> None:
    assert crypto.password_refusal(typed) == code
    assert code is None or code in crypto.PASSWORD_REFUSALS


@given(st.text(max_size=8), st.text(max_size=8))
def test_secrets_are_the_same_when_their_text_is(one: str, other: str) -> None:
    assert crypto.same_secret(one, other) is (one == other)
    assert crypto.same_secret(one, one)


def test_the_installations_keys_are_used_as_they_are_set(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    token = crypto.encrypt("geheim")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert crypto.decrypt(token) == "geheim"
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(crypto.UndecipherableError):
        crypto.decrypt(token)
