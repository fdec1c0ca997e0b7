"""Words, light stems, stop words, inverse document frequency and BM25: what the labels of a chain rest on."""
import re
from collections import Counter
from functools import lru_cache

import numpy as np

WORD = re.compile(r"[^\W_]+", re.UNICODE)
STOP = frozenset("""a about after all also am an and any are as at be been being between by can could did do does doing
during each for from get give given gets got had has have he her hers him his how i if in into is it its itself let many
may me might much must my name named no not of off on one ones or other our out over s same shall she should so some such
t than that the their them then there these they this those to too under up upon us use used very was we were what when
where which while who whom whose why will with would you your""".split())


@lru_cache(maxsize=500000)
def stem(word):
    """A light stem: case, plural, and the common verb endings; unlike Porter's it leaves readable stems."""
    w = word.lower()
    if len(w) <= 3 or not w.isalpha():
        return w
    for end, keep in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("s", "")):
        if w.endswith(end):
            if not (end == "s" and w.endswith(("ss", "us", "is"))):
                w = w[:-len(end)] + keep
            break
    for end in ("ing", "edly", "ed", "ly"):
        if w.endswith(end) and len(w) - len(end) >= 3 and re.search("[aeiouy]", w[:-len(end)]):
            w = w[:-len(end)]
            if len(w) > 3 and w[-1] == w[-2] and w[-1] not in "lsz":
                w = w[:-1]
            break
    return w[:-1] if len(w) > 4 and w.endswith("e") else w


def words(text):
    """(word, start, end) of each word."""
    return [(m.group(), m.start(), m.end()) for m in WORD.finditer(text)]


def content_words(text):
    """Words that are not stop words; falls back to all words."""
    found = words(text)
    kept = [w for w in found if w[0].lower() not in STOP]
    return kept or found


def idf_table(passages):
    """Stem to inverse document frequency, and the default for unseen stems."""
    df, n = Counter(), 0
    for p in passages:
        n += 1
        df.update({stem(w) for w, _, _ in words(p)})
    return {s: float(np.log(n / (c + 0.5))) for s, c in df.items()}, float(np.log(n / 0.5))


class BM25:
    """BM25 (k1 0.9, b 0.4) over a fixed list of passages; top-k by sparse products."""

    def __init__(self, passages, k1=0.9, b=0.4):
        from scipy import sparse
        self.vocab, rows, cols, values, lengths = {}, [], [], [], []
        for i, p in enumerate(passages):
            counts = Counter(stem(w) for w, _, _ in words(p) if w.lower() not in STOP)
            lengths.append(sum(counts.values()))
            for s, c in counts.items():
                rows.append(i)
                cols.append(self.vocab.setdefault(s, len(self.vocab)))
                values.append(c)
        tf = np.array(values, np.float32)
        norm = k1 * (1 - b + b * np.array(lengths, np.float32) / max(1e-9, np.mean(lengths)))
        rows, cols = np.array(rows), np.array(cols)
        df = np.bincount(cols, minlength=len(self.vocab))
        idf = np.log(1 + (len(passages) - df + 0.5) / (df + 0.5))
        weight = idf[cols] * tf * (k1 + 1) / (tf + norm[rows])
        self.matrix = sparse.csr_matrix((weight.astype(np.float32), (cols, rows)), (len(self.vocab), len(passages)))
        self.size = len(passages)

    def top(self, query, k):
        """Passage numbers of the k best, best first, with a positive score."""
        ids = [self.vocab[s] for s in {stem(w) for w, _, _ in content_words(query)} if s in self.vocab]
        if not ids:
            return []
        scores = np.zeros(self.size, np.float32)
        for i in ids:
            a, b = self.matrix.indptr[i], self.matrix.indptr[i + 1]
            scores[self.matrix.indices[a:b]] += self.matrix.data[a:b]
        best = np.argpartition(-scores, min(k, self.size - 1))[:k]
        return [int(j) for j in best[np.argsort(-scores[best], kind="stable")] if scores[j] > 0]
