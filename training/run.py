"""One command from data to an exported folder: `python -m training.run --data <folder>`.

Run `python -m training.prepare` first or beside it; the loop waits for its shards. With `--steps` the run is set by
seeds alone; with `--minutes` it ends by the clock, and the number of steps is the machine's. A GPU gets more layers
and larger batches.
"""
import argparse
import os
import time

import numpy as np
import torch

from . import evaluate, examples, export, init, tokenizer as tok_module, train
from .model import Config, Model

GPU = torch.cuda.is_available()
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
    a.add_argument("--steps", type=int, default=0, help="end after so many steps instead of minutes")
    a.add_argument("--shards", type=int, default=12)
    a.add_argument("--first-shard", type=int, default=0)
    a.add_argument("--tokens", type=int, default=65536 if GPU else 12288, help="tokens of a batch")
    a.add_argument("--lr", type=float, default=2e-3)
    a.add_argument("--quantised-from", type=float, default=0.82)
    a.add_argument("--eval-every", type=float, default=8, help="minutes between evaluations")
    a.add_argument("--queries", type=int, default=60, help="SelQA queries of an evaluation; 0: only save and export")
    a.add_argument("--decay", type=float, default=0.35, help="share of the time in which the learning rate falls")
    a.add_argument("--standard-init", action="store_true")
    a.add_argument("--no-compile", action="store_true", help="for short tests")
    a.add_argument("--resume", default="")
    a.add_argument("--name", default="main")
    a.add_argument("--layers", type=int, default=8 if GPU else 4)
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
    device = torch.device("cuda" if GPU else "cpu")
    model.to(device)
    trainer = train.Trainer(model, lr=a.lr, compiled=not a.no_compile)
    if a.resume:
        state = torch.load(a.resume, map_location=device)
        model.load_state_dict(state["model"])
        for o, s in zip(trainer.optimisers, state["optimisers"]):
            o.load_state_dict(s)
    pool, log = None, os.path.join(a.out, a.name + ".log.jsonl")
    began = time.time()
    paused, step, seen, next_eval, losses = 0.0, 0, 0, a.eval_every, []
    n = a.first_shard
    minutes = lambda: (time.time() - began - paused) / 60
    progress = lambda: step / a.steps if a.steps else minutes() / a.minutes
    while progress() < 1:
        for batch in train.batches(train.load_shard(a.out, n % a.shards), a.tokens, rng):
            done = progress()
            if done >= 1:
                break
            trainer.quantised = done >= a.quantised_from
            losses.append(trainer.step([x.to(device) for x in batch], train.schedule(done, 1.0, a.decay)))
            step, seen = step + 1, seen + batch[0].numel()
            if step % 20 == 0:
                m = np.nanmean(losses, 0)
                train.log(log, {"step": step, "min": round(minutes(), 2), "tokens": seen, "plain": round(m[0], 3),
                                "decision": round(m[1], 3), "verdict": round(m[2], 3), "quote": round(m[3], 3)})
                losses = []
            if minutes() >= next_eval:
                stop = time.time()
                next_eval += a.eval_every
                train.save_state(trainer, os.path.join(a.out, a.name + ".pt"), {"shard": n, "step": step})
                if a.queries:
                    pool = pool or examples.Pool(a.data, held_out=True)
                    path, depth = evaluate.paths(a.data)["selqa_dev"]
                    train.log(log, {"step": step, "min": round(minutes(), 2),
                                    "held_out": evaluate.held_out(model, tok, pool, 300),
                                    "selqa_dev": evaluate.rerank(model, tok, path, depth, a.queries)})
                if a.checkpoint:
                    export.export(model, tok, a.checkpoint)
                paused += time.time() - stop
        n += 1
    train.save_state(trainer, os.path.join(a.out, a.name + ".pt"), {"shard": n, "step": step})
    if a.checkpoint:
        export.export(model, tok, a.checkpoint)


if __name__ == "__main__":
    main()
