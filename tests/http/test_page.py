"""The page as the server gives it out: who gets it, what it carries, and that forms of others do nothing."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from support.event_stream import EventStream
from support.fake_clock import FakeClock
from support.http_house import TOKEN, HttpHouse
from support.page_visit import ANA, TALK, Visit, ledger, order, visit
from support.sms import receive

from smsmqtt.clock import SystemClock
from smsmqtt.http.access import COOKIE, COOKIE_KEPT, Keys, ended_sessions
from smsmqtt.http.page.routes import ROUTERS

VIEWS = ("/", "/conversations", TALK)
FORMS = sorted(
    route.path
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and "POST" in route.methods and route.path != "/log-in"
)
INGRESS = "/api/hassio_ingress/b2xk"


# Who comes in


@pytest.mark.parametrize("path", VIEWS)
def test_who_is_not_logged_in_is_sent_to_the_log_in(path: str, house: HttpHouse) -> None:
    with house.client() as client:
        answer = client.get(path)
        log_in = answer.headers["location"]
        assert (answer.status_code, log_in.partition("?")[0]) == (303, "/log-in")
        wanted = re.search('name="next" value="([^"]*)"', client.get(log_in).text)
        assert wanted
        answer = client.post("/log-in", data={"token": TOKEN, "next": unescape(wanted[1])})
        assert answer.headers["location"] == path


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "evil", "", "/a\r\nb"]
)
def test_a_log_in_leads_to_no_other_site(wanted: str, house: HttpHouse) -> None:
    with house.client() as client:
        assert 'name="next" value="/"' in client.get("/log-in", params={"next": wanted}).text
        answer = client.post("/log-in", data={"token": TOKEN, "next": wanted})
        assert answer.headers["location"] == "/"
        assert client.get("/log-in", params={"next": wanted}).headers["location"] == "/"


def test_a_token_is_changed_for_a_cookie_that_no_script_and_no_other_site_gets(house: HttpHouse) -> None:
    with house.client() as client:
        answer = client.post("/log-in", data={"token": f" {TOKEN}\n"})

        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"]
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        assert client.get("/log-in").headers["location"] == "/"


@pytest.mark.parametrize("fields", [{"token": "guessed"}, {"token": ""}, {}])
def test_a_wrong_token_is_refused(fields: dict[str, str], house: HttpHouse) -> None:
    with house.client() as client:
        answer = client.post("/log-in", data=fields)

        assert answer.status_code == 401
        assert "This token is not known." in answer.text
        assert COOKIE not in client.cookies


def test_a_house_without_tokens_says_so(tmp_path: Path) -> None:
    with (
        HttpHouse(folder=tmp_path, http={"tokens": {}, "restful_sms": {"token": "for-others"}}) as house,
        house.client() as client,
    ):
        assert "has no http.tokens" in client.get("/log-in").text


def test_a_log_out_takes_the_cookie_away(page: Visit) -> None:
    answer = page.client.post("/log-out", data={"form_token": page.form_token})

    assert answer.headers["location"] == "/log-in"
    assert COOKIE not in page.client.cookies


def test_a_log_out_ends_the_session_for_every_copy_of_its_cookie_and_for_no_other(
    house: HttpHouse, page: Visit
) -> None:
    copied = {COOKIE: page.client.cookies[COOKIE]}
    with house.client(cookies=copied) as thief, visit(house) as elsewhere:
        assert thief.get("/").status_code == 200
        with EventStream(client=thief) as stream:
            page.client.post("/log-out", data={"form_token": page.form_token})
            order(house, "not for them")
            assert stream.ended.wait(10)
            assert stream.of("status") == []

        assert (thief.get("/").status_code, thief.get("/events").status_code) == (303, 401)
        assert elsewhere.get("/").status_code == 200
        house.desk.stop()
        house.start()
        with house.client(cookies=copied) as again:
            assert again.get("/").status_code == 303, "after a restart"


def test_a_log_out_is_remembered_no_longer_than_its_cookie_would_have_been_good(tmp_path: Path) -> None:
    clock = FakeClock()
    with HttpHouse(folder=tmp_path, clock=clock) as house:
        for _ in range(3):
            with visit(house) as page:
                page.client.post("/log-out", data={"form_token": page.form_token})
        assert len(house.store.read(ended_sessions)) == 3

        clock.advance(COOKIE_KEPT.total_seconds() + 1)
        with visit(house) as page:
            page.client.post("/log-out", data={"form_token": page.form_token})

        assert len(house.store.read(ended_sessions)) == 1


def test_the_cookie_opens_no_rest_path(page: Visit) -> None:
    assert page.get("/lines").status_code == 401


def test_the_log_tells_names_of_tokens_and_no_token_number_or_text(log: io.StringIO, house: HttpHouse) -> None:
    with house.client() as client:
        client.post("/log-in", data={"token": "guessed-by-somebody"})
    with visit(house) as page:
        page.send("send", to=ANA, body="a secret text")
        page.see(TALK)
    assert "log-in refused" in log.getvalue()
    assert '"token": "tests"' in log.getvalue()
    for secret in (TOKEN, "guessed-by-somebody", "secret text", ANA, ANA[1:], page.client.cookies[COOKIE]):
        assert secret not in log.getvalue()


# Forms of others


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ],
)
def test_a_form_of_another_site_does_nothing(headers: dict[str, str], house: HttpHouse, page: Visit) -> None:
    own = {"form_token": page.form_token, "to": "ana", "body": "hello"}

    answer = page.client.post("/page/send", data=own, headers=headers)

    assert answer.status_code == 403
    assert "does not come from this page" in answer.text
    assert ledger(house) == []


def test_a_log_in_from_another_site_does_nothing(house: HttpHouse) -> None:
    with house.client() as client:
        answer = client.post("/log-in", data={"token": TOKEN}, headers={"Origin": "https://example.org"})
        assert (answer.status_code, COOKIE in client.cookies) == (403, False)


@pytest.mark.parametrize("form", FORMS)
def test_no_form_is_taken_from_another_site_or_without_its_token(form: str, page: Visit) -> None:
    fields = {"form_token": page.form_token}
    assert page.client.post(form, data=fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert page.client.post(form, data=fields, headers={"Origin": "https://example.org"}).status_code == 403
    for form_token in ("", "guessed", "ñ"):
        assert page.client.post(form, data={"form_token": form_token}).status_code == 403
    assert page.get("/").status_code == 200, "still logged in"


def test_nothing_is_done_by_a_link(house: HttpHouse, page: Visit) -> None:
    """Another site's link brings the cookie along, and so might bring fields."""
    fields = {"form_token": page.form_token, "to": "ana", "body": "hello", "gateway": "hall", "all": "true"}
    before = house.store.commits
    for path in VIEWS:
        page.see(path)
    for form in FORMS:
        assert page.get(form, **fields).status_code in (303, 405)
    assert house.store.commits == before
    assert page.get("/").status_code == 200, "still logged in"


