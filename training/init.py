"""Structured ("mimetic") initialisation: the look-up circuits exist before the first step.

Trained from scratch on little data, a small model copies the query's words into its chain but never learns to look
whether the passage holds them. So the circuit is written down by hand and training only refines it:
layer 0 copies the previous two tokens' word codes into free dimensions and marks the region (query, passage, chain);
layers 1 and 2 match those codes against the passage's tokens in the slow rotary dimensions, with the first token
as the place to look when nothing matches, and carry the matched token's code over; a third group is induction.

Embedding layout: word code (stem hash + character n-grams, so ` Glaucoma` and `glaucomas` start close), meaning
(PPMI-SVD of co-occurrence), identity (random), then work space that starts empty.
"""
import re
import zlib

import numpy as np
import torch

from .text import stem

LEX, SEM, RND, P1, P2 = slice(0, 64), slice(64, 160), slice(160, 256), slice(256, 320), slice(320, 376)
START, QUERY, PASSAGE, THINK = 376, 377, 378, 379          # flags in the embeddings of the four marks
IN_START, IN_QUERY, IN_PASSAGE, IN_CHAIN = 383, 380, 381, 382  # flags the region head writes
SLOW = list(range(16, 31)) + list(range(48, 63))           # rotary dimensions that hardly turn (theta 1e6)
ALNUM = re.compile(r"[\W_]+")


def hash_vector(text, size):
    """A fixed random unit vector of a string."""
    v = np.random.default_rng(zlib.crc32(text.encode("utf-8"))).standard_normal(size)
    return v / np.linalg.norm(v)


def word_codes(tok, size=64):
    """The word code of every token; pieces that continue a word weigh less, for they identify less."""
    out = np.zeros((tok.get_vocab_size(), size))
    for i in range(len(out)):
        text = tok.decode([i], skip_special_tokens=False)
        w = ALNUM.sub("", text).lower()
        if not w:
            out[i] = 0.5 * hash_vector("\0" + text, size)
            continue
        s = "<" + w + ">"
        grams = sum(hash_vector(s[j:j + n], size) for n in (3, 4) for j in range(max(1, len(s) - n + 1)))
        v = 0.8 * hash_vector(stem(w), size) + 0.6 * grams / np.linalg.norm(grams)
        out[i] = v / np.linalg.norm(v) * (0.7 if text[:1].isalnum() else 1.0)
    return out


def meanings(sequences, vocab, size=96, window=4, seed=0):
    """PPMI-SVD vectors of the tokens from lists of token ids."""
    from scipy import sparse
    rng = np.random.default_rng(seed)
    flat = np.concatenate([np.concatenate([s, [vocab] * window]) for s in sequences])
    m = sparse.csr_matrix((vocab, vocab), dtype=np.float32)
    for d in range(1, window + 1):
        a, b = flat[:-d], flat[d:]
        ok = (a < vocab) & (b < vocab)
        m = m + sparse.coo_matrix((np.ones(ok.sum(), np.float32), (a[ok], b[ok])), (vocab, vocab)).tocsr()
    m = (m + m.T).tocoo()
    row = np.asarray(m.tocsr().sum(1)).ravel() + 1
    smooth = row ** 0.75
    pmi = np.log(m.data * smooth.sum() / (row[m.row] * smooth[m.col]) + 1e-9)
    keep = pmi > 0
    p = sparse.csr_matrix((pmi[keep], (m.row[keep], m.col[keep])), (vocab, vocab), dtype=np.float32)
    q = np.linalg.qr(p @ rng.standard_normal((vocab, size + 24)).astype(np.float32))[0]
    for _ in range(3):
        q = np.linalg.qr(p @ (p.T @ q))[0]
    u, s, _ = np.linalg.svd(q.T @ p, full_matrices=False)
    v = (q @ u)[:, :size] * np.sqrt(s[:size])
    return v / (np.linalg.norm(v, axis=1, keepdims=True) + 1e-6)


def projection(rng, rows, cols):
    """Random rows x cols matrix that keeps lengths on average."""
    q = np.linalg.qr(rng.standard_normal((max(rows, cols), max(rows, cols))))[0][:rows, :cols]
    return q * np.sqrt(max(rows, cols) / min(rows, cols) if rows < cols else 1.0)


def standard(model, seed=0, out_scale=1.0):
    """Plain initialisation: normal 0.03, output projections scaled down with depth."""
    torch.manual_seed(seed)
    n = model.config.num_hidden_layers
    with torch.no_grad():
        model.embed.normal_(0, 0.05)
        for m in model.layers:
            for w in (m.wqkv, m.wgu):
                w.normal_(0, 0.03)
            for w in (m.wo, m.wd):
                w.normal_(0, 0.03 / (2 * n) ** 0.5 * out_scale)


