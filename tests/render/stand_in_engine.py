"""
An engine that makes photographs talk, by drawing a green bar that is as high as the voice is loud.

`python stand_in_engine.py [LICENCE] [SLOW]` prints its port. It speaks the interface of docs/howto/photo_engines.md,
and tells by `GET /told` which renders were cancelled, and how many frames it was asked for.
"""

import base64
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np

PREPARED: dict[str, np.ndarray] = {}
CANCELLED: list[str] = []
WISHED: list[int] = []


class Engine(BaseHTTPRequestHandler):
    licence, slow_s = "apache-2.0", 0.0

    def do_GET(self) -> None:
        told = {
            "/capabilities": {"name": "bar", "licence": self.licence, "alpha": True, "max_side": 160},
            "/health": {},
            "/told": {"cancelled": CANCELLED, "frames": WISHED},
        }
        self._json(told[self.path])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/prepare":
            PREPARED["one"] = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
            self._json({"artifact": "one"})
        elif self.path == "/cancel":
            CANCELLED.append(json.loads(body)["render"])
            self._json({})
        else:
            self._render(json.loads(body))

    def _render(self, wish: dict) -> None:
        WISHED.append(wish["frames"])
        picture = cv2.resize(PREPARED[wish["artifact"]], (wish["width"], wish["height"]))
        sound = np.frombuffer(base64.b64decode(wish["pcm"]), "<i2").astype(float)
        self.send_response(200)
        self.send_header("content-type", "application/octet-stream")
        self.end_headers()
        for index in range(wish["frames"]):
            at = index * wish["rate"] // wish["fps"]
            part = sound[at : at + wish["rate"] // wish["fps"]]
            loud = float(np.sqrt((part**2).mean())) / 32767 if len(part) else 0.0
            frame = picture.copy()
            high = min(wish["height"], round(loud * 3 * wish["height"]))
            frame[wish["height"] - high :] = (0, 255, 0)
            if wish["alpha"]:
                frame = np.dstack([frame, np.full(frame.shape[:2], 255, np.uint8)])
            try:
                self.wfile.write(np.ascontiguousarray(frame, np.uint8).tobytes())
            except OSError:
                return
            time.sleep(self.slow_s)

    def _json(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Engine.licence = sys.argv[1]
    if len(sys.argv) > 2:
        Engine.slow_s = float(sys.argv[2])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Engine)
    print(server.server_address[1], flush=True)
    server.serve_forever()
