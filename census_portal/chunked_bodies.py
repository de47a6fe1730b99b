"""Chunked request bodies: WSGI gives them no length, and Django then reads nothing."""

import io
import json
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class ChunkedBodies:
    """WSGI middleware: reads a chunked body up to `limit` and gives it its length."""

    def __init__(self, application: Application, limit: int) -> None:
        self.application = application
        self.limit = limit

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Pass on; refuse a body that is too large or breaks off, in the shape of the API."""
        if "chunked" not in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            return self.application(environ, start_response)
        try:
            body = environ["wsgi.input"].read(self.limit + 1)
        except Exception:  # each server raises its own for a broken chunk
            return _refuse(start_response, "400 Bad Request", "parse_error", "请求内容不完整。")
        if len(body) > self.limit:
            return _refuse(start_response, "413 Content Too Large", "too_large", "请求内容过大。")
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        del environ["HTTP_TRANSFER_ENCODING"]
        return self.application(environ, start_response)


def _refuse(start_response: Any, status: str, code: str, message: str) -> Iterable[bytes]:
    answer: dict[str, Any] = {"code": code, "message": message, "cell": None, "errors": []}
    body = json.dumps(answer, ensure_ascii=False).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
    ]
    start_response(status, headers)
    return [body]
