"""Listwise training on rank1's prompt; resumable to the step, with a rate that stays level until a decay is asked for.

A batch is ROWS x LENGTH tokens. A row holds whole groups; the passages of a group share the query's prompt, and a mask keeps
them from seeing each other. The state (weights, moments, step, place in the data) is written every few minutes.
`settings.json` in the run folder is read again at every save: {"rate", "chain", "quantised", "language", "unanswered", "positive", "distil", "temperature", "chain_tokens",
"decay_from", "decay_steps"}.
"""
import argparse
import glob
import gzip
import json
import os
import random
import time

import torch
import torch.nn.functional as F
from transformers import AutoModelForCausalLM, AutoTokenizer

from .forms import Forms
from .quantise import round_inputs, rounded

DEFAULTS = {"rate": 1.2e-4, "warmup": 30, "chain": 0.0, "quantised": 0, "language": 1.0, "unanswered": 0.0, "positive": 1.0, "decay_from": None, "decay_steps": 100, "distil": 0.35, "temperature": 0.07, "chain_tokens": 1.0, "save_s": 240}


class Groups:
    """The shards in order, from a place on; starts again when they are used up. The place is (shard, line)."""

    def __init__(self, folder, place):
        self.folder, (self.shard, self.line), self.rows = folder, place, None

    def next(self):
        while self.rows is None or self.line >= len(self.rows):
            files = sorted(glob.glob(os.path.join(self.folder, "*.jsonl.gz")))
            if self.rows is not None:
                self.shard, self.line = self.shard + 1, 0
            with gzip.open(files[self.shard % len(files)], "rt", encoding="utf-8") as f:
                self.rows = [json.loads(line) for line in f]
        self.line += 1
        return self.rows[self.line - 1], f"{self.shard}-{self.line}"

    def back(self):
        self.line -= 1


def take_batch(groups, forms, chain_share, unanswered_share, num_rows, length):
    """[(row, start, prefix, items, is_chain, number of the group, its share of the teacher or None)] and the number of tokens.

    Fills the rows with groups in order; what does not fit in one row goes on in another, with the query's prompt again. The first group that
    does not fit loses its last passages, or opens the next batch if fewer than three fit. A share of the groups loses what answers the query, so that a list without an answer is nothing new.
    """
    used, placed, number = [0] * num_rows, [], 0
    while True:
        group, name = groups.next()
        rng = random.Random(name)
        is_chain = rng.random() < group.get("chain", chain_share)
        wrong = [item for item in group["items"] if not item[1]]
        if rng.random() < unanswered_share and len(wrong) > 1:
            group = {**group, "items": wrong}
        prefix, items = forms.group(group, is_chain, 10**6 if "distil" in group else length)
        items, start = [i for i in items if len(prefix) + len(i[0]) <= length], len(placed)
        while items:
            row = min(range(num_rows), key=lambda r: used[r])
            if used[row]:  # a row that others have begun, if any holds the rest
                size = len(prefix) + sum(len(i[0]) for i in items)
                row = max((r for r in range(num_rows) if used[r] + size <= length), key=lambda r: used[r], default=row)
            fits, room = [], length - used[row] - len(prefix)
            while items and len(items[0][0]) <= room:
                room -= len(items[0][0])
                fits.append(items.pop(0))
            if not fits:
                break
            placed.append((row, used[row], prefix, fits, is_chain, number, group.get("distil")))
            used[row] = length - room
        if items:
            if sum(len(p[3]) for p in placed[start:]) < 3:  # too few to have an order
                placed = placed[:start]
                groups.back()
            return placed, sum(len(p[2]) + sum(len(i[0]) for i in p[3]) for p in placed)
        number += 1


