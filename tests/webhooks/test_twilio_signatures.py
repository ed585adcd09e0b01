"""Requests as their bytes arrive, judged as Twilio's own library judges the address that was called."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qsl

import pytest
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from crm_core.company import Company
from crm_core.db import Database
from tests.product import AUTH_TOKEN, BASE_URL, running

Signed = MultiDict[str] | str

VOICE = "/twilio/voice"
CALL = "CallSid=CA1&From=%2B493023125010&To=%2B493023125100"
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
JSON = "application/json"
NONE: MultiDict[str] = MultiDict()


def form(body: str) -> MultiDict[str]:
    return MultiDict(parse_qsl(body, keep_blank_values=True))


def by(url: str, signed: MultiDict[str] | None = None, token: str = AUTH_TOKEN) -> bytes:
    """What Twilio would have put into the header had it called this address with these fields."""
    fields = form(CALL) if signed is None else signed
    return str(RequestValidator(token).compute_signature(url, fields)).encode()


def digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


@dataclass(frozen=True)
class Request:
    """`status`: 403 for what is not Twilio's; genuine are 200, 400 (no form) and 404 (no socket there)."""

    name: str
    status: int
    signature: bytes | None
    target: str = VOICE
    body: str = CALL
    base: str = BASE_URL
    content_type: str = FORM
    is_socket: bool = False

    @property
    def called(self) -> tuple[str, Signed]:
        """The address and the fields, as the official library wants to be asked about them."""
        if self.is_socket:
            path, _, query = self.target.partition("?")
            return "ws" + self.base.removeprefix("http") + path, form(query)
        return self.base + self.target, self.body if self.content_type == JSON else form(self.body)

    @property
    def raw(self) -> bytes:
        headers = [b"Host: offhook", b"Connection: close"]
        if self.is_socket:
            headers[1] = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13"
            headers.append(b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
        else:
            headers.append(f"Content-Type: {self.content_type}\r\nContent-Length: {len(self.body.encode())}".encode())
        if self.signature is not None:
            headers.append(b"X-Twilio-Signature: " + self.signature)
        head = f"{'GET' if self.is_socket else 'POST'} {self.target} HTTP/1.1".encode()
        return b"\r\n".join([head, *headers, b"", b"" if self.is_socket else self.body.encode()])


def called(name: str, status: int, signature: bytes | None, target: str = VOICE, body: str = CALL) -> Request:
    return Request(name, status, signature, target, body)


def at(name: str, status: int, base: str, signed_for: str) -> Request:
    return Request(name, status, by(signed_for + VOICE), base=base)


def asked(name: str, status: int, query: str, signed_query: str) -> Request:
    return called(name, status, by(f"{BASE_URL}{VOICE}?{signed_query}"), f"{VOICE}?{query}")


def told(name: str, status: int, fields: str, signed_fields: str) -> Request:
    return called(name, status, by(BASE_URL + VOICE, form(f"{CALL}&{signed_fields}")), body=f"{CALL}&{fields}")


def json(name: str, status: int, body: str, query: str) -> Request:
    target = f"{VOICE}{query}"
    return Request(name, status, by(BASE_URL + target, NONE), target, body, content_type=JSON)


def socket(name: str, status: int, query: str, signature: bytes | None) -> Request:
    return Request(name, status, signature, f"/twilio/relay{query}", is_socket=True)


PLAIN = by(BASE_URL + VOICE)
HTTPS, SIX = "https://crm.example.com", "https://[2001:db8::7]"
RELAY = "wss://crm.example.com/twilio/relay"
SAID = '{"CallSid": "CA1", "name": "Müller"}'

REQUESTS = [
    # Ports
    at("no port, and none signed", 200, HTTPS, HTTPS),
    at("no port, the usual one signed", 200, HTTPS, f"{HTTPS}:443"),
    at("a port, and the same signed", 200, f"{HTTPS}:8443", f"{HTTPS}:8443"),
    at("a port, and none signed", 200, f"{HTTPS}:8443", HTTPS),
    at("a port, and another one signed", 403, f"{HTTPS}:8443", f"{HTTPS}:9443"),
    at("the usual port of http signed", 200, "http://crm.example.com", "http://crm.example.com:80"),
    at("http called, https signed", 403, "http://crm.example.com", HTTPS),
    at("another host signed", 403, HTTPS, "https://crm.example.org"),
    at("a path before ours", 200, f"{HTTPS}/offhook", f"{HTTPS}/offhook"),
    # IPv6
    at("an IPv6 address", 200, SIX, SIX),
    at("an IPv6 address, the usual port signed", 200, SIX, f"{SIX}:443"),
    at("an IPv6 address with a port", 200, f"{SIX}:8443", f"{SIX}:8443"),
    at("an IPv6 address with a port, none signed", 403, f"{SIX}:8443", SIX),
    at("an IPv6 address, written at length", 403, SIX, "https://[2001:db8:0:0:0:0:0:7]"),
    # The order of the query
    asked("a query as it was signed", 200, "b=2&a=1", "b=2&a=1"),
    asked("a query in another order", 403, "b=2&a=1", "a=1&b=2"),
    asked("a query with a key twice", 200, "a=1&a=2", "a=1&a=2"),
    asked("a query with a key twice, the other way round", 403, "a=2&a=1", "a=1&a=2"),
    asked("a query that says nothing", 200, "a=&b", "a=&b"),
    called("a question mark and nothing after it", 403, by(f"{BASE_URL}{VOICE}?"), f"{VOICE}?"),
    # Encoded characters
    asked("an umlaut in the query", 200, "n=M%C3%BCller%20%26%20S%C3%B6hne", "n=M%C3%BCller%20%26%20S%C3%B6hne"),
    asked("an umlaut in small letters", 200, "n=M%c3%bcller", "n=M%c3%bcller"),
    asked("an umlaut in small letters, signed in capitals", 403, "n=M%c3%bcller", "n=M%C3%BCller"),
    asked("an umlaut, signed as it is read", 403, "n=M%C3%BCller", "n=Müller"),
    asked("a space as a plus, signed as a plus", 200, "n=a+b", "n=a+b"),
    asked("a space as a plus, signed as %20", 403, "n=a+b", "n=a%20b"),
    asked("a letter that needs no encoding, encoded", 200, "n=%61%7E", "n=%61%7E"),
    asked("Latin-1 in the query", 200, "n=M%FCller", "n=M%FCller"),
    told("words in the form", 200, "SpeechResult=M%C3%BCller+%26+S%C3%B6hne+%F0%9F%94%A5",
         "SpeechResult=M%C3%BCller%20%26%20S%C3%B6hne%20%F0%9F%94%A5"),
    told("other words in the form", 403, "SpeechResult=M%C3%BCller", "SpeechResult=Mueller"),
    # Repeated keys
    told("a field twice", 200, "Digits=1&Digits=2", "Digits=1&Digits=2"),
    told("a field twice, the other way round", 200, "Digits=2&Digits=1", "Digits=1&Digits=2"),
    told("a field twice with the same value", 200, "Digits=1&Digits=1", "Digits=1"),
    told("a field twice, one of them signed", 403, "Digits=1&Digits=2", "Digits=1"),
    told("a field that was not signed", 403, "Digits=1", ""),
    # JSON
    json("JSON with its digest", 400, SAID, f"?bodySHA256={digest(SAID)}"),
    json("JSON with the digest of another body", 403, SAID, f"?bodySHA256={digest(SAID + ' ')}"),
    json("JSON with an empty digest", 403, SAID, "?bodySHA256="),
    json("JSON without its digest", 403, SAID, ""),
    json("nothing at all, called JSON, with its digest", 400, "", f"?bodySHA256={digest('')}"),
    asked("a form with a digest beside it", 200, f"bodySHA256={digest(CALL)}", f"bodySHA256={digest(CALL)}"),
    # Missing and empty
    called("no signature", 403, None),
    called("an empty signature", 403, b""),
    called("an empty body, signed so", 400, by(BASE_URL + VOICE, NONE), body=""),
    called("an empty body, signed with fields", 403, PLAIN, body=""),
    told("an empty field", 200, "Digits=", "Digits="),
    # Signatures that are none
    called("a signature that is not ASCII", 403, "ü".encode()),
    called("a signature that is no text at all", 403, b"\xff\xfe"),
    called("a genuine one and more", 403, PLAIN + "ü".encode()),
    called("a genuine one, cut off", 403, PLAIN[:-1]),
    called("a genuine one in small letters", 403, PLAIN.lower()),
    called("made with another token", 403, by(BASE_URL + VOICE, token="another-token")),
    called("very long", 403, b"=" * 5000),
    # WebSockets
    socket("a socket", 404, "", by(RELAY, NONE)),
    socket("a socket with a query, signed as fields", 404, "?call=7&n=M%C3%BC", by(RELAY, form("call=7&n=Mü"))),
    socket("a socket with a key twice", 404, "?a=2&a=1", by(RELAY, form("a=1&a=2"))),
    socket("a socket, its query signed as it is written", 403, "?call=7", by(f"{RELAY}?call=7", NONE)),
    socket("a socket, signed as https", 403, "", by(f"{HTTPS}/twilio/relay", NONE)),
    socket("a socket, another query", 403, "?call=8", by(RELAY, form("call=7"))),
    socket("a socket that nobody signed", 403, "", None),
    socket("a socket, not ASCII", 403, "?n=%FC", "ü".encode()),
]  # fmt: skip


async def _sent(database: Database, company: Company, base: str, raw: bytes) -> int:
    async with running(database, company, public_base_url=base) as product:
        reader, writer = await asyncio.open_connection(product.client.host, product.client.port)
        writer.write(raw)
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()
    return int(line.split()[1])


def _official(request: Request) -> bool:
    """Where the library raises it has not said yes."""
    url, fields = request.called
    signature = request.signature.decode("utf-8", "surrogateescape") if request.signature is not None else None
    try:
        return bool(RequestValidator(AUTH_TOKEN).validate(url, fields, signature))
    except (TypeError, ValueError, AttributeError):
        return False


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.name)
async def test_the_verdict_is_that_of_twilios_own_library(
    request_: Request, sqlite_database: Database, company: Company
) -> None:
    status = await _sent(sqlite_database, company, request_.base, request_.raw)
    assert (status, status != 403) == (request_.status, _official(request_))


