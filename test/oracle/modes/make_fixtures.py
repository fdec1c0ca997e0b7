"""Writes test/fixtures/modes/demo-modes.json: instant verdicts and rethought chains of the demo model by transformers.

The rules are the reference's, written anew from their description (arXiv 2502.18418, the release's rank1.py). Instant: a
closing chain of ours is put behind `<think>`, and one step answers. Rethink: the text before `</think>`, then "\\nWait",
goes on to a new verdict; all of a chain shares one limit, and a chain that ends without an answer is asked for it.

    python test/oracle/modes/make_fixtures.py      # needs torch, transformers, onnx; versions land in the file
"""

import hashlib
import importlib.util
import json
import pathlib

import tokenizers
import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[3]
FIXTURE = ROOT / "test/fixtures/modes/demo-modes.json"
spec = importlib.util.spec_from_file_location("conformance", ROOT / "test/oracle/conformance/make_fixtures.py")
conformance = importlib.util.module_from_spec(spec)
spec.loader.exec_module(conformance)

INSTANT = "I have read the passage and thought enough. I can answer now."
RETHINK_LIMITS = (200, 60, 30)


class Oracle:
    def __init__(self):
        self.model = conformance.load_model()
        raw = json.loads((conformance.MODEL / "tokenizer.json").read_text())
        added = {token["content"]: token["id"] for token in raw["added_tokens"]}
        self.full = tokenizers.Tokenizer.from_str(json.dumps(raw))
        self.plain = tokenizers.Tokenizer.from_str(json.dumps({**raw, "added_tokens": []}))
        self.answers = {self.plain.encode(f" {label}", add_special_tokens=False).ids[0]: label for label in ("true", "false")}
        self.open, self.close = added["<think>"], added["</think>"]

    def prompt(self, query, document, chain=""):
        """Other people's text, and the chain when it is fed back, hold no added tokens; the markers are ours."""
        text = conformance.PROMPT.format(query=query, document=document).removesuffix("<think>")
        more = self.plain.encode(chain, add_special_tokens=False).ids if chain else []
        return self.plain.encode(text).ids + [self.open] + more

    def answered(self, ids):
        return len(ids) >= 2 and ids[-2] == self.close and ids[-1] in self.answers

    def verdict(self, row, label=None):
        true_id, false_id = sorted(self.answers, key=self.answers.get, reverse=True)
        pair = torch.stack([row[true_id], row[false_id]]).double()
        return {
            "label": label or ("true" if pair[0] >= pair[1] else "false"),
            "score": float(torch.softmax(pair, 0)[0]),
            "logitDifference": float(pair[0] - pair[1]),
        }

    def answer(self, prompt):
        """One step: the logits behind a closing marker."""
        _, [row] = conformance.greedy(self.model, prompt, self.answered, 1)
        return self.verdict(row)

    def instant(self, query, document):
        prompt = self.prompt(query, document, f"\n{INSTANT}\n") + [self.close]
        return {"query": query, "document": document, "promptTokenIds": prompt, **self.answer(prompt)}

    def rethink(self, query, document, times, limit):
        turns, text, spent, verdict, margins = [], "", 0, None, []
        for _ in range(times + 1):
            if spent == limit:
                break
            prompt = self.prompt(query, document, text)
            ids, rows = conformance.greedy(self.model, prompt, self.answered, limit - spent)
            spent += len(ids)
            tops = [torch.topk(row, 2).values for row in rows]
            margins += [float(top[0] - top[1]) for top in tops]
            turns.append({"promptTokenIds": prompt, "newTokenIds": ids})
            if not self.answered(ids):
                verdict = None
                text += self.full.decode(ids, skip_special_tokens=False)
                break
            verdict = self.verdict(rows[-1], self.answers[ids[-1]])
            said = text + self.full.decode(ids[:-2], skip_special_tokens=False)
            text = said + "\nWait"
        case = {"query": query, "document": document, "rethink": times, "maxNewTokens": limit, "turns": turns}
        case["forced"] = verdict is None
        case["smallestMargin"] = min(margins)
        if verdict is None:
            said = text
            trimmed = conformance.trim_to_last_sentence(text)
            verdict = self.answer(self.prompt(query, document, f"\n{trimmed}\n") + [self.close])
        return {**case, "reasoning": said.strip(), **verdict}


def main():
    oracle = Oracle()
    pairs = conformance.pairs()
    # Whether the text of a cut chain holds a lone marker is told by its ids, so such chains are left out here.
    chains = [
        oracle.rethink(query, document, 1 + number % 2, RETHINK_LIMITS[number % len(RETHINK_LIMITS)])
        for number, (query, document) in enumerate(pairs[:36])
    ]
    chains = [case for case in chains if not any(oracle.close in turn["newTokenIds"][-1:] for turn in case["turns"])]
    instant = [oracle.instant(query, document) for query, document in pairs]
    weights = (conformance.MODEL / "onnx/model_q4.onnx_data").read_bytes()
    fixture = {
        "generator": "test/oracle/modes/make_fixtures.py",
        "versions": {module.__name__: module.__version__ for module in (torch, transformers, tokenizers)},
        "weightsSha256": hashlib.sha256(weights).hexdigest(),
    }
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    lines = {
        name: ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
        for name, cases in (("instant", instant), ("rethink", chains))
    }
    head = json.dumps(fixture)[:-1]
    FIXTURE.write_text(f'{head},\n"instant": [\n{lines["instant"]}\n],\n"rethink": [\n{lines["rethink"]}\n]}}\n')
    forced = sum(case["forced"] for case in chains)
    print(f"{len(instant)} instant, {len(chains)} rethought ({forced} forced), {FIXTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    torch.manual_seed(0)
    main()