def structured(model, tok, sequences, seed=0):
    """Standard initialisation, then the circuits of the module's docstring on top."""
    c = model.config
    assert c.hidden_size == 384 and c.head_dim == 64 and c.num_key_value_heads * 2 == c.num_attention_heads
    standard(model, seed, out_scale=0.1)  # random outputs would drown the copied word codes
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        e = np.zeros((c.vocab_size, 384))
        e[:, LEX] = word_codes(tok)
        e[:, SEM] = 0.7 * meanings(sequences, c.vocab_size)
        r = rng.standard_normal((c.vocab_size, 96))
        e[:, RND] = 0.7 * r / np.linalg.norm(r, axis=1, keepdims=True)
        for mark, dim in (("Determine", START), ("Query", QUERY), ("Passage", PASSAGE), ("<think>", THINK)):
            e[tok.token_to_id(mark), dim] = 1.0
        e[:, 256:376] += 0.005 * rng.standard_normal((c.vocab_size, 120))
        model.embed.copy_(torch.tensor(e))
        copy_layer(model.layers[0])
        for m, strength in ((model.layers[1], 1.0), (model.layers[2], 0.9)):
            match_layer(m, rng, strength)


def head(m, which, i):
    """Rows of wqkv and bqkv of query, key or value head i."""
    start = {"q": 0, "k": m.q_out, "v": m.q_out + m.kv_out}[which] + 64 * i
    return slice(start, start + 64)


def t(a):
    """numpy to torch, fp32."""
    return torch.tensor(np.asarray(a), dtype=torch.float32)


def copy_layer(m):
    """Layer 0: heads 0 and 1 copy the word codes of tokens -1 and -2, head 4 marks the region."""
    pairs, a = torch.arange(8), 7.7
    freq = 1e6 ** (-pairs / 32)
    m.wqkv[head(m, "k", 0)] *= 0.1
    m.bqkv[head(m, "k", 0)][pairs] = a
    for h, back in ((0, 1), (1, 2)):
        m.wqkv[head(m, "q", h)] *= 0.1
        m.bqkv[head(m, "q", h)][pairs] = a * torch.cos(-back * freq)
        m.bqkv[head(m, "q", h)][pairs + 32] = a * torch.sin(-back * freq)
    m.wqkv[head(m, "v", 0)] *= 0.1
    m.wqkv[head(m, "v", 0), LEX] += 0.27 * torch.eye(64)
    m.wo[P1, 0:64] += 0.27 * torch.eye(64)
    m.wo[P2, 64:128] += 0.27 * torch.eye(64)[:56]
    k, q, v = head(m, "k", 2), head(m, "q", 4), head(m, "v", 2)
    m.wqkv[k] *= 0.1
    m.wqkv[q] *= 0.1
    for dim, pull in ((START, 0.7), (QUERY, 1.25), (PASSAGE, 1.8), (THINK, 2.3)):
        m.wqkv[k.start + 31, dim] = pull
    m.bqkv[q.start + 31] = 8.0
    for j, (flag, out) in enumerate(((START, IN_START), (QUERY, IN_QUERY), (PASSAGE, IN_PASSAGE), (THINK, IN_CHAIN))):
        m.wqkv[v.start + j, flag] += 0.3
        m.wo[out, 4 * 64 + j] += 0.3


def match_layer(m, rng, strength):
    """Layers 1 and 2: heads 0 to 3 look a word up in the passage, heads 4 and 5 continue passage and query."""
    s = 1.25 * strength
    contents = (np.eye(256)[:64], projection(rng, 64, 192) @ np.eye(256)[64:], projection(rng, 64, 256))
    for kv in range(3):
        k, v = head(m, "k", kv), head(m, "v", kv)
        rows = torch.tensor(SLOW)
        for part in (k, v, head(m, "q", 2 * kv), head(m, "q", 2 * kv + 1)):
            m.wqkv[part] *= 0.3
        a, b = t(projection(rng, 30, 64)), t(projection(rng, 30, 64))
        if kv < 2:
            m.wqkv[k.start + rows, LEX] += s * a
            m.wqkv[k.start + rows, P1] += 0.6 * s * b
            q0, q1 = head(m, "q", 2 * kv), head(m, "q", 2 * kv + 1)
            m.wqkv[q0.start + rows, P1] += s * a           # at ':' the term's last token is one back
            m.wqkv[q0.start + rows, P2] += 0.6 * s * b[:, :56]
            m.wqkv[q1.start + rows, P2] += s * a[:, :56]   # at the opening quote it is two back
            m.bqkv[q0.start + 31] = m.bqkv[q1.start + 31] = 8.0
        else:
            m.wqkv[k.start + rows, P1] += s * a
            for h, dim in ((4, 31), (5, 63)):
                q = head(m, "q", h)
                m.wqkv[q.start + rows, LEX] += s * a
                m.bqkv[q.start + dim] = 8.0
        m.wqkv[k.start + 31, IN_PASSAGE] += 1.12
        m.wqkv[k.start + 31, START] += 2.6
        m.wqkv[k.start + 63, IN_QUERY] += 1.12
        m.wqkv[k.start + 63, START] += 2.6
        content = t(contents[kv])
        m.wqkv[v, :256] += 0.35 * content
        for h in (2 * kv, 2 * kv + 1):
            m.wo[:256, 64 * h:64 * h + 64] += 0.2 * strength * content.T
