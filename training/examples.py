"""Training examples (query, passage, label, kind) and their encoding into flat arrays.

Kinds: drill (random words against a short passage), pos and spos (answering passage, answering sentence), group, bm25,
sent and rand (negatives from the same article, BM25 neighbours, the same passage's other sentences, anywhere),
negation (CondaQA). Half of the queries of every kind get a web-search form: lower case, no question words.
"""
import random
from collections import defaultdict

import numpy as np

from . import data
from .chains import Chains
from .text import BM25, STOP, content_words, idf_table, stem, words

DROP = STOP - {"no", "not"}


class Pool:
    """The training side of the data, with everything needed to draw negatives."""

    def __init__(self, folder, held_out=False):
        rows = [r for r in data.load_pairs(folder)]
        train = [r for r in rows if not data.is_held_out(r["group"])]
        self.idf, self.default_idf = idf_table({r["passage"] for r in train})
        self.rows = [r for r in rows if data.is_held_out(r["group"]) == held_out]
        self.groups = data.by_group(self.rows)
        self.passages = sorted({r["passage"] for r in self.rows})
        self.owner = {}
        self.questions = defaultdict(set)
        for r in self.rows:
            self.owner.setdefault(r["passage"], r["group"])
            self.questions[r["passage"]].add(r["question"].lower())
        self.conda = [r for r in data.load_condaqa(folder) if data.is_held_out(r["group"]) == held_out]
        self.bm25 = BM25(self.passages)
        self.near = {}

    def answers(self, row, passage):
        """Whether a passage may well answer the row's question, so that it is no negative."""
        return (passage == row["passage"] or row["question"].lower() in self.questions.get(passage, ())
                or bool(row["answer"]) and row["answer"].lower() in passage.lower())

    def neighbours(self, row):
        """BM25 neighbours of a question that do not answer it."""
        key = row["question"]
        if key not in self.near:
            name = {stem(w) for w, _, _ in words(row["group"].split("|")[1])}
            same = lambda p: name and name <= {stem(w) for w, _, _ in words(p)} and row["source"] == "medquad"
            top = [self.passages[i] for i in self.bm25.top(key, 16)]
            self.near[key] = [p for p in top if not self.answers(row, p) and not same(p)
                              and self.owner[p] != row["group"]][:8]
        return self.near[key]


def keyword_form(query, rng):
    """A query as typed into a web search: lower case, often without stop words and question marks."""
    q = query.lower().replace("?", "").replace(" (are)", "").strip()
    if rng.random() < 0.5:
        kept = [w for w in q.split() if w.strip("',.()") not in DROP]
        q = " ".join(kept) if len(kept) >= 2 else q
    return q or query


def clip(passage, answer, rng, limit):
    """At most `limit` words, keeping the answer inside when there is one."""
    w = passage.split()
    if len(w) <= limit:
        return passage
    start = 0
    if answer and answer in passage:
        at = len(passage[:passage.index(answer)].split())
        lo, hi = max(0, at + len(answer.split()) - limit), min(at, len(w) - limit)
        start = rng.randint(min(lo, hi), max(lo, hi)) if rng.random() < 0.7 else max(0, min(at - 3, len(w) - limit))
    return " ".join(w[start:start + limit])


def word_limit(rng):
    """Passage length in words: mostly short, for speed; a few long ones so that long passages are not unknown."""
    x = rng.random()
    return rng.randint(25, 60) if x < 0.45 else rng.randint(60, 110) if x < 0.92 else rng.randint(110, 200) if x < 0.985 else rng.randint(200, 480)


