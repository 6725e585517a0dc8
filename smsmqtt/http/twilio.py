"""Twilio's webhook for texts received: what comes to a number there is forwarded as a text of ours.

Twilio signs the address that it asked for and the fields of the form, each name with its values, in the order of the
names (HMAC-SHA1, keyed with the account's auth token). Whether the address has a default port in it varies, so each
form is tried.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response

from smsmqtt.codec import segments
from smsmqtt.errors import PayloadError
from smsmqtt.http import problems
from smsmqtt.http.entrance import On
from smsmqtt.http.exchange import committed
from smsmqtt.http.forms import URL_ENCODED, url_encoded
from smsmqtt.http.ground import Ground
from smsmqtt.http.openapi import documented
from smsmqtt.http.problems import Problem
from smsmqtt.http.proxies import public_url
from smsmqtt.intake.accept import accept_order
from smsmqtt.logs import get_logger
from smsmqtt.model import OrderRequest
from smsmqtt.payloads import forwarded
from smsmqtt.payloads.fields import identifier
from smsmqtt.payloads.orders import read_order

log = get_logger("http")
DEFAULT_PORTS = {"https": 443, "http": 80}
NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
Fields = list[tuple[str, str]]

router = APIRouter(tags=["twilio"])
PROBLEMS = (
    *("bad_payload", "bad_signature", "too_slow", "id_in_use", "too_large", "unknown_recipient", "guard_per_hour"),
    *("internal", "store"),
)
DOCUMENT: dict[str, Any] = {
    "summary": "What Twilio posts when a text comes in",
    "description": "Wants no token but Twilio's signature. The text is sent on to `twilio.forward_to`; `MessageSid` is"
    " the order's id, so that a text that Twilio posts twice is sent once.",
    "response_class": Response,
    "responses": {
        200: {
            "description": "Taken: it is on disk. Nothing is said to the sender.",
            "content": {"text/xml": {"schema": {"type": "string"}, "example": NOTHING_TO_SAY}},
        },
        **documented(*PROBLEMS),
    },
    "openapi_extra": {
        "parameters": [
            {
                "name": "X-Twilio-Signature",
                "in": "header",
                "required": True,
                "description": "Made with the account's auth token.",
                "schema": {"type": "string"},
                "example": "0/KCTR6DLpKmkAf8muzZqo1nDgQ=",
            }
        ],
        "requestBody": {
            "required": True,
            "content": {
                URL_ENCODED: {
                    "schema": {
                        "type": "object",
                        "required": ["MessageSid", "From"],
                        "properties": {
                            "MessageSid": {"type": "string", "description": "Twilio's id of the text."},
                            "From": {"type": "string", "description": "Who wrote it: put in front of the text."},
                            "Body": {"type": "string", "description": "The text."},
                            "NumMedia": {"type": "string", "description": "How many media came with it."},
                        },
                    },
                    "example": {"MessageSid": "SM" + 32 * "a", "From": "+15005550006", "Body": "Hi!", "NumMedia": "0"},
                }
            },
        },
    },
}


@router.post("/twilio", **DOCUMENT)
async def text_received(request: Request, ground: On) -> Response:
    assert ground.http.twilio is not None  # else there is no such route
    fields = await url_encoded(request)
    given = request.headers.get("x-twilio-signature", "")
    if not is_signed(public_url(request), fields, given, ground.http.twilio.auth_token):
        raise Problem(403, "the signature is not Twilio's, or made for another address", code="bad_signature")
    order = forwarding(dict(fields), ground)
    acceptance = await committed(ground, lambda tx: accept_order(tx, order, ground.door))
    if not acceptance.messages:
        log.warning("a text from Twilio is not sent on", id=acceptance.order_id, code=acceptance.refusals[0].code)
        raise problems.of_refusals(acceptance.refusals, ground.clock.now(), id_from="MessageSid")
    return Response(NOTHING_TO_SAY, media_type="text/xml")


def forwarding(fields: Mapping[str, str], ground: Ground) -> OrderRequest:
    """The order that sends it on; PayloadError when it is not a text of Twilio's."""
    assert ground.http.twilio is not None
    sid = fields.get("MessageSid") or fields.get("SmsSid")
    if not sid or not fields.get("From"):
        raise PayloadError("From" if sid else "MessageSid", "is missing", "missing_field")
    identifier({"MessageSid": sid}, "MessageSid")
    body = forwarded.words(fields, lambda text: _parts(text, ground) <= ground.door.messages.max_parts)
    return read_order({"to": ground.http.twilio.forward_to, "body": body, "id": sid})


def is_signed(url: str, fields: Fields, given: str, auth_token: str) -> bool:
    """Whether Twilio signed these fields for this address; compared in constant time."""
    return any(
        hmac.compare_digest(_signature(it, fields, auth_token), given.encode()) for it in _with_and_without_port(url)
    )


def _signature(url: str, fields: Fields, auth_token: str) -> bytes:
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest())


def _with_and_without_port(url: str) -> Iterator[str]:
    """As it is, without a port, with that of its scheme."""
    parts = urlsplit(url)
    host = parts.netloc.removesuffix(f":{parts.port}")
    for netloc in dict.fromkeys((parts.netloc, host, f"{host}:{DEFAULT_PORTS[parts.scheme]}")):
        yield urlunsplit(parts._replace(netloc=netloc))


def _parts(text: str, ground: Ground) -> int:
    return len(segments.split(text, reference=0, transliterate=ground.door.messages.transliterate).parts)
