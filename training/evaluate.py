"""Reranking and verdict figures from free-running greedy decoding."""
import math
import os
import random

import numpy as np

from . import data, decode, examples
from .tokenizer import TEMPLATE


def ndcg(grades, ideal, k=10):
    """trec_eval's ndcg_cut: gain is the grade, discount log2(rank + 1), unjudged counts 0."""
    gain = lambda g: sum(max(0, x or 0) / math.log2(i + 2) for i, x in enumerate(g[:k]))
    best = gain(sorted((x or 0 for x in ideal), reverse=True))
    return gain(grades) / best if best else 0.0


def prompt_ids(tok, query, passage):
    """Ids of rank1's prompt."""
    return tok.encode(TEMPLATE.format(query=query, passage=passage)).ids


def rerank(model, tok, path, depth=None, queries=None, seed=7, **options):
    """nDCG@10 of the model from a random order, beside random, given order, BM25 in the pool and the ceiling."""
    from .text import BM25
    rows = data.load_eval(path, depth)
    rng = random.Random(seed)
    if queries and queries < len(rows):
        rows = rng.sample(rows, queries)
    prompts, where = [], []
    for r in rows:
        rng.shuffle(r["candidates"])
        where.append(range(len(prompts), len(prompts) + len(r["candidates"])))
        prompts += [prompt_ids(tok, r["query"], c["text"]) for c in r["candidates"]]
    results = decode.decode(model, tok, prompts, **options)
    out = {name: [] for name in ("model", "random", "given", "bm25", "ceiling", "top1")}
    for r, span in zip(rows, where):
        cand = r["candidates"]
        grades = [c["grade"] for c in cand]
        ideal = r.get("ideal_grades") or grades
        order = sorted(range(len(cand)), key=lambda i: -results[span[i]]["diff"])
        out["model"].append(ndcg([grades[i] for i in order], ideal))
        out["top1"].append(float((grades[order[0]] or 0) > 0))
        draws = []
        for _ in range(50):
            shuffled = grades[:]
            rng.shuffle(shuffled)
            draws.append(ndcg(shuffled, ideal))
        out["random"].append(sum(draws) / 50)
        given = sorted(cand, key=lambda c: c["rank"]) if "rank" in cand[0] else sorted(cand, key=lambda c: int(c["docid"]))
        out["given"].append(ndcg([c["grade"] for c in given], ideal))
        index = BM25([c["text"] for c in cand])
        top = index.top(r["query"], len(cand))
        top += [i for i in range(len(cand)) if i not in set(top)]
        out["bm25"].append(ndcg([grades[i] for i in top], ideal))
        out["ceiling"].append(ndcg(sorted(grades, key=lambda g: -(g or 0)), ideal))
    gain = np.array(out["model"]) - np.array(out["random"])
    judged = [(results[i], c["grade"]) for r, s in zip(rows, where) for i, c in zip(s, r["candidates"])]
    return {**{k: round(float(np.mean(v)), 4) for k, v in out.items()}, "queries": len(rows),
            "gain_over_random": f"{gain.mean():.4f} +- {gain.std(ddof=1) / len(gain) ** 0.5:.4f}", **chain_figures(results),
            "auc": round(auc([x["diff"] for x, g in judged], [(g or 0) > 0 for _, g in judged]), 4)}


def auc(scores, labels):
    """Area under the ROC curve, ties counted half."""
    from scipy.stats import rankdata
    labels = np.array(labels, bool)
    ranks = rankdata(scores)
    n1, n0 = labels.sum(), (~labels).sum()
    return float((ranks[labels].sum() - n1 * (n1 + 1) / 2) / max(1, n1 * n0))


def chain_figures(results):
    """How many chains end, how long they are, how often the verdict is true."""
    ended = [r for r in results if r["ended"]]
    return {"chains": len(results), "ended": round(len(ended) / len(results), 4),
            "new_tokens": round(float(np.mean([len(r["tokens"]) for r in results])), 1),
            "true_share": round(float(np.mean([r["verdict"] is True for r in results])), 4)}


