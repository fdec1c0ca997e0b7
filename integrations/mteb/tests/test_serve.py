"""mteb on the real server: its figures are those of `rank1-rerank eval` for the same run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import mteb
import pytest
from conftest import OPTIONS, command
from local_tasks import CORPUS, LocalNevIR, LocalReranking, local_follow_ir
from mteb.models import OpenAIAPIRerankWrapper
from rank1_rerank_mteb import JudgingOptions, Rank1CrossEncoder

TASKS = {"LocalReranking": LocalReranking, "NevIR": LocalNevIR, "mFollowIR": local_follow_ir}
UNROUNDED = ("mrr_", "paired_accuracy", "p-MRR")
"""mteb rounds the others to five digits."""


def collection(task: Any, file: Path) -> None:
    """The task's data as `rank1-rerank eval` reads it."""
    task.load_data()
    task.convert_v1_dataset_format_to_v2(num_proc=None)
    (split,) = (splits["test"] for splits in task.dataset.values())
    with file.open("w", encoding="utf-8") as lines:
        for query in split["queries"]:
            grades = split["relevant_docs"].get(query["id"], {})
            candidates = [
                {"docid": i, "title": CORPUS[i][0], "text": CORPUS[i][1], "grade": grades.get(i)}
                for i in split["top_ranked"][query["id"]]
            ]
            instruction = query.get("instruction")
            text = f"{query['text']} {instruction}" if instruction else query["text"]
            lines.write(json.dumps({"qid": query["id"], "query": text, "candidates": candidates}) + "\n")


def mteb_scores(result: Any) -> dict[str, Any]:
    (scores,) = result.task_results[0].scores["test"]
    return dict(scores)


@pytest.mark.parametrize("name", TASKS)
def test_figures_are_those_of_eval(name: str, endpoint: str, tmp_path: Path) -> None:
    data = tmp_path / f"{name}.eval.jsonl"
    collection(TASKS[name](), data)
    subprocess.run(command("eval", "--data", str(data), "--out", str(tmp_path / "out"), *OPTIONS), check=True)
    (ours,) = json.loads((tmp_path / "out" / "mteb-result.json").read_text())["scores"]["test"]

    model = Rank1CrossEncoder("org/rank1-demo", endpoint=endpoint, chains=tmp_path / "chains")
    theirs = mteb_scores(mteb.evaluate(model, tasks=[TASKS[name]()], cache=None))

    main = TASKS[name]().metadata.main_score
    assert (ours["main_score"], theirs["main_score"]) == (ours[main], theirs[main])
    compared = [key for key in ours if key in theirs and isinstance(ours[key], float | int) and key != "main_score"]
    assert len(compared) >= 35
    for key in compared:
        value = ours[key] if key.startswith(UNROUNDED) else round(ours[key], 5)
        assert abs(value - theirs[key]) < 1e-9, key
    (chains,) = (tmp_path / "chains").iterdir()
    rows = [json.loads(line) for line in chains.read_text(encoding="utf-8").splitlines()]
    results = [json.loads(line) for line in (tmp_path / "out" / "results.jsonl").read_text().splitlines()]
    differences = {(r["qid"], d["docid"]): d["logit_difference"] for r in results for d in r["ranking"]}
    for row in rows:
        assert abs(row["logit_difference"] - differences[row["query_id"], row["document_id"]]) < 1e-4


def test_options_reach_the_model(endpoint: str, tmp_path: Path) -> None:
    options = JudgingOptions(mode="reason", max_new_tokens=16)
    model = Rank1CrossEncoder("org/rank1-demo", endpoint=endpoint, options=options, chains=tmp_path)
    mteb.evaluate(model, tasks=[LocalNevIR()], cache=None)
    (chains,) = tmp_path.iterdir()
    assert any(json.loads(line)["reasoning"] for line in chains.read_text(encoding="utf-8").splitlines())


def test_mteb_own_client_needs_nothing_of_ours(endpoint: str) -> None:
    model = OpenAIAPIRerankWrapper(endpoint_url=endpoint, model_name="rank1-demo", modalities=["text"])
    scores = mteb_scores(mteb.evaluate(model, tasks=[LocalReranking()], cache=None))
    assert 0 < scores["ndcg_at_10"] <= 1