def test_a_form_token_is_good_for_its_own_visitor_only(house: HttpHouse, page: Visit) -> None:
    keys = Keys({"tests": TOKEN}, salt=house.store.id)
    cookie = keys.cookie("tests", SystemClock().now() + timedelta(days=1))
    with house.client(cookies={COOKIE: cookie}) as client:
        answer = client.post("/page/poll", data={"form_token": page.form_token})
        assert answer.status_code == 403


@pytest.mark.parametrize("headers", [{"Origin": "http://{host}"}, {"Sec-Fetch-Site": "same-origin"}, {}])
def test_a_form_of_our_own_is_taken(headers: dict[str, str], house: HttpHouse, page: Visit) -> None:
    host = page.client.base_url.netloc.decode()
    own = {"form_token": page.form_token, "to": "ana", "body": "hello"}

    answer = page.client.post(
        "/page/send", data=own, headers={name: value.format(host=host) for name, value in headers.items()}
    )

    assert answer.headers["location"] == "/conversation?with=%2B59899123451"
    assert ledger(house) == ["hello"]


# What every answer carries


@pytest.mark.parametrize("path", [*VIEWS, "/log-in", "/conversation", "/static/page.css"])
def test_every_answer_keeps_browsers_strict(path: str, page: Visit) -> None:
    headers = page.get(path).headers

    rules = headers["content-security-policy"]
    assert "default-src 'none'" in rules
    assert "unsafe" not in rules
    assert "frame-ancestors 'none'" in rules
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert ("immutable" if "static" in path else "no-store") in headers["cache-control"]


