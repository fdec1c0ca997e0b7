"""Requests to `rank1-rerank serve`: one query with its documents each, repeated while the server is busy or away."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NotRequired, TypedDict

import requests

BUSY = {429, 502, 503}
MAX_TRIES = 8
MAX_WAIT_SECONDS = 60.0
TIMEOUT_SECONDS = 3600


class Document(TypedDict):
    text: str
    title: NotRequired[str]


class Judgement(TypedDict):
    """What the server says of one document. Without a verdict, all but `finish_reason` is null."""

    label: str | None
    score: float | None
    logit_difference: float | None
    forced: bool | None
    reasoning: str | None
    truncated: bool | None
    finish_reason: str


@dataclass(frozen=True, kw_only=True)
class JudgingOptions:
    """How documents are judged; what is None is left to the server's own options. See docs/serve.md for each."""

    mode: str | None = None
    preset: str | None = None
    query_template: str | None = None
    long_documents: str | None = None
    max_new_tokens: int | None = None
    rethink: int | None = None
    samples: int | None = None
    temperature: float | None = None
    seed: int | None = None
    loop_guard: bool | None = None

    def given(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


class ServerError(RuntimeError):
    """The server refused a request or could not be reached; the message is the server's own where it gave one."""


class ServerUnreachable(ServerError):
    """Nobody answered."""


class RerankClient:
    """Safe to share between threads."""

    def __init__(self, endpoint: str, token: str | None = None) -> None:
        self.endpoint = endpoint.rstrip("/")
        self._headers = {} if token is None else {"authorization": f"Bearer {token}"}

    def fingerprint(self, patient: bool = True) -> str:
        """Of the server's model and its own options: judgements under another one are not to be mixed with these.

        Args:
            patient: whether to ask again for a minute where nobody answers

        Raises:
            ServerUnreachable: when nobody answers
            ServerError: for an answer that is of no use
        """
        served = self._request("GET", "/v1/models", patient=patient)["data"][0]
        fingerprint = served.get("system_fingerprint")
        if not isinstance(fingerprint, str):
            raise ServerError(f"{self.endpoint} tells no system_fingerprint. Is it rank1-rerank serve, and up to date?")
        return fingerprint

    def rerank(
        self,
        query: str,
        instruction: str | None,
        documents: Sequence[Document],
        options: JudgingOptions,
        fingerprint: str | None = None,
    ) -> list[Judgement]:
        """Judgements in the order of `documents`.

        Args:
            fingerprint: that the server must have; None accepts any
        """
        body: dict[str, Any] = {
            "query": query,
            "documents": list(documents),
            "return_documents": False,
            **options.given(),
        }
        if instruction is not None:
            body["instruction"] = instruction
        answer = self._request("POST", "/v1/rerank", body)
        if fingerprint is not None and answer.get("system_fingerprint") != fingerprint:
            raise ServerError(
                f"{self.endpoint} judges with another model or other options than when this run began. Start the run"
                " again, or the server as it was."
            )
        judgements: list[Judgement | None] = [None] * len(documents)
        for result in answer["results"]:
            judgements[result["index"]] = _judgement(result["metadata"]["rank1"])
        for rest in answer.get("unjudged", []):
            judgements[rest["index"]] = _without_verdict(rest["finish_reason"])
        if any(judgement is None for judgement in judgements):
            raise ServerError(f"{self.endpoint} left a document out of its answer.")
        return [judgement for judgement in judgements if judgement is not None]

    def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, patient: bool = True
    ) -> dict[str, Any]:
        fault = ServerError()
        for attempt in range(MAX_TRIES):
            wait = min(MAX_WAIT_SECONDS, 0.5 * 2**attempt)
            try:
                response = requests.request(
                    method, f"{self.endpoint}{path}", json=body, headers=self._headers, timeout=TIMEOUT_SECONDS
                )
            except (requests.ConnectionError, requests.Timeout) as error:
                fault = ServerUnreachable(
                    f"{self.endpoint} cannot be reached ({error}). Is rank1-rerank serve running?"
                )
                if not patient:
                    raise fault from error
            else:
                if response.ok:
                    answer: dict[str, Any] = response.json()
                    return answer
                fault = ServerError(f"{self.endpoint} answered {response.status_code}: {_message(response)}")
                if response.status_code not in BUSY:
                    raise fault
                wait = _retry_after(response, wait)
            if attempt + 1 < MAX_TRIES:
                time.sleep(wait)
        raise fault


def _judgement(chain: Mapping[str, Any]) -> Judgement:
    return {
        "label": chain["label"],
        "score": chain["score"],
        "logit_difference": chain["logitDifference"],
        "forced": chain["forced"],
        "reasoning": chain["reasoning"],
        "truncated": chain["truncated"],
        "finish_reason": chain["finishReason"],
    }


def _without_verdict(finish_reason: str) -> Judgement:
    return {
        "label": None,
        "score": None,
        "logit_difference": None,
        "forced": None,
        "reasoning": None,
        "truncated": None,
        "finish_reason": finish_reason,
    }


def _message(response: requests.Response) -> str:
    try:
        return str(response.json()["message"])
    except (ValueError, KeyError, TypeError):
        return response.text[:500]


def _retry_after(response: requests.Response, default: float) -> float:
    try:
        return min(MAX_WAIT_SECONDS, float(response.headers["retry-after"]))
    except (KeyError, ValueError):
        return default
