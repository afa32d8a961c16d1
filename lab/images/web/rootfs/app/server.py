"""The demo app of the lab: small, and well-mannered where a deploy depends on it.

GET /         200, a page that names its version (APP_VERSION) and its container
GET /health   200 "ok"; 503 for ever when APP_HEALTH=broken
POST          the same, after reading the body
GET /slow?s=3 200 after 3 seconds (at most 60)

It opens its port only when it is ready (after APP_START_SECONDS, default 0). On SIGTERM it stops accepting, ends the
requests it has, and leaves with 0. PORT: default 3000.
"""
import os
import signal
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

VERSION = os.environ.get("APP_VERSION", "unknown")
HEALTHY = os.environ.get("APP_HEALTH", "ok") == "ok"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60  # longer than a proxy keeps an idle connection: who closes first must not be us

    def handle_one_request(self):
        idle.add(self.connection)
        super().handle_one_request()
        idle.discard(self.connection)

    def parse_request(self):
        idle.discard(self.connection)
        return super().parse_request()

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/":
            page = f"<!doctype html><title>web {VERSION}</title><h1>web {VERSION}</h1><p>from {socket.gethostname()}\n"
            self.answer(200, page, "text/html; charset=utf-8")
        elif url.path == "/health":
            self.answer(*((200, "ok\n") if HEALTHY else (503, "broken\n")))
        elif url.path == "/slow":
            seconds = min(float(parse_qs(url.query).get("s", ["1"])[0]), 60)
            time.sleep(seconds)
            self.answer(200, f"slept {seconds:g} s\n")
        else:
            self.answer(404, "not found\n")

    def answer(self, status, body, kind="text/plain; charset=utf-8"):
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-App-Version", VERSION)
        if stopping.is_set():
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(content)

    do_HEAD = do_GET

    def do_POST(self):
        self.rfile.read(min(int(self.headers.get("Content-Length", "0")), 1 << 20))
        self.do_GET()


class Server(ThreadingHTTPServer):
    daemon_threads = False  # server_close() waits for the requests under way
    request_queue_size = 128


stopping = threading.Event()
idle = set()  # kept connections on which no request is under way
signal.signal(signal.SIGTERM, lambda *_: stopping.set())
signal.signal(signal.SIGINT, lambda *_: stopping.set())

stopping.wait(float(os.environ.get("APP_START_SECONDS", "0")))
if not stopping.is_set():
    server = Server(("", int(os.environ.get("PORT", "3000"))), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    print(f"web {VERSION} listens on {server.server_port}", flush=True)
    stopping.wait()
    print("SIGTERM: no new requests, ending those under way", flush=True)
    server.shutdown()
    server.socket.setblocking(False)  # who got through before the door closes is served
    try:
        while True:
            request, address = server.get_request()
            request.setblocking(True)
            server.process_request(request, address)
    except BlockingIOError:
        server.socket.close()
    for connection in list(idle):
        try:
            connection.shutdown(socket.SHUT_RD)
        except OSError:
            pass  # it is gone already
    server.server_close()