def tensors(placed, num_rows, length):
    """Ids, positions, mask and targets of a batch."""
    ids, position = torch.zeros(num_rows, length, dtype=torch.long), torch.zeros(num_rows, length, dtype=torch.long)
    owner, part = torch.full((num_rows, length), -1), torch.zeros(num_rows, length, dtype=torch.long)
    verdict, predicted, labels, similar, group_of, distil = [], [], [], [], [], {}
    for place, (row, at, prefix, items, is_chain, g, share) in enumerate(placed):
        distil[g] = share

        def put(tokens, start, offset, p):
            n = len(tokens)
            ids[row, start:start + n] = torch.tensor(tokens)
            position[row, start:start + n] = torch.arange(offset, offset + n)
            owner[row, start:start + n], part[row, start:start + n] = place, p
        put(prefix, at, 0, 0)
        at += len(prefix)
        for p, (tokens, num_predicted, label, similarity) in enumerate(items):
            put(tokens, at, len(prefix), p + 1)
            at += len(tokens)
            verdict.append((row, at - 2))
            predicted += [(row, i - 1, i, is_chain) for i in range(at - num_predicted, at)]
            labels.append(label)
            similar.append(similarity)
            group_of.append(g)
    same = (owner[:, :, None] == owner[:, None]) & ((part[:, None] == 0) | (part[:, :, None] == part[:, None]))
    allowed = same & torch.ones(length, length, dtype=torch.bool).tril()
    mask = torch.zeros(num_rows, 1, length, length, dtype=torch.bfloat16).masked_fill(~allowed[:, None], -1e9)
    return ids, position, mask, torch.tensor(verdict), predicted, torch.tensor(labels).float(), torch.tensor(similar), torch.tensor(group_of), list(distil.values())


def losses(model, body, batch, forms, s, rng):
    """(binary, listwise, language) losses and the share of groups whose positive comes first."""
    ids, position, mask, verdict, predicted, y, similar, group_of, shares = batch
    predicted = [p for p in predicted if rng.random() < s["chain_tokens"]]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = body(input_ids=ids, attention_mask=mask, position_ids=position, use_cache=False).last_hidden_state
        logits = model.lm_head(hidden[verdict[:, 0], verdict[:, 1]]).float()
        rows, before, at = (torch.tensor([p[k] for p in predicted]) for k in range(3))
        language = F.cross_entropy(model.lm_head(hidden[rows, before]).float(), ids[rows, at], reduction="none")
    z = logits[:, forms.true] - logits[:, forms.false]
    binary = F.binary_cross_entropy_with_logits(z, y, pos_weight=torch.tensor(s["positive"]))
    num = int(group_of.max()) + 1
    table, teacher, truth = torch.full((num, 16), -1e9), torch.full((num, 16), -1e9), torch.zeros(num, 16)
    column = torch.cat([torch.arange(int((group_of == g).sum())) for g in range(num)])
    table = table.index_put((group_of, column), z)
    teacher[group_of, column], truth[group_of, column] = similar / s["temperature"], y
    has = (truth.sum(1) > 0).float()
    # without a positive the teacher alone tells a list's order, and nothing that of a short group
    share = torch.where(has > 0, torch.tensor([s["distil"] if d is None else d for d in shares]), torch.tensor([float(bool(d)) for d in shares]))
    target = (1 - share)[:, None] * truth / truth.sum(1, keepdim=True).clamp(min=1) + share[:, None] * teacher.softmax(1)
    ordered = ((has > 0) | (share > 0)).float()
    listwise = (-(target * table.log_softmax(1)).sum(1) * ordered).sum() / ordered.sum().clamp(min=1)
    is_chain = torch.tensor([p[3] for p in predicted]).float()
    language = (language * (is_chain + 0.1 * (1 - is_chain))).mean()
    first = ((table.argmax(1) == truth.argmax(1)).float() * has).sum() / has.sum().clamp(min=1)
    return binary, listwise, language, first.item(), ((z > 0) == (y > 0.5)).float().mean().item()


def freeze(model, num_layers):
    """Keep the lowest layers and the embedding, which is the vocabulary's product too, as they are."""
    for part in [model.get_input_embeddings(), *model.model.layers[:num_layers]] if num_layers else []:
        part.requires_grad_(False)


def rate_at(step, s):
    """Warm-up, level, and a linear decay to 4 % once `decay_from` is set."""
    rate = s["rate"] * min(1, (step + 1) / s["warmup"])
    return rate if s["decay_from"] is None else rate * min(1, max(0.04, 1 - (step - s["decay_from"]) / s["decay_steps"]))


