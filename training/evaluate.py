"""nDCG@10 of a checkpoint on evaluation files, greedy, on the converter's 4-bit grid; with the quotes that are verbatim and calibration.

    python -m training.evaluate --model FOLDER --mode instant|chain --depth 20 FILES...
    python -m training.evaluate --teacher STATE --depth 20 FILES...      # the teacher alone
"""
import argparse
import json
import math
import random
import re
import time

import torch

from . import data
from .forms import chain_prompt, instant_prompt
from .quantise import rounded

QUOTE = re.compile(r'says "(.*?)"\.?\s*</think>', re.S)


def ndcg(grades, ideal, k=10):
    """trec_eval's ndcg_cut: gain is the grade, discount log2(rank + 1), unjudged counts 0."""
    gain = lambda g: sum(max(0, x or 0) / math.log2(i + 2) for i, x in enumerate(g[:k]))
    best = gain(sorted((x or 0 for x in ideal), reverse=True))
    return gain(grades) / best if best else 0.0


class Reranker:
    """A checkpoint with transformers; fp32 or rounded to 4 bits, products in bf16."""

    def __init__(self, folder, is_rounded=True, max_new_tokens=64):
        from transformers import AutoModelForCausalLM, AutoTokenizer
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        if is_rounded:
            rounded(self.model)
        self.model.to(torch.bfloat16)
        self.true, self.false = (self.tokenizer(t, add_special_tokens=False).input_ids[0] for t in (" true", " false"))
        self.end, self.max_new_tokens = self.tokenizer.convert_tokens_to_ids("</think>"), max_new_tokens

    @torch.no_grad()
    def judge(self, query, passages, mode, batch=20, max_words=250):
        """[(logit difference or None, chain)] of passages; None where the chain did not end."""
        prompt = instant_prompt if mode == "instant" else chain_prompt
        ids = [self.tokenizer(prompt(query, " ".join(p.split()[:max_words])), add_special_tokens=False).input_ids for p in passages]
        out, order = [(None, "")] * len(ids), sorted(range(len(ids)), key=lambda i: len(ids[i]))
        for start in range(0, len(ids), batch):
            at = order[start:start + batch]
            width = max(len(ids[i]) for i in at)
            x, mask = torch.zeros(len(at), width, dtype=torch.long), torch.zeros(len(at), width, dtype=torch.long)
            for r, i in enumerate(at):
                x[r, width - len(ids[i]):], mask[r, width - len(ids[i]):] = torch.tensor(ids[i]), 1
            if mode == "instant":
                logits = self.model(input_ids=x, attention_mask=mask, logits_to_keep=1).logits[:, -1].float()
                for r, i in enumerate(at):
                    out[i] = ((logits[r, self.true] - logits[r, self.false]).item(), "")
                continue
            made = self.model.generate(input_ids=x, attention_mask=mask, max_new_tokens=self.max_new_tokens, do_sample=False, output_logits=True,
                                       return_dict_in_generate=True, pad_token_id=0, eos_token_id=[self.true, self.false])
            for r, i in enumerate(at):
                tokens = made.sequences[r, width:].tolist()
                k = tokens.index(self.end) + 1 if self.end in tokens else None
                known = k is not None and k < len(made.logits)
                z = made.logits[k][r].float() if known else None
                out[i] = ((z[self.true] - z[self.false]).item() if known else None, self.tokenizer.decode(tokens[:k]))
        return out


def quotes(chain, passage):
    """(number of quotes, number that stand in the passage word for word)."""
    found = QUOTE.findall(chain)
    plain = " ".join(passage.split())
    return len(found), sum(" ".join(q.split()) in plain for q in found)


def calibration(pairs, bins=10):
    """F1 at 0.5, the best F1 over all thresholds, the reliability table and the share of graded scores."""
    scored = sorted(((1 / (1 + math.exp(-max(-60, min(60, z)))), y) for z, y in pairs), reverse=True)
    positives, best, hits = sum(y for _, y in scored), 0.0, 0
    at_half = 0.0
    for n, (p, y) in enumerate(scored, 1):
        hits += y
        f1 = 2 * hits / (n + positives) if positives else 0
        best = max(best, f1)
        at_half = f1 if p >= 0.5 else at_half
    table = []
    for b in range(bins):
        inside = [(p, y) for p, y in scored if b / bins <= p < (b + 1) / bins or b == bins - 1 and p == 1]
        if inside:
            table.append([round(sum(p for p, _ in inside) / len(inside), 3), round(sum(y for _, y in inside) / len(inside), 3), len(inside)])
    return {"f1_at_half": round(at_half, 4), "best_f1": round(best, 4), "graded": round(sum(0.05 < p < 0.95 for p, _ in scored) / max(1, len(scored)), 3), "reliability": table}


def evaluate(path, depth, limit, judge):
    """Figures of one file. `judge(query, texts)` gives [(score or None, chain)]."""
    began, rows = time.time(), data.load_eval(path, depth)
    rows = [r for r in rows if any(r.get("ideal_grades") or [c["grade"] or 0 for c in r["candidates"]])]
    if limit and len(rows) > limit:
        rows = random.Random(0).sample(rows, limit)
    values, given, pairs, unfinished, lengths, num, same = [], [], [], 0, [], 0, 0
    for r in rows:
        cand = r["candidates"]
        grades, texts = [c["grade"] or 0 for c in cand], [c["text"] for c in cand]
        found = judge(r["query"], texts)
        order = sorted(range(len(cand)), key=lambda i: -(found[i][0] if found[i][0] is not None else -99))
        ideal = r.get("ideal_grades") or grades
        values.append(ndcg([grades[i] for i in order], ideal))
        given.append(ndcg(grades, ideal))
        for (z, chain), g, text in zip(found, grades, texts):
            unfinished += z is None
            pairs += [(z, int(g > 0))] if z is not None else []
            n, k = quotes(chain, text)
            num, same = num + n, same + k
            lengths.append(len(chain.split()))
    mean = lambda v: round(sum(v) / max(1, len(v)), 4)
    return {"file": path.split("/")[-2], "queries": len(rows), "ndcg10": mean(values), "given": mean(given), "unfinished": unfinished, "chains": len(lengths),
            "quotes": num, "verbatim": same, "median_words": sorted(lengths)[len(lengths) // 2], **calibration(pairs), "seconds": round(time.time() - began)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--teacher")
    parser.add_argument("--mode", default="instant", choices=("instant", "chain"))
    parser.add_argument("--full-precision", action="store_true")
    parser.add_argument("--depth", type=int, default=20)
    parser.add_argument("--limit", type=int)
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    torch.set_num_threads(2)
    if args.teacher:
        from .teacher import Teacher
        teacher = Teacher(args.teacher)
        judge = lambda query, texts: [(s, "") for s in (teacher.embed(texts) @ teacher.embed([query], is_query=True)[0]).tolist()]
    else:
        reranker = Reranker(args.model, not args.full_precision)
        judge = lambda query, texts: reranker.judge(query, texts, args.mode)
    for path in args.files:
        print(json.dumps({"mode": "teacher" if args.teacher else args.mode, **evaluate(path, args.depth, args.limit, judge)}), flush=True)


if __name__ == "__main__":
    main()
