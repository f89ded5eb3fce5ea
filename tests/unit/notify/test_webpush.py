# SPDX-License-Identifier: EUPL-1.2
"""Push messages: RFC 8291's own example, an independent implementation that opens ours, and VAPID (RFC 8292)."""

from __future__ import annotations

import base64
import json
import os

import http_ece
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from zegel.server.notify import webpush


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# RFC 8291, section 5 and appendix A
TEXT = b"When I grow up, I want to be a watermelon"
RECEIVER = raw("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
SENDER = raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
SECRET, SALT = raw("BTBZMqHH6r4Tts7J_aSIgg"), raw("DGv6ra1nlYgDCS1FRnbzlw")
MESSAGE = raw(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def fresh() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def test_the_example_of_the_rfc_comes_out_byte_for_byte():
    sender = ec.derive_private_key(int.from_bytes(SENDER), ec.SECP256R1())
    made = webpush.encrypt(TEXT, webpush.Keys(RECEIVER, SECRET), salt=SALT, sender=sender, padded_to=0)
    assert made == MESSAGE


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=webpush.LARGEST))
def test_an_independent_implementation_opens_what_we_encrypt(text):
    browser, secret = fresh(), os.urandom(16)
    keys = webpush.Keys(webpush.public_point(browser), secret)
    body = webpush.encrypt(text, keys, salt=os.urandom(16), sender=fresh())
    assert http_ece.decrypt(body, private_key=browser, auth_secret=secret) == text
    assert len(body) == 86 + 17 + max(webpush.PADDED_TO, len(text))  # its length says nothing of a short text


def test_nobody_else_opens_it():
    browser, secret = fresh(), os.urandom(16)
    body = webpush.encrypt(b"x", webpush.Keys(webpush.public_point(browser), secret), salt=SALT, sender=fresh())
    with pytest.raises(Exception, match=r".*"):
        http_ece.decrypt(body, private_key=fresh(), auth_secret=secret)
    with pytest.raises(Exception, match=r".*"):
        http_ece.decrypt(body, private_key=browser, auth_secret=os.urandom(16))


@pytest.mark.parametrize("point", [b"", b"\x04" * 64, b"\x02" + bytes(64), b"\x04" + bytes(64), b"\x04" + b"\xff" * 64])
def test_a_point_that_is_not_on_the_curve_is_refused(point):
    with pytest.raises(webpush.BadSubscription):
        webpush.Keys(point, bytes(16))


def test_a_token_names_one_service_lasts_half_a_day_and_verifies_with_the_key_beside_it():
    key = webpush.private_key(bytes(range(48)))
    said = webpush.token(key, "https://push.example", "mailto:privacy@example.org", 1_800_000_000)
    scheme, _, fields = said.partition(" ")
    token, public = (part.partition("=")[2] for part in fields.split(", "))
    assert scheme == "vapid"
    assert raw(public) == webpush.public_point(key)
    header, claims, signature = token.split(".")
    assert json.loads(raw(header)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(raw(claims)) == {
        "aud": "https://push.example", "exp": 1_800_000_000 + 12 * 3600, "sub": "mailto:privacy@example.org",
    }  # fmt: skip
    der = encode_dss_signature(int.from_bytes(raw(signature)[:32]), int.from_bytes(raw(signature)[32:]))
    key.public_key().verify(der, f"{header}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        key.public_key().verify(der, f"{header}.x{claims}".encode(), ec.ECDSA(hashes.SHA256()))


def test_the_same_secret_is_the_same_key_and_another_is_another():
    one, same, other = (webpush.public_point(webpush.private_key(seed)) for seed in (b"a" * 48, b"a" * 48, b"b" * 48))
    assert one == same != other
