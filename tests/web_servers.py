"""A web server on this machine for tests, and the policy under which geomap may ask it."""

from __future__ import annotations

import contextlib
import http.server
import ssl
import threading
from collections.abc import Callable

from geomap.fetching import FetchPolicy

Handler = http.server.BaseHTTPRequestHandler
Answer = Callable[[Handler], None]


def anywhere(ip: object) -> bool:
    return True


def here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


LOCAL = FetchPolicy(allows=anywhere, ports=None, look_up=here, pause_s=0.0)


def page(body: bytes = b"<p>A page.</p>", status: int = 200, **headers: str) -> Answer:
    def answer(handler: Handler) -> None:
        handler.send_response(status)
        given = {"Content_Type": "text/html; charset=utf-8", "Content_Length": str(len(body)), **headers}
        for name, value in given.items():
            if value:
                handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def redirect(location: str, status: int = 302) -> Answer:
    return page(b"", status, Location=location)


class Server:
    """Answers each path with what was put into ``pages``; remembers what it was asked."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        outer = self

        class Answering(Handler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer.headers.append(dict(self.headers.items()))
                self.close_connection = True
                # The other side breaks off whenever it has seen enough.
                with contextlib.suppress(OSError):
                    outer.pages.get(self.path, page(b"none", 404))(self)

            def log_message(self, *arguments: object) -> None:
                pass

        class Listening(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                pass

        self.server = Listening(("127.0.0.1", 0), Answering)
        if context is not None:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
