"""A small S3 on loopback: keeps objects in memory and refuses what is not signed as Amazon describes it."""

from __future__ import annotations

import hashlib
import hmac
import re
from types import TracebackType

from aiohttp import web
from aiohttp.test_utils import TestServer

BUCKET, REGION = "offhook", "eu-central-1"
ACCESS_KEY, SECRET_KEY = "AKIDEXAMPLE", "secret/with+signs"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request,"
    r"\s?SignedHeaders=([a-z0-9;-]+),\s?Signature=([0-9a-f]{64})"
)


class FakeS3:
    """`failures`: statuses that the next requests get instead of an answer."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.failures: list[int] = []
        self.requests: list[str] = []
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", f"/{BUCKET}/{{key}}", self._answer)
        self._server = TestServer(app)

    @property
    def endpoint(self) -> str:
        return str(self._server.make_url("/")).rstrip("/")

    async def __aenter__(self) -> FakeS3:
        await self._server.start_server()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.close()

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        key = request.match_info["key"]
        self.requests.append(f"{request.method} {key}")
        if not _is_signed(request, body):
            return web.Response(status=403, text="<Code>SignatureDoesNotMatch</Code>")
        if self.failures:
            return web.Response(status=self.failures.pop(0))
        match request.method:
            case "PUT":
                self.objects[key] = body
                return web.Response()
            case "DELETE":
                self.objects.pop(key, None)
                return web.Response(status=204)
            case _:
                found = self.objects.get(key)
                return web.Response(body=found) if found is not None else web.Response(status=404)


def _is_signed(request: web.Request, body: bytes) -> bool:
    found = _AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
    if found is None:
        return False
    access_key, day, region, names, signature = found.groups()
    moment, digest = request.headers["x-amz-date"], hashlib.sha256(body).hexdigest()
    if (access_key, region, moment[:8], request.headers["x-amz-content-sha256"]) != (ACCESS_KEY, REGION, day, digest):
        return False
    if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(names.split(";")):
        return False
    canonical = "\n".join(
        [request.method, request.raw_path, ""]
        + [f"{name}:{request.headers[name].strip()}" for name in names.split(";")]
        + ["", names, digest]
    )
    scope = f"{day}/{region}/s3/aws4_request"
    wanted = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])

    def mac(key: bytes, text: str) -> bytes:
        return hmac.new(key, text.encode(), hashlib.sha256).digest()

    key = mac(mac(mac(mac(b"AWS4" + SECRET_KEY.encode(), day), region), "s3"), "aws4_request")
    return hmac.compare_digest(mac(key, wanted).hex(), signature)
