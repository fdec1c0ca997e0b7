"""`rank1-rerank serve` and `eval` of this checkout, with its small test model. Set RANK1_RERANK to use another command."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
os.environ.setdefault("RANK1_MODEL", str(ROOT / "test/fixtures/demo-model"))
OPTIONS = ["--mode", "instant", "--device", "wasm"]


def command(*arguments: str) -> list[str]:
    own = ["node", str(ROOT / "bin" / "rank1-rerank.mjs")]
    return [*shlex.split(os.environ.get("RANK1_RERANK", shlex.join(own))), *arguments]


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """The address of a server that has loaded its model."""
    server = subprocess.Popen(
        command("serve", "--port", "0", *OPTIONS), stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert server.stderr
    told = ""
    for line in server.stderr:
        told += line
        if address := re.search(r"listening on (http://\S+?)(,|$)", line.strip()):
            yield address[1]
            break
    else:
        pytest.fail(f"serve did not start: {told}")
    server.terminate()
    server.communicate()