def test_nothing_comes_from_elsewhere_or_stands_in_line(page: Visit) -> None:
    for path in VIEWS:
        html = page.see(path)
        assert re.findall(r"https?://", html) == []
        assert re.findall(r"<script[^>]*>(?!</script>)|<style|\bstyle=|\bon\w+=", html) == []
        for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', html):
            assert page.get(address).status_code == 200


def test_behind_a_proxy_all_addresses_have_its_prefix_and_the_cookie_is_secure(tmp_path: Path) -> None:
    proxied = {"X-Forwarded-Prefix": "/sms", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org"}
    with HttpHouse(folder=tmp_path, http={"trusted_proxies": ["127.0.0.1"]}) as house:
        receive(house.store, "hello", sender=ANA)
        with house.client(headers=proxied) as client:
            assert client.get("/").headers["location"] == "/sms/log-in"
            answer = client.post("/log-in", data={"token": TOKEN}, headers={"Origin": "https://example.org"})
            assert answer.headers["location"] == "/sms/"
            assert {"Path=/sms", "Secure"} <= set(answer.headers["set-cookie"].split("; "))
            cookies = {COOKIE: client.cookies[COOKIE]}
        with house.client(headers=proxied, cookies=cookies) as client:
            page = Visit(client=client)
            for path in VIEWS:
                addresses = re.findall(r'(?:src|href|action|data-\w+)="(/[^"]*)"', page.see(path))
                assert [address for address in addresses if not address.startswith("/sms/")] == []
                assert len(addresses) > 5
            answer = page.send("send", to="ana", body="hello")
            assert answer.headers["location"].startswith("/sms/conversation?")


@pytest.mark.parametrize("path", ["/", "/sms", "/sms/"])
def test_the_page_is_at_the_path_of_public_url_with_and_without_its_slash(path: str, tmp_path: Path) -> None:
    public = {"public_url": "https://example.org/sms"}
    with HttpHouse(folder=tmp_path, http=public) as house, house.client() as client:
        assert client.get(path).headers["location"] == "/sms/log-in"


@pytest.mark.parametrize(("trusted", "ancestors"), [(["127.0.0.1"], "'self'"), ([], "'none'")])
def test_home_assistant_alone_may_show_us_in_a_frame(trusted: list[str], ancestors: str, tmp_path: Path) -> None:
    with HttpHouse(folder=tmp_path, http={"trusted_proxies": trusted}) as house, house.client() as client:
        answer = client.get("/log-in", headers={"X-Ingress-Path": INGRESS})
        assert f"frame-ancestors {ancestors}" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/conversation",
        "/conversation?with=a&name=a",
        "/conversation?with=a&before=1",
        "/conversation?with=a&from=x.y",
        "/conversations?skip=-1",
        f"/conversation?with={'9' * 300}",
        "/conversation?with=a%00",
        "/conversation?name=a%00",
        "/conversation?with=nobody",
        "/conversation?name=nobody",
        "/static/nothing.js",
    ],
)
def test_an_address_that_makes_no_sense_gets_a_page_that_says_so(path: str, page: Visit) -> None:
    answer = page.get(path)
    assert answer.status_code in (400, 404)
    assert "To the overview" in answer.text


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/log-out", 405)])
def test_an_unknown_address_is_a_page_for_browsers_and_json_for_programs(path: str, status: int, page: Visit) -> None:
    answer = page.client.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (answer.status_code, "To the overview" in answer.text) == (status, True)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    answer = page.get(path)
    assert (answer.status_code, answer.json()["status"]) == (status, status)


def test_who_reloads_what_a_form_said_sees_the_page(page: Visit) -> None:
    assert page.send("send", to="", body="").status_code == 422
    for form in ("send", "cancel", "anything/else"):
        assert page.get(f"/page/{form}").headers["location"] == "/"


@pytest.mark.parametrize(
    "written",
    ["ana", "Ana", "099123451", "099 123 451", "59899123451", "0059899123451", "+59899123451", "+598 99 123 451"],
)
def test_a_contacts_name_and_a_number_in_any_form_lead_to_the_conversation(written: str, page: Visit) -> None:
    """A plus that nobody escaped is a blank."""
    assert page.get(f"/conversation?with={written}").headers["location"] == TALK