def save(run, model, tokenizer, optimizer, state):
    """Everything that a later start needs, in a new folder that then takes the old one's place."""
    new, old = os.path.join(run, "checkpoint.new"), os.path.join(run, "checkpoint")
    os.makedirs(new, exist_ok=True)
    model.save_pretrained(new)
    tokenizer.save_pretrained(new)
    torch.save({"optimizer": optimizer.state_dict(), "state": state}, os.path.join(new, "state.pt"))
    if os.path.exists(old):
        os.rename(old, old + ".old")
    os.rename(new, old)
    if os.path.exists(old + ".old"):
        for f in os.listdir(old + ".old"):
            os.remove(os.path.join(old + ".old", f))
        os.rmdir(old + ".old")


def latest(run):
    """The folder of the last whole checkpoint."""
    return next((p for p in (os.path.join(run, n) for n in ("checkpoint", "checkpoint.old")) if os.path.exists(os.path.join(p, "state.pt"))), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", default="training/build")
    parser.add_argument("--run", default="run", help="name of the run folder in the state folder")
    parser.add_argument("--base", default="base", help="folder to start from where the run has no checkpoint")
    parser.add_argument("--data", default="data", help="name of the folder of shards in the state folder")
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--frozen", type=int, default=0, help="so many of the lowest layers, and with them the embedding, stay as they are")
    parser.add_argument("--fast", action="store_true", help="inputs of products are rounded as `fast` arithmetic rounds them")
    parser.add_argument("--max-steps", type=int, default=10**9)
    args = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(2)
    run = os.path.join(args.state, args.run)
    os.makedirs(run, exist_ok=True)
    found = latest(run)
    start = found or os.path.join(args.state, args.base)
    tokenizer = AutoTokenizer.from_pretrained(start)
    model = AutoModelForCausalLM.from_pretrained(start, dtype=torch.float32, attn_implementation="eager").train()
    freeze(model, args.frozen)
    if args.fast:
        round_inputs(model)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    state = {"step": 0, "tokens": 0, "place": [0, 0], "groups": 0}
    if found:
        kept = torch.load(os.path.join(found, "state.pt"))
        optimizer.load_state_dict(kept["optimizer"])
        state = kept["state"]
    settings_file = os.path.join(run, "settings.json")

    def settings():
        if not os.path.exists(settings_file):
            return dict(DEFAULTS)
        with open(settings_file, encoding="utf-8") as f:
            return {**DEFAULTS, **json.load(f)}

    s, forms, groups = settings(), Forms(tokenizer), Groups(os.path.join(args.state, args.data), state["place"])
    body, mean, saved, log = torch.compile(model.model), {}, time.time(), open(os.path.join(run, "log.jsonl"), "a", encoding="utf-8")
    while state["step"] < args.max_steps:
        began = time.time()
        for g in optimizer.param_groups:
            g["lr"] = rate_at(state["step"], s)
        placed, num_tokens = take_batch(groups, forms, s["chain"], s["unanswered"], args.rows, args.length)
        masters = rounded(model) if s["quantised"] else None
        binary, listwise, language, first, right = losses(model, body, tensors(placed, args.rows, args.length), forms, s, random.Random(state["step"]))
        (binary + listwise + s["language"] * language).backward()
        if masters:
            masters.restore()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        state.update(step=state["step"] + 1, tokens=state["tokens"] + num_tokens, place=[groups.shard, groups.line], groups=state["groups"] + len({p[5] for p in placed}))
        now = {"binary": binary.item(), "listwise": listwise.item(), "language": language.item(), "first": first, "right": right, "rate_tok_s": num_tokens / (time.time() - began)}
        mean = {k: v if k not in mean else 0.95 * mean[k] + 0.05 * v for k, v in now.items()}
        if state["step"] % 10 == 0:
            log.write(json.dumps({**state, **{k: round(v, 4) for k, v in mean.items()}, "lr": optimizer.param_groups[0]["lr"], "s": round(time.time() - began, 2), "fill": round(num_tokens / args.rows / args.length, 3), "at": time.strftime("%H:%M:%S")}) + "\n")
            log.flush()
        done = s["decay_from"] is not None and state["step"] >= s["decay_from"] + s["decay_steps"]
        if time.time() - saved > s["save_s"] or done:
            save(run, model, tokenizer, optimizer, state)
            saved, s = time.time(), settings()
        if done:
            break
    save(run, model, tokenizer, optimizer, state)


if __name__ == "__main__":
    main()
