"""mteb's own task classes over data that is made here: reranking, NevIR's pairs, mFollowIR's instructions."""

from __future__ import annotations

from typing import Any

from datasets import Dataset
from mteb._evaluators.retrieval_metrics import evaluate_p_mrr_change
from mteb.abstasks import AbsTaskRetrieval
from mteb.abstasks.task_metadata import TaskMetadata
from mteb.tasks.instruction_reranking.multilingual.m_follow_ir import mFollowIR
from mteb.tasks.reranking.eng.nev_ir import NevIR

CORPUS = {
    "d1": ("Paris", "Paris is the capital of France."),
    "d2": ("", "Bread is baked in an oven."),
    "d3": ("Berlin", "Berlin is the capital of Germany."),
    "d4": ("", "Glaucoma damages the optic nerve."),
    "d5": ("Yakutsk", "The coldest city in the world is Yakutsk."),
}


def corpus(ids: list[str] | None = None) -> Dataset:
    return Dataset.from_list([{"id": i, "title": t, "text": x} for i, (t, x) in CORPUS.items() if not ids or i in ids])


def queries(rows: dict[str, str]) -> Dataset:
    return Dataset.from_list([{"id": qid, "text": text} for qid, text in rows.items()])


class LocalReranking(AbsTaskRetrieval):
    """q3 has no judgements: mteb leaves it out, and so does `rank1-rerank eval`."""

    metadata = TaskMetadata(
        name="LocalReranking",
        description="Made for a test.",
        reference=None,
        dataset={"path": "local/reranking", "revision": "1"},
        type="Reranking",
        category="t2t",
        modalities=["text"],
        eval_splits=["test"],
        eval_langs=["eng-Latn"],
        main_score="ndcg_at_10",
        date=("2026-01-01", "2026-01-02"),
        domains=["Web"],
        task_subtypes=[],
        license="mit",
        annotations_creators="human-annotated",
        dialect=[],
        sample_creation="created",
        bibtex_citation="",
    )

    def load_data(self, *args: Any, **kwargs: Any) -> None:
        if self.data_loaded:
            return
        texts = {"q1": "capital of France", "q2": "what is glaucoma", "q3": "how is bread baked", "q4": "coldest city"}
        self.dataset = {
            "default": {
                "test": {
                    "corpus": corpus(),
                    "queries": queries(texts),
                    "relevant_docs": {"q1": {"d1": 2, "d3": 1}, "q2": {"d4": 1}, "q4": {"d5": 1, "d2": 0}},
                    "top_ranked": {
                        "q1": ["d3", "d2", "d1", "d4"],
                        "q2": ["d1", "d2", "d4"],
                        "q3": ["d1", "d2"],
                        "q4": ["d1", "d5", "d3"],
                    },
                }
            }
        }
        self.data_loaded = True


class LocalNevIR(NevIR):
    """NevIR's class and measure. Each pair of queries is about the same two documents."""

    def load_data(self, *args: Any, **kwargs: Any) -> None:
        if self.data_loaded:
            return
        texts = {
            "1_q1": "capital of France",
            "1_q2": "capital of Germany",
            "2_q1": "what damages the optic nerve",
            "2_q2": "what is baked in an oven",
        }
        pairs = {"1": ["d1", "d3"], "2": ["d4", "d2"]}
        self.dataset = {
            "default": {
                "test": {
                    "corpus": corpus(),
                    "queries": queries(texts),
                    "relevant_docs": {qid: {pairs[qid[0]][int(qid[-1]) - 1]: 1} for qid in texts},
                    "top_ranked": {qid: pairs[qid[0]] for qid in texts},
                }
            }
        }
        self.data_loaded = True


class LocalFollowIR(mFollowIR):
    """mFollowIR's class and measure, on one of its languages."""

    changed = {"1": ["d3"], "2": ["d2"]}

    def load_data(self, *args: Any, **kwargs: Any) -> None:
        if self.data_loaded:
            return
        texts = {"1-og": "capital city", "1-changed": "capital city", "2-og": "cold or hot", "2-changed": "cold or hot"}
        instructions = {
            "1-og": "Any country counts.",
            "1-changed": "Only France counts.",
            "2-og": "Anything about temperature.",
            "2-changed": "Only cities count.",
        }
        relevant = {
            "1-og": {"d1": 1, "d3": 1},
            "1-changed": {"d1": 1, "d3": 0},
            "2-og": {"d5": 1, "d2": 1},
            "2-changed": {"d5": 1, "d2": 0},
        }
        self.queries = {"fas": {"test": texts}}
        self.corpus = {"fas": {"test": {i: {"title": t, "text": x} for i, (t, x) in CORPUS.items()}}}
        self.instructions = {"fas": {"test": instructions}}
        self.relevant_docs = {"fas": {"test": relevant}}
        self.top_ranked = {"fas": {"test": {qid: list(CORPUS) for qid in texts}}}
        self.data_loaded = True

    def task_specific_scores(
        self, scores: Any, qrels: Any, results: Any, hf_split: str, hf_subset: str
    ) -> dict[str, Any]:
        # mFollowIR loads what changed from its data set.
        return evaluate_p_mrr_change(qrels, results, self.changed, self.k_values)


def local_follow_ir() -> LocalFollowIR:
    return LocalFollowIR().filter_languages(["fas"], hf_subsets=["fas"])
