"""Texts that Twilio hands over: signed for the address that it asked, sent on once, with their sender in front."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.http_house import HttpHouse
from twilio.request_validator import RequestValidator

from smsmqtt.http.twilio import _signature, is_signed
from smsmqtt.model import Message
from smsmqtt.store import outbox

AUTH_TOKEN = "0123456789abcdef"
FRIEND = "+15005550006"
TEXT = {
    "MessageSid": "SM" + 32 * "a",
    "SmsSid": "SM" + 32 * "a",
    "From": FRIEND,
    "To": "+15005550001",
    "Body": "Hi! ¿Qué tal? 👋",
    "NumMedia": "0",
    "ToCountry": "",
}
URL = "http://127.0.0.1/twilio"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[HttpHouse]:
    with HttpHouse(folder=tmp_path, http={"twilio": {"auth_token": AUTH_TOKEN, "forward_to": "ana"}}) as house:
        yield house


def hand_over(
    house: HttpHouse, *, url: str | None = None, fields: dict[str, str] | None = None, **headers: str
) -> httpx.Response:
    """As Twilio does: ``url`` is the address that it believes to ask."""
    fields = TEXT if fields is None else fields
    signature = RequestValidator(AUTH_TOKEN).compute_signature(url or f"{house.url}/twilio", fields)
    with house.client() as client:
        return client.post("/twilio", data=fields, headers={"X-Twilio-Signature": signature, **headers})


def forwarded(house: HttpHouse) -> list[Message]:
    return house.store.read(outbox.queue)


def test_a_text_is_sent_on_with_its_sender_in_front(house: HttpHouse) -> None:
    answer = hand_over(house)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text == '<?xml version="1.0" encoding="UTF-8"?><Response/>'
    (message,) = forwarded(house)
    assert (message.id, message.recipient) == (TEXT["MessageSid"], "+59899123451")
    assert message.body == f"{FRIEND}: {TEXT['Body']}"


def test_a_text_that_twilio_posts_again_is_sent_once(house: HttpHouse) -> None:
    first, again = hand_over(house), hand_over(house)

    assert (first.status_code, first.text) == (again.status_code, again.text)
    assert len(forwarded(house)) == 1


def test_two_equal_texts_with_ids_of_their_own_are_two(house: HttpHouse) -> None:
    hand_over(house)
    hand_over(house, fields={**TEXT, "MessageSid": "SM" + 32 * "b"})

    assert len(forwarded(house)) == 2


@pytest.mark.parametrize("to", ["family", "+59899222333"])
def test_a_group_or_a_number_gets_it_too(tmp_path: Path, to: str) -> None:
    twilio = {"auth_token": AUTH_TOKEN, "forward_to": to}
    with HttpHouse(folder=tmp_path, http={"twilio": twilio}) as house:
        assert hand_over(house).status_code == 200
        assert len(forwarded(house)) == (2 if to == "family" else 1)


@pytest.mark.parametrize(
    ("signature", "fields"),
    [
        (None, TEXT),
        ("", TEXT),
        ("ñ", TEXT),
        (RequestValidator("another token").compute_signature(URL, TEXT), TEXT),
        (RequestValidator(AUTH_TOKEN).compute_signature("http://127.0.0.1/other", TEXT), TEXT),
        (RequestValidator(AUTH_TOKEN).compute_signature(URL, TEXT), {**TEXT, "Body": "Send money"}),
        (RequestValidator(AUTH_TOKEN).compute_signature(URL, TEXT), {**TEXT, "More": "x"}),
    ],
)
def test_what_twilio_did_not_sign_is_refused(house: HttpHouse, signature: str | None, fields: dict[str, str]) -> None:
    headers = [(b"X-Twilio-Signature", signature.encode())] if signature is not None else []
    with house.client() as client:
        answer = client.post("/twilio", data=fields, headers=[*headers, (b"Host", b"127.0.0.1")])

    assert (answer.status_code, answer.json()["code"]) == (403, "bad_signature")
    assert forwarded(house) == []


def test_behind_a_proxy_the_public_address_is_what_is_signed(tmp_path: Path) -> None:
    http = {
        "twilio": {"auth_token": AUTH_TOKEN, "forward_to": "ana"},
        "public_url": "https://example.org/sms/",
    }
    with HttpHouse(folder=tmp_path, http=http) as house:
        assert hand_over(house).status_code == 403
        assert hand_over(house, url="https://example.org/sms/twilio").status_code == 200


def test_what_a_trusted_proxy_says_of_the_address_is_believed(tmp_path: Path) -> None:
    http = {"twilio": {"auth_token": AUTH_TOKEN, "forward_to": "ana"}, "trusted_proxies": ["127.0.0.1"]}
    proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org", "X-Forwarded-Prefix": "/sms"}
    with HttpHouse(folder=tmp_path, http=http) as house:
        assert hand_over(house, url="https://example.org/sms/twilio", **proxied).status_code == 200
        assert hand_over(house, url="https://example.org/twilio", **proxied).status_code == 403


def test_the_query_of_the_address_is_signed_too(house: HttpHouse) -> None:
    url = f"{house.url}/twilio?to=me&x=%20"
    signature = RequestValidator(AUTH_TOKEN).compute_signature(url, TEXT)
    with house.client() as client:
        for path, status in (("/twilio?to=me&x=%20", 200), ("/twilio?to=me", 403)):
            answer = client.post(path, data=TEXT, headers={"X-Twilio-Signature": signature})
            assert answer.status_code == status


@pytest.mark.parametrize("signed", ["https://example.org/twilio", "https://example.org:443/twilio"])
@pytest.mark.parametrize("asked", ["https://example.org/twilio", "https://example.org:443/twilio"])
def test_the_default_port_may_stand_there_or_not(signed: str, asked: str) -> None:
    signature = RequestValidator(AUTH_TOKEN).compute_signature(signed, TEXT)
    assert is_signed(asked, list(TEXT.items()), signature, AUTH_TOKEN)


FIELDS = st.dictionaries(st.text(min_size=1), st.text())
URLS = st.sampled_from(
    [URL, "https://example.org:8443/twilio?a=b", "https://[::1]/twilio", "https://a:b@example.org/t"]
)


@settings(max_examples=200)
@given(url=URLS, fields=FIELDS, other=FIELDS)
def test_the_validator_of_twilio_and_ours_agree_on_everything(
    url: str, fields: dict[str, str], other: dict[str, str]
) -> None:
    theirs = RequestValidator(AUTH_TOKEN)
    assert is_signed(url, list(fields.items()), theirs.compute_signature(url, fields), AUTH_TOKEN)
    ours = _signature(url, list(fields.items()), AUTH_TOKEN).decode()
    assert ours == theirs.compute_signature(url, fields)
    if "[" not in url:  # its own removal of ports knows no IPv6
        assert theirs.validate(url, fields, ours)
    if fields != other:
        assert is_signed(url, list(other.items()), ours, AUTH_TOKEN) == theirs.validate(url, other, ours)


def mms(number: int) -> dict[str, str]:
    media = {"NumMedia": str(number)}
    for nr in range(number):
        media |= {
            f"MediaContentType{nr}": "image/jpeg",
            f"MediaUrl{nr}": f"https://api.twilio.com/2010-04-01/Accounts/AC{'0' * 32}/Messages/MM1/Media/ME{nr}",
        }
    return {**TEXT, **media}


def test_media_are_told_by_kind_and_address(house: HttpHouse) -> None:
    fields = {**mms(2), "Body": ""}
    hand_over(house, fields=fields)
    assert forwarded(house)[0].body == (
        f"{FRIEND}: \n[image/jpeg] {fields['MediaUrl0']}\n[image/jpeg] {fields['MediaUrl1']}"
    )


def test_where_their_addresses_are_too_much_they_are_counted(tmp_path: Path) -> None:
    twilio = {"auth_token": AUTH_TOKEN, "forward_to": "ana"}
    with HttpHouse(folder=tmp_path, http={"twilio": twilio}, sections={"messages": {"max_parts": 2}}) as house:
        hand_over(house, fields={**mms(10), "Body": "Look!"})
        assert forwarded(house)[0].body == f"{FRIEND}: Look!\n[attachments: 10]"


@pytest.mark.parametrize(("body", "alphabet"), [("abc " * 400, "gsm7"), ("añ→ " * 400, "ucs2")])
def test_a_text_that_is_too_long_is_cut_and_not_lost(tmp_path: Path, body: str, alphabet: str) -> None:
    twilio = {"auth_token": AUTH_TOKEN, "forward_to": "ana"}
    with HttpHouse(folder=tmp_path, http={"twilio": twilio}, sections={"messages": {"max_parts": 3}}) as house:
        assert hand_over(house, fields={**mms(1), "Body": body}).status_code == 200
        (message,) = forwarded(house)

    assert (len(message.parts), message.alphabet.value) == (3, alphabet)
    words, _, count = message.body.partition("...\n")
    assert count == "[attachments: 1]"
    assert f"{FRIEND}: {body}".startswith(words)
    assert len(message.body) > 3 * (153 if alphabet == "gsm7" else 67) - 3


def test_control_characters_do_not_keep_a_text_back(house: HttpHouse) -> None:
    hand_over(house, fields={**TEXT, "Body": "a\0b\r\nc\x1b[31md\x85", "From": "Bank\n\7"})
    assert forwarded(house)[0].body == "Bank: ab\nc[31md"


@pytest.mark.parametrize("number", ["", "-1", "1e3", "99999", "²", "3"])
def test_nonsense_about_media_does_no_harm(house: HttpHouse, number: str) -> None:
    assert hand_over(house, fields={**TEXT, "NumMedia": number}).status_code == 200


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "missing_field"),
        ({"From": FRIEND}, "missing_field"),
        ({"MessageSid": "SM1"}, "missing_field"),
        ({**TEXT, "MessageSid": "with blanks"}, "bad_payload"),
    ],
)
def test_what_is_signed_and_no_text_is_a_problem(house: HttpHouse, fields: dict[str, str], code: str) -> None:
    answer = hand_over(house, fields=fields)

    assert answer.json()["field"] in ("MessageSid", "From")
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_form_that_can_not_be_read_is_a_problem(house: HttpHouse) -> None:
    with house.client() as client:
        answer = client.post("/twilio", content=b"Body=%ff", headers={"X-Twilio-Signature": "x"})
    assert answer.status_code == 400


def test_what_is_not_sent_on_is_told_to_twilio_and_logged(house: HttpHouse, capsys: pytest.CaptureFixture[str]) -> None:
    hand_over(house)
    answer = hand_over(house, fields={**TEXT, "Body": "another text under the same id"})

    assert (answer.status_code, answer.json()["code"]) == (409, "id_in_use")
    assert "a text from Twilio is not sent on" in capsys.readouterr().out


def test_what_the_guard_holds_back_is_an_error_for_twilio_and_may_come_again(tmp_path: Path) -> None:
    http = {"twilio": {"auth_token": AUTH_TOKEN, "forward_to": "ana"}}
    with HttpHouse(folder=tmp_path, http=http, sections={"guard": {"per_hour": 0}}) as house:
        answer = hand_over(house)
    assert answer.status_code == 429
    with HttpHouse(folder=tmp_path, http=http) as house:
        assert hand_over(house).status_code == 200


def test_nothing_secret_is_logged(house: HttpHouse, capsys: pytest.CaptureFixture[str]) -> None:
    hand_over(house)
    hand_over(house, url="http://example.org/")
    said = capsys.readouterr().out
    for secret in (AUTH_TOKEN, "5005550006", "Qué tal", "99123451"):
        assert secret not in said


def test_the_path_is_not_there_unless_it_is_wanted(tmp_path: Path) -> None:
    with HttpHouse(folder=tmp_path) as house:
        assert hand_over(house).status_code == 404


def test_the_document_describes_it(house: HttpHouse) -> None:
    paths: dict[str, Any] = house.caller.get("/openapi.json").json()["paths"]
    operation = paths["/twilio"]["post"]

    assert operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["example"]["From"]
    assert {"200", "403"} <= set(operation["responses"])
    assert urlencode(operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["example"])