def drill(pool, rng):
    """A look-up drill: some words of a short window and some that are not in it, in random order."""
    w = rng.choice(pool.passages).split()
    n = rng.randint(12, 45)
    s = rng.randint(0, max(0, len(w) - n))
    text = " ".join(w[s:s + n])
    if rng.random() < 0.3:
        w2 = w[s:s + n]
        rng.shuffle(w2)
        text = " ".join(w2)
    inside = [t for t, _, _ in content_words(text)]
    other = [t for t, _, _ in content_words(rng.choice(pool.passages)[:600])]
    k, p = rng.randint(3, 6), rng.random() ** 0.5
    query = [rng.choice(inside) if rng.random() < p else rng.choice(other) for _ in range(k)]
    if rng.random() < 0.3:
        query = [q.lower() for q in query]
    have = {stem(t) for t in inside}
    weigh = lambda t: pool.idf.get(stem(t), pool.default_idf)
    hit = sum(weigh(t) for t in query if stem(t) in have)
    return " ".join(query), text, hit > 0.5 * sum(map(weigh, query)), "drill"


def split_sentences(row):
    """(sentences with the answer, the others) of a row with a verbatim answer."""
    s = data.sentences(row["passage"])
    yes = [x for x in s if row["answer"] in x]
    return yes, [x for x in s if row["answer"].lower() not in x.lower()]


def draw(pool, rng):
    """One natural example."""
    if rng.random() < 0.05 and pool.conda:
        r = rng.choice(pool.conda)
        return finish(r["question"], r["passage"], r["relevant"], "negation", rng)
    while True:
        r = rng.choice(pool.rows)
        if r["source"] != "medquad" or rng.random() < 0.35:
            break
    x, limit = rng.random(), word_limit(rng)
    if r["answer"] and x < 0.35:
        yes, no = split_sentences(r)
        if yes and no:
            if rng.random() < 0.45:
                have = {stem(t) for t, _, _ in content_words(r["question"])}
                best = max(yes, key=lambda s: len(have & {stem(t) for t, _, _ in words(s)}))
                return finish(r["question"], best, True, "spos", rng)
            return finish(r["question"], rng.choice(no), False, "sent", rng)
    x = rng.random()
    if x < 0.48:
        return finish(r["question"], clip(r["passage"], r["answer"], rng, limit), True, "pos", rng)
    if x < 0.71:
        others = [o for o in pool.groups[r["group"]] if not pool.answers(r, o["passage"])]
        if others:
            o = rng.choice(others)
            return finish(r["question"], clip(o["passage"], o["answer"], rng, limit), False, "group", rng)
    if x < 0.95:
        near = pool.neighbours(r)
        if near:
            return finish(r["question"], clip(rng.choice(near), "", rng, limit), False, "bm25", rng)
    p = rng.choice(pool.passages)
    while pool.owner[p] == r["group"]:
        p = rng.choice(pool.passages)
    return finish(r["question"], clip(p, "", rng, limit), False, "rand", rng)


def finish(query, passage, label, kind, rng):
    """Vary the form of the query, and now and then the case of the passage."""
    if rng.random() < 0.4:
        query = keyword_form(query, rng)
    if rng.random() < 0.04:
        passage = passage.lower()
    return query, passage, bool(label), kind


def encode(pool, tok, count, seed, drill_share=0.0, natural=draw):
    """`count` examples as flat arrays: ids, loss classes, offsets, labels, kinds."""
    rng, chains = random.Random(seed), Chains(tok, pool.idf, pool.default_idf)
    ids, cls, offsets, labels, kinds = [], [], [0], [], []
    for start in range(0, count, 2000):
        rows = [drill(pool, rng) if rng.random() < drill_share else natural(pool, rng)
                for _ in range(min(2000, count - start))]
        for (q, p, label, kind), e in zip(rows, chains.encode(rows)):
            i, c, _ = chains.build(q, p, e, label)
            ids.append(np.array(i, np.uint16))
            cls.append(np.array(c, np.uint8))
            offsets.append(offsets[-1] + len(i))
            labels.append(label)
            kinds.append(kind)
    return {"ids": np.concatenate(ids), "cls": np.concatenate(cls), "offsets": np.array(offsets),
            "labels": np.array(labels), "kinds": np.array(kinds)}
