"""An evaluation file of held-out questions: the 20 passages that BM25 finds among 24,000, of which one is the question's own.

    python -m training.held_out --data <data folder>     # state folder: held-out/lists.eval.jsonl.gz, for `training.evaluate`

SelQA dev has sentences of one article; this has passages of many, as a search returns them. Training has seen other passages of the
pool, none of the questions.
"""
import argparse
import gzip
import json
import os
import random

from . import data
from .text import BM25

SOURCES = ("nq_oracle", "qed", "afriqa", "squad_nqg_test", "medquad")
POOL, DEPTH, WORDS = 24000, 20, 90


def start_of(row):
    """The passage's first words, in lower case as SQuAD's are."""
    return " ".join(row["passage"].split()[:WORDS]).lower()


def lists(pairs):
    """Rows of an evaluation file; questions whose answer is cut off are left out."""
    rng = random.Random(7)
    held = {s: [r for r in pairs if r["source"] == s and data.is_held_out(r["group"])] for s in SOURCES}
    questions = held["nq_oracle"][:80] + held["qed"][:60] + rng.sample(held["afriqa"], 60)
    texts = list(dict.fromkeys(start_of(r) for r in pairs))
    texts = rng.sample(texts, min(POOL, len(texts)))
    texts += [t for t in dict.fromkeys(start_of(r) for r in questions) if t not in set(texts)]
    bm25, rows = BM25(texts), []
    for n, r in enumerate(questions):
        own = start_of(r)
        if r["answer"].lower() in own:
            found = [texts[j] for j in bm25.top(r["question"], DEPTH)]
            found = found if own in found else [*found[:DEPTH - 1], own]
            candidates = [{"docid": str(i), "rank": i + 1, "text": t, "grade": int(t == own)} for i, t in enumerate(found)]
            rows.append({"qid": str(n), "query": r["question"], "candidates": candidates, "ideal_grades": [1]})
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--state", default="training/build")
    args = parser.parse_args()
    pairs = [r for r in data.load_pairs(args.data) if r["source"] in SOURCES]
    path = os.path.join(args.state, "held-out", "lists.eval.jsonl.gz")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as f:
        f.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in lists(pairs))
