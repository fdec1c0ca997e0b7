"""What the quality report compares a reranker with: the same candidates in BM25's order and in all-MiniLM-L6-v2's.

    python -m training.reference --data <data folder>        # needs the teacher of training.base

Writes the orders, not the texts. BM25 is computed only for SelQA, whose candidates come in the order of the article; the others come in
BM25's order. MiniLM in fp32, cosine of whole texts cut at its 256 tokens.
"""
import argparse
import json
import os

import torch

from . import data
from .teacher import Embedding
from .text import BM25

SETS = {
    "selqa-dev": "selqa/dev",
    "dl19": "trec_dl19/dl19.bm25_top100",
    "cranfield": "cranfield/bm25_top100",
    "liveqa": "liveqa_med_nih/nih_only",
    "vaswani": "vaswani_npl/bm25_top100",
}
DEPTH = 20


def sort_by(scores):
    """Candidate numbers, best first; ties keep the given order."""
    return sorted(range(len(scores)), key=lambda i: -scores[i])


def bm25_order(query, texts):
    """By the statistics of the query's own candidates; those without a common word come last, in the given order."""
    found = BM25(texts).top(query, len(texts))
    return found + [i for i in range(len(texts)) if i not in found]


def minilm_orders(rows, teacher):
    """One order per row. Each text is embedded once, however many queries have it."""
    texts = sorted({t for r in rows for t in [r["query"], *(c["text"] for c in r["candidates"])]})
    vectors = dict(zip(texts, teacher.embed(texts, is_exact=True)))
    cosines = lambda r: [float(vectors[c["text"]] @ vectors[r["query"]]) for c in r["candidates"]]
    return [sort_by(cosines(r)) for r in rows]


def orders_of(name, folder, teacher):
    """The orders of one set, by system and query id."""
    rows = data.load_eval(os.path.join(folder, "evaluation", SETS[name] + ".eval.jsonl.gz"), DEPTH)
    orders = {"minilm": dict(zip([r["qid"] for r in rows], minilm_orders(rows, teacher)))}
    if name == "selqa-dev":
        orders["bm25"] = {r["qid"]: bm25_order(r["query"], [c["text"] for c in r["candidates"]]) for r in rows}
    return orders


def write(path, sets):
    """A line for each query: a change of one shows as one."""
    blocks = []
    for name, systems in sets.items():
        inner = [f'    "{system}": {{\n' + ",\n".join(f"      {json.dumps(q)}: {json.dumps(o, separators=(',', ':'))}" for q, o in orders.items()) + "\n    }"
                 for system, orders in systems.items()]
        blocks.append(f'  "{name}": {{\n' + ",\n".join(inner) + "\n  }")
    with open(path, "w", encoding="utf-8") as f:
        f.write("{\n" + ",\n".join(blocks) + "\n}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="the folder that holds evaluation/")
    parser.add_argument("--teacher", default="training/build/teacher")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", default="bench/quality/reference-orders.json")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    teacher, sets = Embedding(args.teacher), {}
    for name in SETS:
        sets[name] = orders_of(name, args.data, teacher)
        print(name, {system: len(orders) for system, orders in sets[name].items()}, flush=True)
    write(args.out, sets)


if __name__ == "__main__":
    main()