def _post(target: bytes, signature: bytes = PLAIN) -> bytes:
    head = b"POST " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Twilio-Signature: " + signature
    return head + f"\r\nContent-Type: {FORM}\r\nContent-Length: {len(CALL)}\r\n\r\n{CALL}".encode()


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (_post("/twilio/voice?n=Müller".encode()), 400),
        (_post(b"/twilio/voice?n=M\xfcller"), 400),
        (_post(b"https://crm.example.com/twilio/voice"), 403),
        (_post(b"/twilio/voice#part"), 403),
        (_post(b"/twilio/voice?[x]=|\"<>"), 403),
        (_post(b"/twilio/nowhere"), 404),
        (_post(b"/twilio/voice").replace(b"POST", b"PUT", 1), 405),
        (_post(b"/twilio/voice").replace(b"x-www-form-urlencoded", b";;=\xc3\xbc", 1), 200),
        (Request("", 0, PLAIN, content_type=JSON, body="x").raw.replace(b"\r\n\r\nx", b"\r\n\r\n\xff"), 403),
        (Request("", 0, b"x", is_socket=True).raw.replace(b"GET /twilio", b"GET /twilio//..%2f%00"), 403),
        (Request("", 0, b"x", is_socket=True).raw.replace(b"GET /twilio/voice", b"GET /twilio/voice?n=%ED%A0"), 403),
    ],
)  # fmt: skip
async def test_what_no_sender_writes_is_refused_and_never_our_fault(
    raw: bytes, status: int, sqlite_database: Database, company: Company
) -> None:
    assert await _sent(sqlite_database, company, BASE_URL, raw) == status


async def test_a_page_that_is_asked_for_where_only_calls_are_taken_is_not_allowed(
    sqlite_database: Database, company: Company
) -> None:
    async with running(sqlite_database, company) as product:
        for path, status in (("/twilio/voice", 405), ("/twilio/fallback", 405), ("/twilio/nowhere", 404)):
            assert (await product.client.get(path)).status == status
