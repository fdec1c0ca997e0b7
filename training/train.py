"""The training loop: Muon for matrices, AdamW for the rest, loss on the chain and the verdict only.

The vocabulary of the softmax is cut to the tokens of the batch plus a random few: every target is a prompt token or
a fixed piece, so the wrong candidates that matter are all there, at a quarter of the cost.
"""
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from . import chains, prepare, quantise

CLASS_WEIGHT = {chains.NONE: 0.0, chains.PLAIN: 0.4, chains.DECISION: 2.0, chains.VERDICT: 3.0, chains.QUOTE: 0.3}


def load_shard(out, n, wait=600):
    """Shard n, waiting for `prepare` when it is still being made."""
    while not os.path.exists(prepare.shard_path(out, n)) and wait > 0:
        time.sleep(5)
        wait -= 5
    return dict(np.load(prepare.shard_path(out, n)))


def batches(shard, tokens, rng):
    """Batches of about `tokens` tokens with examples of like length, in random order."""
    o, cls = shard["offsets"], shard["cls"]
    lengths = np.diff(o)
    order = np.argsort(lengths + rng.uniform(0, 8, len(lengths)))
    groups, start = [], 0
    while start < len(order):
        n = 1
        while start + n < len(order) and (n + 1) * lengths[order[start + n]] <= tokens:
            n += 1
        groups.append(order[start:start + n])
        start += n
    weight = np.zeros(256, np.float32)
    for k, v in CLASS_WEIGHT.items():
        weight[k] = v
    for g in rng.permutation(len(groups)):
        rows = groups[g]
        width = int(lengths[rows].max())
        ids, w = np.zeros((len(rows), width), np.int64), np.zeros((len(rows), width), np.float32)
        c = np.zeros((len(rows), width), np.uint8)
        for i, r in enumerate(rows):
            ids[i, :lengths[r]] = shard["ids"][o[r]:o[r + 1]]
            c[i, :lengths[r]] = cls[o[r]:o[r + 1]]
        w = weight[c]
        at = np.flatnonzero(w[:, 1:].ravel())
        at = at + at // (width - 1)  # position in the full rows of the token before the target
        yield (torch.from_numpy(ids), torch.from_numpy(at), torch.from_numpy(w.ravel()[at + 1]),
               torch.from_numpy(c.ravel()[at + 1].astype(np.int64)))


class Trainer:
    """Holds the model, the optimisers and the compiled functions."""

    def __init__(self, model, lr=2e-3, embed_lr=6e-4, other_lr=1e-3, compiled=True):
        self.model, self.quantised = model, False
        matrices = [p for m in model.layers for p in (m.wqkv, m.wo, m.wgu, m.wd)]
        other = [p for m in model.layers for p in (m.norm1, m.norm2, m.bqkv)] + [model.norm]
        self.optimisers = [
            torch.optim.Muon(matrices, lr=lr, weight_decay=0.01, momentum=0.95, adjust_lr_fn="match_rms_adamw", ns_steps=4),
            torch.optim.AdamW([{"params": [model.embed], "lr": embed_lr}, {"params": other, "lr": other_lr}],
                              betas=(0.9, 0.98), weight_decay=0.0, fused=True)]
        self.base = [[g["lr"] for g in o.param_groups] for o in self.optimisers]
        wrap = (lambda f: torch.compile(f, dynamic=True)) if compiled else (lambda f: f)
        self.body, self.head = wrap(self._body), wrap(self._head)

    def _body(self, ids, at):
        w = self.model.weights()
        return self.model.hidden(ids, w).reshape(-1, self.model.config.hidden_size)[at], w[0]

    def _head(self, hidden, embed, target, weight):
        loss = F.cross_entropy(F.linear(hidden, embed).float(), target, reduction="none")
        return (loss * weight).sum() / weight.sum(), loss.detach()

    def round_weights(self):
        """Put 4-bit values in place of the weights for one step; the gradient goes straight through to the masters.

        Swapping outside the compiled function keeps its graph as it is: no second compilation.
        """
        params = [self.model.embed] + [p for m in self.model.layers for p in (m.wqkv, m.wo, m.wgu, m.wd)]
        masters = [(p, p.data) for p in params]
        for p in params:
            p.data = quantise.dequantised(p.data)
        return masters

    def step(self, batch, scale):
        """One optimiser step at `scale` times the base learning rates; mean loss of each class."""
        ids, at, weight, cls = batch
        vocab = torch.unique(torch.cat([ids.ravel(), torch.randint(self.model.config.vocab_size, (512,), device=ids.device)]))
        place = torch.full((self.model.config.vocab_size,), -1, device=ids.device)
        place[vocab] = torch.arange(len(vocab), device=ids.device)
        masters = self.round_weights() if self.quantised else []
        hidden, embed = self.body(ids, at)
        loss, each = self.head(hidden, embed[vocab], place[ids.ravel()[at + 1]], weight)
        loss.backward()
        for p, master in masters:
            p.data = master
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser, base in zip(self.optimisers, self.base):
            for group, lr in zip(optimiser.param_groups, base):
                group["lr"] = lr * scale
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        return [each[cls == k].mean().item() for k in (chains.PLAIN, chains.DECISION, chains.VERDICT, chains.QUOTE)]


def schedule(done, total, decay=0.35, warmup=0.01):
    """Warm-up, constant, linear decay to 3%: `done` and `total` in any unit (seconds, steps)."""
    x = done / total
    return min(1.0, x / warmup + 0.05, max(0.03, (1 - x) / decay))


def save_state(trainer, path, extra):
    """Checkpoint of weights and optimisers, written atomically."""
    torch.save({"model": trainer.model.state_dict(), "optimisers": [o.state_dict() for o in trainer.optimisers],
                **extra}, path + ".tmp")
    os.replace(path + ".tmp", path)


def log(path, row):
    """Append one JSON line and print it."""
    print(json.dumps(row), flush=True)
    with open(path, "a", encoding="utf-8") as f:
        f.write(json.dumps(row) + "\n")
