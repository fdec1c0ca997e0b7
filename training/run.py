"""One command from data to an exported folder: `python -m training.run --data <folder>`.

Run `python -m training.prepare` first or beside it; the loop waits for its shards.
"""
import argparse
import os
import time

import numpy as np
import torch

from . import evaluate, examples, export, init, tokenizer as tok_module, train
from .model import Config, Model

PREFIX = 22  # tokens of the fixed instruction, left out of the co-occurrence counts


def passage_sequences(shard):
    """Token ids of the prompts of a shard, for the meaning vectors."""
    o, ids, cls = shard["offsets"], shard["ids"], shard["cls"]
    return [ids[a + PREFIX:b][cls[a + PREFIX:b] == 0].astype(np.int64) for a, b in zip(o[:-1], o[1:])]


def arguments():
    """Command line."""
    a = argparse.ArgumentParser()
    a.add_argument("--data", required=True)
    a.add_argument("--out", default="training/build")
    a.add_argument("--checkpoint", default="training/checkpoint")
    a.add_argument("--minutes", type=float, default=60)
    a.add_argument("--shards", type=int, default=12)
    a.add_argument("--first-shard", type=int, default=0)
    a.add_argument("--tokens", type=int, default=12288)
    a.add_argument("--lr", type=float, default=2e-3)
    a.add_argument("--quantised-from", type=float, default=0.82)
    a.add_argument("--eval-every", type=float, default=8, help="minutes between evaluations")
    a.add_argument("--queries", type=int, default=80)
    a.add_argument("--standard-init", action="store_true")
    a.add_argument("--resume", default="")
    a.add_argument("--name", default="main")
    a.add_argument("--layers", type=int, default=4)
    a.add_argument("--threads", type=int, default=2)
    return a.parse_args()


def main():
    """Initialise, train by the clock, evaluate now and then, export."""
    a = arguments()
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    tok = tok_module.load(os.path.join(a.out, "tok"))
    model = Model(Config(num_hidden_layers=a.layers))
    if a.standard_init:
        init.standard(model)
    else:
        init.structured(model, tok, passage_sequences(train.load_shard(a.out, 0)))
    trainer = train.Trainer(model, lr=a.lr)
    if a.resume:
        state = torch.load(a.resume)
        model.load_state_dict(state["model"])
        for o, s in zip(trainer.optimisers, state["optimisers"]):
            o.load_state_dict(s)
    pool, log = None, os.path.join(a.out, a.name + ".log.jsonl")
    began = time.time()
    paused, step, seen, next_eval, losses = 0.0, 0, 0, a.eval_every, []
    n = a.first_shard
    minutes = lambda: (time.time() - began - paused) / 60
    while minutes() < a.minutes:
        for batch in train.batches(train.load_shard(a.out, n % a.shards), a.tokens, rng):
            done = minutes() / a.minutes
            if done >= 1:
                break
            trainer.quantised = done >= a.quantised_from
            losses.append(trainer.step(batch, train.schedule(done, 1.0)))
            step, seen = step + 1, seen + batch[0].numel()
            if step % 50 == 0:
                m = np.nanmean(losses, 0)
                train.log(log, {"step": step, "min": round(minutes(), 2), "tokens": seen, "plain": round(m[0], 3),
                                "decision": round(m[1], 3), "verdict": round(m[2], 3), "quote": round(m[3], 3)})
                losses = []
            if minutes() >= next_eval:
                stop = time.time()
                next_eval += a.eval_every
                train.save_state(trainer, os.path.join(a.out, a.name + ".pt"), {"shard": n, "step": step})
                pool = pool or examples.Pool(a.data, held_out=True)
                figures = {"held_out": evaluate.held_out(model, tok, pool, 300)}
                for name, (path, depth) in evaluate.paths(a.data).items():
                    if name == "selqa_dev":
                        figures[name] = evaluate.rerank(model, tok, path, depth, a.queries)
                train.log(log, {"step": step, "min": round(minutes(), 2), **figures})
                if a.checkpoint:
                    export.export(model, tok, a.checkpoint)
                paused += time.time() - stop
        n += 1
    train.save_state(trainer, os.path.join(a.out, a.name + ".pt"), {"shard": n, "step": step})
    if a.checkpoint:
        export.export(model, tok, a.checkpoint)


if __name__ == "__main__":
    main()
