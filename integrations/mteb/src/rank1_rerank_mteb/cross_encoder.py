"""The cross-encoder: mteb's pairs to requests of one query each, and judgements to scores."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from mteb.models.model_meta import ModelMeta
from tqdm.auto import tqdm

from .chain_file import ChainFile, pair_key
from .rerank_client import Document, Judgement, JudgingOptions, RerankClient, ServerUnreachable

if TYPE_CHECKING:
    from mteb.abstasks.task_metadata import TaskMetadata
    from mteb.types import Array, BatchedInput, PromptType
    from torch.utils.data import DataLoader

logger = logging.getLogger(__name__)

LOWEST_SCORE = -1e4
"""Of a document without a verdict: below every logit difference, and finite, because mteb computes with it."""


@dataclass(frozen=True)
class _Pair:
    index: int
    query_id: str | None
    document_id: str | None
    query: str
    instruction: str | None
    document: Document


class Rank1CrossEncoder:
    """A `CrossEncoderProtocol` that asks `rank1-rerank serve`.

    Scores are logit differences of "true" and "false": they order as rank1's probabilities do and do not saturate.

    Args:
        model_name: what results are filed under, such as `jhu-clsp/rank1-7b`; the server decides what judges
        revision: of the model
        device: ignored; the server has its own
        endpoint: of the server
        token: the server's, where it has one
        options: how documents are judged: mode, rethink, samples and so on
        chains: folder for `{task}_{subset}_{split}_chains.jsonl`, with every verdict and its reasoning. A run that was
            stopped goes on from there, if the server has the same model and options; one that is whole needs no server.
            None keeps nothing
        num_requests: requests in flight. Two keep a server with its own engine busy; one with an `--endpoint` bears more
        max_documents: of one request; at most the server's `--max-documents`
    """

    def __init__(
        self,
        model_name: str,
        revision: str | None = None,
        device: str | None = None,
        *,
        endpoint: str = "http://127.0.0.1:8484",
        token: str | None = None,
        options: JudgingOptions | None = None,
        chains: Path | str | None = None,
        num_requests: int = 2,
        max_documents: int = 100,
    ) -> None:
        if num_requests < 1 or max_documents < 1:
            raise ValueError("num_requests and max_documents must be 1 or more")
        self._client = RerankClient(endpoint, token)
        self._options = options or JudgingOptions()
        self._chains = None if chains is None else Path(chains)
        self._num_requests = num_requests
        self._max_documents = max_documents
        self._model_name = model_name
        self._meta = ModelMeta.create_empty(
            overwrites={
                "name": model_name,
                "revision": revision,
                "model_type": ["cross-encoder"],
                "modalities": ["text"],
                "use_instructions": True,
                "experiment_kwargs": self._options.given() or None,
            }
        )

    @property
    def mteb_model_meta(self) -> ModelMeta:
        """Judging options are its `experiment_kwargs`, so that mteb files the results of each choice apart."""
        return self._meta

    def predict(
        self,
        inputs1: DataLoader[BatchedInput],
        inputs2: DataLoader[BatchedInput],
        *,
        task_metadata: TaskMetadata,
        hf_split: str,
        hf_subset: str,
        prompt_type: PromptType | None = None,
        show_progress_bar: bool = True,
        **kwargs: Any,
    ) -> Array:
        """Scores of the pairs of queries (`inputs1`) and documents (`inputs2`), in their order.

        Raises:
            ServerError: when the server refuses a request, cannot be reached for minutes, or begins to judge with
                another model or other options of its own
        """
        chains = ChainFile(self._chain_path(task_metadata.name, hf_subset, hf_split))
        pairs = list(self._pairs(inputs1, inputs2))
        fingerprint = self._fingerprint(pairs, chains)
        scores = np.full(len(pairs), np.nan)
        without_verdict = 0
        with tqdm(total=len(pairs), desc="Judging", unit="doc", disable=not show_progress_bar) as progress:
            for pair, judgement in self._judged(pairs, chains, fingerprint):
                difference = judgement["logit_difference"]
                without_verdict += difference is None
                scores[pair.index] = LOWEST_SCORE if difference is None else difference
                progress.update()
        if without_verdict:
            logger.warning("%d documents got no verdict and are ranked last.", without_verdict)
        return scores

    def _chain_path(self, task: str, subset: str, split: str) -> Path | None:
        return None if self._chains is None else self._chains / f"{task}_{subset}_{split}_chains.jsonl"

    def _fingerprint(self, pairs: list[_Pair], chains: ChainFile) -> str:
        """The server's; where nobody answers, that of the one server which judged all pairs before."""
        whole = [
            fingerprint
            for fingerprint in chains.fingerprints
            if all(chains.get(self._key(pair, fingerprint)) for pair in pairs)
        ]
        try:
            return self._client.fingerprint(patient=len(whole) != 1)
        except ServerUnreachable as error:
            if len(whole) != 1:
                raise
            logger.warning("%s All pairs were judged before, under %s: these judgements are taken.", error, whole[0])
            return whole[0]

    def _key(self, pair: _Pair, fingerprint: str) -> str:
        given = self._options.given()
        return pair_key(self._model_name, fingerprint, pair.query, pair.instruction, pair.document, given)

    def _pairs(self, inputs1: Iterable[BatchedInput], inputs2: Iterable[BatchedInput]) -> Iterator[_Pair]:
        queries, documents = _rows(inputs1), _rows(inputs2)
        for index, (query, document) in enumerate(zip(queries, documents, strict=True)):
            # `text` has the instruction behind the query, and the title before the text; the server takes them apart.
            text = query.get("query") or query["text"]
            instruction = query.get("instruction") if query.get("query") else None
            entry: Document = {"text": document.get("body") or document["text"]}
            if document.get("body") and document.get("title"):
                entry["title"] = document["title"]
            yield _Pair(index, query.get("id"), document.get("id"), text, instruction, entry)

    def _judged(self, pairs: list[_Pair], chains: ChainFile, fingerprint: str) -> Iterator[tuple[_Pair, Judgement]]:
        """Known pairs at once, the others as their requests are answered."""
        unknown = []
        for pair in pairs:
            judgement = chains.get(self._key(pair, fingerprint))
            if judgement is None:
                unknown.append(pair)
            else:
                yield pair, judgement
        pool = ThreadPoolExecutor(self._num_requests)
        try:
            requests: list[Future[list[tuple[_Pair, Judgement]]]] = [
                pool.submit(self._ask, request, chains, fingerprint) for request in self._requests(unknown)
            ]
            for request in as_completed(requests):
                yield from request.result()
        finally:
            # A fault or Ctrl-C: what is in flight is kept, what waits is not begun.
            pool.shutdown(wait=True, cancel_futures=True)

    def _requests(self, pairs: list[_Pair]) -> Iterator[list[_Pair]]:
        """Neighbours with one query, as many as a request may hold: the server judges them side by side."""
        for _, group in groupby(pairs, key=lambda pair: (pair.query, pair.instruction)):
            same = list(group)
            for start in range(0, len(same), self._max_documents):
                yield same[start : start + self._max_documents]

    def _ask(self, pairs: list[_Pair], chains: ChainFile, fingerprint: str) -> list[tuple[_Pair, Judgement]]:
        first = pairs[0]
        documents = [pair.document for pair in pairs]
        judgements = self._client.rerank(first.query, first.instruction, documents, self._options, fingerprint)
        judged = list(zip(pairs, judgements, strict=True))
        chains.add(
            fingerprint,
            [
                (self._key(pair, fingerprint), {"query_id": pair.query_id, "document_id": pair.document_id}, judgement)
                for pair, judgement in judged
            ],
        )
        return judged


def _rows(batches: Iterable[BatchedInput]) -> Iterator[dict[str, Any]]:
    """Batches of columns to rows."""
    for batch in batches:
        columns = {name: list(values) for name, values in batch.items() if isinstance(values, (list, tuple))}
        for values in zip(*columns.values(), strict=True):
            yield dict(zip(columns, values, strict=True))
