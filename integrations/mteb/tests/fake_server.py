"""A server in the shape of `rank1-rerank serve`: it counts shared words, and misbehaves as it is told."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FakeServer:
    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.tokens: list[str | None] = []
        self.refusals: list[tuple[int, dict[str, str], bytes]] = []
        """Given out one by one before anything is judged."""
        self.fails_after: int | None = None
        """Requests that are judged before every other one is refused."""
        self.gate: threading.Barrier | None = None
        """Answers only when so many requests are there."""
        self.fingerprint: str | None = "fp_one"
        """Of its model and own options."""
        self.restarts_as: str | None = None
        """The fingerprint after it was asked for one."""
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                served = json.dumps({"data": [{"id": "fake", "system_fingerprint": server.fingerprint}]}).encode()
                if server.restarts_as is not None:
                    server.fingerprint = server.restarts_as
                self._send(200, {}, served)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with server._lock:
                    server._at_once += 1
                    server.most_at_once = max(server.most_at_once, server._at_once)
                if server.gate:
                    server.gate.wait()
                try:
                    status, headers, answer = server._answer(body, self.headers.get("authorization"))
                finally:
                    with server._lock:
                        server._at_once -= 1
                self._send(status, headers, answer)

            def _send(self, status: int, headers: dict[str, str], answer: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _answer(self, body: dict[str, Any], token: str | None) -> tuple[int, dict[str, str], bytes]:
        with self._lock:
            self.tokens.append(token)
            if self.refusals:
                return self.refusals.pop(0)
            if self.fails_after is not None and len(self.bodies) >= self.fails_after:
                return 500, {}, b'{"message": "out of order"}'
            self.bodies.append(body)
        results, unjudged = [], []
        words = set(f"{body['query']} {body.get('instruction', '')}".lower().split())
        for index, document in enumerate(body["documents"]):
            if "UNJUDGED" in document["text"]:
                unjudged.append({"index": index, "finish_reason": "prompt-too-long"})
                continue
            text = f"{document.get('title', '')} {document['text']}".lower()
            difference = sum(word in text for word in words) - len(text) / 1000
            chain = {
                "label": "true" if difference > 0 else "false",
                "score": 0.5,
                "logitDifference": difference,
                "forced": False,
                "reasoning": f"Of {text}.",
                "truncated": False,
                "finishReason": "verdict",
            }
            results.append({"index": index, "relevance_score": 0.5, "metadata": {"rank1": chain}})
        results.reverse()
        answer = {"system_fingerprint": self.fingerprint, "results": results, "unjudged": unjudged}
        return 200, {}, json.dumps(answer).encode()