def held_out(model, tok, pool, count=600, seed=5, **options):
    """Verdict accuracy, AUC by kind of negative, look-up accuracy and pairwise accuracy on held-out groups."""
    rng = random.Random(seed)
    builder = examples.Chains(tok, pool.idf, pool.default_idf)
    rows = [examples.draw(pool, rng) for _ in range(count)]
    pairs = []
    while len(pairs) < count:
        r = rng.choice(pool.rows)
        others = [o for o in pool.groups[r["group"]] if not pool.answers(r, o["passage"])]
        negative = rng.choice(others)["passage"] if others and rng.random() < 0.5 else None
        near = pool.neighbours(r)
        negative = negative or (rng.choice(near) if near else None)
        if negative and (r["source"] != "medquad" or rng.random() < 0.35):
            limit = examples.word_limit(rng)
            pairs += [(r["question"], examples.clip(r["passage"], r["answer"], rng, limit), True, "pair"),
                      (r["question"], examples.clip(negative, "", rng, limit), False, "pair")]
    rows += pairs
    encoded = builder.encode(rows)
    results = decode.decode(model, tok, [e.ids for e in encoded], **options)
    labels, diffs = [r[2] for r in rows], [r["diff"] for r in results]
    hits = total = found_hits = found_total = 0
    for (q, p, label, _), e, r in zip(rows, encoded, results):
        truth, guess = (findings(tok, x) for x in (builder.build(q, p, e, label)[0][len(e.ids):], r["tokens"]))
        for term, value in truth.items():
            if term in guess:
                total, hits = total + 1, hits + (guess[term] == value)
                found_total, found_hits = found_total + value, found_hits + (value and guess[term])
    n = count
    kinds = {k: round(auc([d for d, r in zip(diffs[:n], rows) if r[3] in (k, "pos", "spos")],
                          [r[2] for r in rows[:n] if r[3] in (k, "pos", "spos")]), 3)
             for k in ("group", "bm25", "sent", "rand")}
    won = [float(diffs[i] > diffs[i + 1]) + 0.5 * (diffs[i] == diffs[i + 1]) for i in range(n, len(rows), 2)]
    return {"verdict_accuracy": round(float(np.mean([(r["verdict"] is True) == l for r, l in zip(results[:n], labels)])), 4),
            "positives": round(float(np.mean(labels[:n])), 4), "auc": round(auc(diffs[:n], labels[:n]), 4), "auc_by_kind": kinds,
            "pairwise": round(float(np.mean(won)), 4), "pairs": len(won), "quotes_word_for_word": round(quotes_true(tok, rows, results), 4),
            "lookup_accuracy": round(hits / max(1, total), 4),
            "found_recall": round(found_hits / max(1, found_total), 4), "missing_recall":
            round((hits - found_hits) / max(1, total - found_total), 4), **chain_figures(results)}


def findings(tok, ids):
    """Term to found of a chain's items, read from its text."""
    import re
    text = tok.decode(list(ids), skip_special_tokens=False)
    return {t.strip(): v.startswith('"') for t, v in re.findall(r'(?:^|[.;] ?)([^.;":]{1,40}): (missing|"…)', text)}


def quotes_true(tok, rows, results):
    """Share of the quotes that stand in their passage word for word."""
    import re
    hits = [q.strip() in r[1] for r, x in zip(rows, results)
            for q in re.findall(r'"… ?(.*?)"[;.]', tok.decode(x["tokens"], skip_special_tokens=False))]
    return float(np.mean(hits)) if hits else 0.0


def paths(folder):
    """The evaluation files used here."""
    base = os.path.join(folder, "evaluation")
    return {"selqa_dev": (os.path.join(base, "selqa", "dev.eval.jsonl.gz"), None),
            "dl19_top20": (os.path.join(base, "trec_dl19", "dl19.bm25_top100.eval.jsonl.gz"), 20)}
