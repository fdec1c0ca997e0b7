"""Tokenizer and encoded examples, in shards: the slow Python part, done before or beside the training."""
import argparse
import os

import numpy as np

from . import data, examples, tokenizer as tok_module

SHARD = 20000


def train_tokenizer(folder, out):
    """Train on the training side only; MedQuAD's long answers are cut so that they do not fill the vocabulary."""
    seen = set()

    def texts():
        for r in data.load_pairs(folder):
            if data.is_held_out(r["group"]):
                continue
            yield " " + r["question"]
            if r["passage"] not in seen:
                seen.add(r["passage"])
                yield " " + " ".join(r["passage"].split()[:50 if r["source"] == "medquad" else 250])
    tok = tok_module.train(texts())
    tok_module.save(tok, out)
    return tok


def shard_path(out, n):
    """Path of shard n."""
    return os.path.join(out, "shards", f"{n:03d}.npz")


def write_shard(pool, tok, out, n, drill_shards):
    """One shard, seeded by its number; the first ones hold look-up drills among the natural examples."""
    share = 0.35 if n < drill_shards else 0.04
    arrays = examples.encode(pool, tok, SHARD, 1000 + n, share)
    os.makedirs(os.path.dirname(shard_path(out, n)), exist_ok=True)
    tmp = shard_path(out, n) + ".tmp.npz"
    np.savez(tmp, **arrays)
    os.replace(tmp, shard_path(out, n))


def main():
    """Command line."""
    a = argparse.ArgumentParser()
    a.add_argument("--data", required=True)
    a.add_argument("--out", default="training/build")
    a.add_argument("--first", type=int, default=0)
    a.add_argument("--last", type=int, default=12)
    a.add_argument("--step", type=int, default=1)
    a.add_argument("--drill-shards", type=int, default=2)
    a = a.parse_args()
    folder = os.path.join(a.out, "tok")
    tok = tok_module.load(folder) if os.path.exists(folder) else train_tokenizer(a.data, folder)
    pool = examples.Pool(a.data)
    for n in range(a.first, a.last, a.step):
        if not os.path.exists(shard_path(a.out, n)):
            write_shard(pool, tok, a.out, n, a.drill_shards)
            print("shard", n, flush=True)


if __name__ == "__main__":
    main()
