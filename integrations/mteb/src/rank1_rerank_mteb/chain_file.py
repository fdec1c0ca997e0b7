"""Chains on disk, a line a document. A run that was stopped finds here what it need not judge again."""

from __future__ import annotations

import json
import os
import threading
from hashlib import sha256
from pathlib import Path
from typing import Any

from .rerank_client import Document, Judgement


def pair_key(
    model: str,
    fingerprint: str,
    query: str,
    instruction: str | None,
    document: Document,
    options: dict[str, Any],
) -> str:
    """What decides a judgement, as one short text. The server's model and own options are in its fingerprint."""
    given = sorted(options.items())
    parts = [model, fingerprint, query, instruction, document.get("title", ""), document["text"], given]
    return sha256(json.dumps(parts).encode()).hexdigest()[:32]


class ChainFile:
    """Every line is whole, or is dropped when the file is opened again. Safe to share between threads."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[str, Judgement] = {}
        self.fingerprints: set[str] = set()
        """Of the servers that judged."""
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            self._read(path)

    def get(self, key: str) -> Judgement | None:
        return self._known.get(key)

    def add(self, fingerprint: str, rows: list[tuple[str, dict[str, Any], Judgement]]) -> None:
        """Rows of key, what the pair is (ids), and judgement; on disk when this returns."""
        with self._lock:
            self.fingerprints.add(fingerprint)
            self._known.update((key, judgement) for key, _, judgement in rows)
            if self._path is None:
                return
            lines = [
                json.dumps({"key": key, "fingerprint": fingerprint, **about, **judgement}, ensure_ascii=False)
                for key, about, judgement in rows
            ]
            with self._path.open("a", encoding="utf-8") as file:
                file.write("".join(f"{line}\n" for line in lines))
                file.flush()
                os.fsync(file.fileno())

    def _read(self, path: Path) -> None:
        whole = 0
        names = Judgement.__annotations__
        with path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                row = json.loads(line)
                if "fingerprint" in row:  # not in files of earlier versions
                    self.fingerprints.add(row["fingerprint"])
                self._known[row["key"]] = {name: row[name] for name in names}  # type: ignore[assignment]
                whole += len(line)
        os.truncate(path, whole)
