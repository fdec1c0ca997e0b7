"""The cross-encoder against a server that is made up: what is asked, what is kept, what a fault leaves."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mteb
import numpy as np
import pytest
from fake_server import FakeServer
from local_tasks import LocalNevIR, LocalReranking, local_follow_ir
from mteb.models import CrossEncoderProtocol
from rank1_rerank_mteb import JudgingOptions, Rank1CrossEncoder, ServerError, rerank_client


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    waited: list[float] = []
    monkeypatch.setattr(rerank_client.time, "sleep", waited.append)
    fake = FakeServer()
    fake.waited = waited  # type: ignore[attr-defined]
    yield fake
    fake.stop()


def predict(model: Rank1CrossEncoder, pairs: list[tuple[str, str]]) -> np.ndarray:
    queries = [{"text": [query]} for query, _ in pairs]
    documents = [{"text": [document]} for _, document in pairs]
    task: Any = LocalReranking.metadata
    return np.asarray(
        model.predict(queries, documents, task_metadata=task, hf_split="test", hf_subset="default")  # type: ignore[arg-type]
    )


def test_is_a_cross_encoder_with_metadata(server: FakeServer) -> None:
    model = Rank1CrossEncoder("org/rank1", "r1", endpoint=server.endpoint, options=JudgingOptions(rethink=1))
    assert isinstance(model, CrossEncoderProtocol)
    meta = model.mteb_model_meta
    assert (meta.name, meta.revision, meta.is_cross_encoder) == ("org/rank1", "r1", True)
    # So that results of other options are filed apart.
    assert meta.experiment_kwargs == {"rethink": 1}


def test_asks_once_a_query_and_keeps_the_order_of_the_pairs(server: FakeServer) -> None:
    model = Rank1CrossEncoder("org/rank1", endpoint=server.endpoint, max_documents=2, token="secret")
    pairs = [("a", "a"), ("a", "b"), ("a", "a a"), ("b", "b"), ("b", "a")]
    scores = predict(model, pairs)
    assert [round(score) for score in scores] == [1, 0, 1, 1, 0]
    asked = sorted((body["query"], len(body["documents"])) for body in server.bodies)
    assert asked == [("a", 1), ("a", 2), ("b", 2)]
    assert set(server.tokens) == {"Bearer secret"}
    assert all(body["return_documents"] is False for body in server.bodies)


def test_sends_options_and_titles_and_instructions_apart(server: FakeServer) -> None:
    options = JudgingOptions(mode="instant", seed=0)
    model = Rank1CrossEncoder("org/rank1", endpoint=server.endpoint, options=options)
    mteb.evaluate(model, tasks=[local_follow_ir()], cache=None, show_progress_bar=False)
    assert all(body["mode"] == "instant" and body["seed"] == 0 for body in server.bodies)
    asked = {(body["query"], body["instruction"]) for body in server.bodies}
    assert ("capital city", "Only France counts.") in asked and len(asked) == 4
    assert server.bodies[0]["documents"][0] == {"title": "Paris", "text": "Paris is the capital of France."}
    assert "rethink" not in server.bodies[0]


def test_keeps_the_server_full(server: FakeServer) -> None:
    model = Rank1CrossEncoder("org/rank1", endpoint=server.endpoint, num_requests=4, max_documents=1)
    server.gate = threading.Barrier(4, timeout=60)
    predict(model, [(str(n), "text") for n in range(20)])
    assert server.most_at_once == 4


def test_ranks_documents_without_a_verdict_last(server: FakeServer) -> None:
    model = Rank1CrossEncoder("org/rank1", endpoint=server.endpoint)
    scores = predict(model, [("a", "UNJUDGED"), ("a", "b"), ("a", "a")])
    assert scores[0] < scores[1] < scores[2] and np.isfinite(scores).all()


def test_waits_for_a_busy_server_and_tells_its_refusal(server: FakeServer) -> None:
    model = Rank1CrossEncoder("org/rank1", endpoint=server.endpoint)
    server.refusals = [(429, {"retry-after": "7"}, b"{}"), (503, {}, b"{}")]
    assert len(predict(model, [("a", "a")])) == 1
    assert server.waited == [7.0, 1.0]  # type: ignore[attr-defined]
    server.refusals = [(400, {}, b'{"message": "query must be a string, and not blank."}')]
    with pytest.raises(ServerError, match="answered 400: query must be a string"):
        predict(model, [("a", "a")])


def test_says_where_nobody_listens(server: FakeServer) -> None:
    server.stop()
    with pytest.raises(ServerError, match="Is rank1-rerank serve running"):
        predict(Rank1CrossEncoder("org/rank1", endpoint=server.endpoint), [("a", "a")])


def test_goes_on_after_a_stop_and_leaves_the_chains(server: FakeServer, tmp_path: Path) -> None:
    whole = Rank1CrossEncoder("org/rank1", endpoint=server.endpoint)
    expected = mteb.evaluate(whole, tasks=[LocalReranking()], cache=None)
    num_requests = len(server.bodies)

    def run() -> Any:
        model = Rank1CrossEncoder("org/rank1", endpoint=server.endpoint, chains=tmp_path, num_requests=1)
        return mteb.evaluate(model, tasks=[LocalReranking()], cache=None)

    server.fails_after = num_requests + 2
    with pytest.raises(ServerError, match="out of order"):
        run()
    file = tmp_path / "LocalReranking_default_test_chains.jsonl"
    with file.open("a", encoding="utf-8") as torn:
        torn.write('{"key": "half a li')
    server.fails_after = None
    result = run()
    # mteb leaves q3 out; of the three others two were known.
    assert len(server.bodies) == num_requests + 3
    assert scores_of(result) == scores_of(expected)
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert {(row["query_id"], row["document_id"]) for row in rows} >= {("q1", "d3"), ("q4", "d5")}
    assert len(rows) == 10 and all(row["reasoning"].startswith("Of ") for row in rows)
    assert scores_of(run()) == scores_of(expected)
    assert len(server.bodies) == num_requests + 3


def test_scores_what_is_whole_without_a_server(
    server: FakeServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def model() -> Rank1CrossEncoder:
        return Rank1CrossEncoder("org/rank1", endpoint=server.endpoint, chains=tmp_path)

    pairs = [("a", "a"), ("a", "b"), ("b", "b")]
    expected = predict(model(), pairs)
    server.stop()
    assert predict(model(), pairs).tolist() == expected.tolist()
    assert server.endpoint in caplog.text and "fp_one" in caplog.text
    assert server.waited == []  # type: ignore[attr-defined]
    with pytest.raises(ServerError, match="Is rank1-rerank serve running"):
        predict(model(), [*pairs, ("c", "c")])
    assert len(server.waited) == 7  # type: ignore[attr-defined]


def test_takes_no_chains_of_two_servers_for_those_of_one_that_is_gone(server: FakeServer, tmp_path: Path) -> None:
    model = Rank1CrossEncoder("org/rank1", endpoint=server.endpoint, chains=tmp_path)
    predict(model, [("a", "a")])
    server.fingerprint = "fp_two"
    predict(model, [("b", "b")])
    server.stop()
    assert len(predict(model, [("a", "a")])) == 1
    with pytest.raises(ServerError, match="Is rank1-rerank serve running"):
        predict(model, [("a", "a"), ("b", "b")])


def test_does_not_choose_between_two_servers_that_judged_all(server: FakeServer, tmp_path: Path) -> None:
    model = Rank1CrossEncoder("org/rank1", endpoint=server.endpoint, chains=tmp_path)
    for fingerprint in ("fp_one", "fp_two"):
        server.fingerprint = fingerprint
        predict(model, [("a", "a")])
    server.stop()
    with pytest.raises(ServerError, match="Is rank1-rerank serve running"):
        predict(model, [("a", "a")])


def test_another_model_or_option_is_judged_anew(server: FakeServer, tmp_path: Path) -> None:
    for name, options in (("a", {}), ("b", {}), ("b", {"rethink": 1})):
        model = Rank1CrossEncoder(name, endpoint=server.endpoint, chains=tmp_path, options=JudgingOptions(**options))
        predict(model, [("q", "d")])
        predict(model, [("q", "d")])
    assert len(server.bodies) == 3


def test_another_model_or_option_of_the_server_is_judged_anew(server: FakeServer, tmp_path: Path) -> None:
    model = Rank1CrossEncoder("org/rank1", endpoint=server.endpoint, chains=tmp_path)
    for fingerprint in ("fp_one", "fp_two", "fp_one", "fp_two"):
        server.fingerprint = fingerprint
        predict(model, [("q", "d")])
    assert len(server.bodies) == 2


def test_ends_where_the_server_changes_within_a_run(server: FakeServer, tmp_path: Path) -> None:
    model = Rank1CrossEncoder("org/rank1", endpoint=server.endpoint, chains=tmp_path)
    server.restarts_as = "fp_two"
    with pytest.raises(ServerError, match="another model"):
        predict(model, [("q", "d")])
    server.restarts_as = None
    predict(model, [("q", "d")])
    assert len(server.bodies) == 2


def test_says_where_the_server_does_not_tell_what_judges(server: FakeServer) -> None:
    server.fingerprint = None
    with pytest.raises(ServerError, match="system_fingerprint"):
        predict(Rank1CrossEncoder("org/rank1", endpoint=server.endpoint), [("q", "d")])


def test_evaluates_pairs_and_instructions(server: FakeServer) -> None:
    model = Rank1CrossEncoder("org/rank1", endpoint=server.endpoint)
    result = mteb.evaluate(model, tasks=[LocalNevIR(), local_follow_ir()], cache=None)
    main = [task.get_score() for task in result.task_results]
    assert main[0] == 1.0
    assert -1 <= main[1] <= 1


def scores_of(result: Any) -> dict[str, Any]:
    (scores,) = result.task_results[0].scores["test"]
    return {name: value for name, value in scores.items() if not name.startswith("nauc")}
