"""Echoes websocket messages (RFC 6455), besides HTTP. On SIGTERM it says goodbye to each with a close frame (1001)."""
import base64
import hashlib
import threading

from manners import MOST, VERSION, App

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CLOSE, PING, PONG = 8, 9, 10
GOING_AWAY = (1001).to_bytes(2, "big")


class Socket:
    """One connection. Frames are echoed as they come, fragments too: what comes back is the message as it was sent."""

    def __init__(self, handler):
        self.handler = handler
        self.lock = threading.Lock()  # a farewell must not land inside of an echo

    def send(self, head, payload):
        size = len(payload)
        length = bytes([size]) if size < 126 else bytes([126]) + size.to_bytes(2, "big") if size < 1 << 16 else bytes([127]) + size.to_bytes(8, "big")
        with self.lock:
            self.handler.wfile.write(bytes([head]) + length + payload)

    def receive(self):
        """The first byte of a frame (final, opcode) and its payload."""
        head, length = self.read(2)
        size = length & 127
        if size > 125:
            size = int.from_bytes(self.read(2 if size == 126 else 8), "big")
        if length < 128 or size > MOST:
            raise ConnectionError("not masked, or too long")
        mask = self.read(4)
        payload = self.read(size)
        return head, bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))

    def read(self, size):
        content = self.handler.rfile.read(size)
        if len(content) < size:
            raise ConnectionError("closed")
        return content

    def serve(self):
        while True:
            head, payload = self.receive()
            opcode = head & 15
            if opcode == CLOSE:
                return self.send(128 | CLOSE, payload)
            if opcode != PONG:
                self.send(128 | PONG if opcode == PING else head, payload)


class Sockets(App):
    open = set()

    def upgrade(self, handler):
        key = handler.headers.get("Sec-WebSocket-Key")
        if key is None or handler.headers.get("Upgrade", "").lower() != "websocket":
            return False
        handler.send_response(101)
        handler.send_header("Upgrade", "websocket")
        handler.send_header("Connection", "Upgrade")
        handler.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode() + MAGIC).digest()).decode())
        handler.send_header("X-App-Version", VERSION)
        handler.end_headers()
        handler.close_connection = True
        socket = Socket(handler)
        self.open.add(socket)
        try:
            socket.serve()
        except OSError:
            pass  # the other side is gone; nobody is left to be told
        finally:
            self.open.discard(socket)
        return True

    def farewell(self):
        for socket in list(self.open):
            try:
                socket.send(128 | CLOSE, GOING_AWAY)
                socket.handler.connection.settimeout(3)  # for its goodbye
            except OSError:
                pass


Sockets().run()
