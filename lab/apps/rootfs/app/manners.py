"""What the lab's apps have in common: an HTTP server with good manners. Each app is this one with one manner changed.

GET  /             200, a page that names the app, its version (APP_VERSION) and its container
GET  /health       200 "ok" when it can take requests, else 503
GET  /slow?ms=3000 200 after so many milliseconds (at most 60,000)
POST anywhere      200, the body as it came (at most 1 MiB); to /slow?ms=3000, after so many milliseconds

Every answer has the header X-App-Version. The port (PORT, default 3000) is opened only when the app is ready. On
SIGTERM it stops accepting, ends the requests it has, and leaves with 0.
"""
import os
import pathlib
import signal
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

NAME = pathlib.Path(sys.argv[0]).stem
VERSION = os.environ.get("APP_VERSION", "unknown")
PORT = int(os.environ.get("PORT", "3000"))
MOST = 1 << 20
SIGNALS = {signal.SIGTERM, signal.SIGINT}


def say(text):
    print(f"{NAME} {VERSION}: {text}", flush=True)


class App:
    """The good manners. Apps override what they do otherwise."""

    def __init__(self):
        self.started = time.monotonic()
        self.stopping = threading.Event()

    def age(self):
        """Seconds since the start."""
        return time.monotonic() - self.started

    def start(self):
        """Called before the port is opened."""

    def ready(self):
        """Whether it can take requests; while not, every answer is 503."""
        return True

    def healthy(self):
        """What /health says of it."""
        return True

    def think(self):
        """Called before each answer but that of /health."""

    def upgrade(self, handler):
        """Takes a connection for another protocol: True when it did."""
        return False

    def terminate(self):
        """On SIGTERM."""
        self.stopping.set()

    def farewell(self):
        """Called when nobody new is let in, before those who are in are waited for."""

    def heed(self):
        """Waits for signals in a thread of its own. A handler may be lost under load: it runs in the main thread only, which does not wake up
        when the kernel gave the signal to another one that had just begun."""
        while True:
            signal.sigwait(SIGNALS)
            self.terminate()

    def run(self):
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # before the first thread: all inherit it
        threading.Thread(target=self.heed, daemon=True).start()
        self.start()
        if self.stopping.is_set():
            return
        server = Server(("", PORT), Handler)
        server.app = self
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        say(f"listens on {PORT}")
        self.stopping.wait()
        say("SIGTERM: no new requests, ending those under way")
        server.shut()
        self.farewell()
        server.server_close()  # waits for them


class Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128

    def shut(self):
        """Lets nobody new in. Who got through before the door closed is served; connections without a request are ended."""
        self.shutdown()
        self.socket.setblocking(False)
        try:
            while True:
                request, address = self.get_request()
                request.setblocking(True)
                self.process_request(request, address)
        except BlockingIOError:
            self.socket.close()
        for connection in list(idle):
            try:
                connection.shutdown(socket.SHUT_RD)
            except OSError:
                pass  # it is gone already


idle = set()  # kept connections on which no request is under way


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 360  # longer than a proxy keeps an idle connection: who closes first must not be us
    disable_nagle_algorithm = True

    def handle_one_request(self):
        idle.add(self.connection)
        super().handle_one_request()
        idle.discard(self.connection)

    def parse_request(self):
        idle.discard(self.connection)
        return super().parse_request()

    def do_GET(self):
        app = self.server.app
        url = urlsplit(self.path)
        if not app.ready():
            self.answer(503, "not ready\n")
        elif url.path == "/health":
            self.answer(*((200, "ok\n") if app.healthy() else (503, "broken\n")))
        elif not app.upgrade(self):
            app.think()
            self.page(url)

    do_HEAD = do_GET

    def page(self, url):
        if url.path == "/":
            page = f"<!doctype html><title>{NAME} {VERSION}</title><h1>{NAME} {VERSION}</h1><p>from {socket.gethostname()}\n"
            self.answer(200, page, "text/html; charset=utf-8")
        elif url.path == "/slow":
            self.answer(200, f"slept {self.sleep(url)} ms\n")
        else:
            self.answer(404, "not found\n")

    def sleep(self, url):
        ms = min(int(parse_qs(url.query).get("ms", ["1000"])[0]), 60_000)
        time.sleep(ms / 1000)
        return ms

    def do_POST(self):
        length = int(self.headers.get("Content-Length", "0"))
        if length > MOST:
            self.close_connection = True
            self.answer(413, "at most 1 MiB\n")
            return
        body = self.rfile.read(length)
        if self.server.app.ready():
            self.server.app.think()
            url = urlsplit(self.path)
            if url.path == "/slow":
                self.sleep(url)
            self.answer(200, body, "application/octet-stream")
        else:
            self.answer(503, "not ready\n")

    def answer(self, status, body, kind="text/plain; charset=utf-8"):
        content = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-App-Version", VERSION)
        if self.server.app.stopping.is_set():
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_request(self, *_):
        pass  # under load, a line a request would be most of what the container does
