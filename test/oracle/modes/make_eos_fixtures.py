"""Writes test/fixtures/modes/demo-eos.json: chains that end with the end-of-text token, by transformers.

The demo model never ends a chain that way, so its row of that token is made 1.25 times the row of another one: where the
demo would say that other token, the changed model ends the text. The rules are the reference's, written anew from their
description: an ended text without an answer is asked for one, like a text that reached its limit.

    python test/oracle/modes/make_eos_fixtures.py      # needs torch, transformers, onnx; versions land in the file
"""

import importlib.util
import json
import pathlib

import tokenizers
import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[3]
FIXTURE = ROOT / "test/fixtures/modes/demo-eos.json"
spec = importlib.util.spec_from_file_location("modes", ROOT / "test/oracle/modes/make_fixtures.py")
modes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(modes)
conformance = modes.conformance

FACTOR = 1.25
MAX_NEW_TOKENS = 128
# At the beginning of a sentence, in the middle of one, before any, as the very first token, and behind `</think>`.
ENDED_AT = (" None", ",", ":", " Asked", " false")


class EosOracle(modes.Oracle):
    def __init__(self):
        super().__init__()
        self.eos = self.model.config.eos_token_id
        # The table is the head as well: they are tied.
        self.table = self.model.model.embed_tokens.weight

    def end_at(self, token_id):
        with torch.no_grad():
            self.table[self.eos] = self.table[token_id] * FACTOR

    def chain(self, query, document):
        def stops(ids):
            return ids[-1] == self.eos or self.answered(ids)

        prompt = self.prompt(query, document)
        ids, rows = conformance.greedy(self.model, prompt, stops, MAX_NEW_TOKENS)
        tops = [torch.topk(row, 2).values for row in rows]
        case = {
            "query": query,
            "document": document,
            "maxNewTokens": MAX_NEW_TOKENS,
            "promptTokenIds": prompt,
            "newTokenIds": ids,
            "smallestMargin": min(float(top[0] - top[1]) for top in tops),
            "endedByEos": ids[-1] == self.eos,
            "forced": not self.answered(ids),
        }
        if self.answered(ids):
            return {**case, "reasoning": self.text(ids[:-2]), **self.verdict(rows[-1], self.answers[ids[-1]])}
        # The end of the text is no part of it, nor is a marker without an answer: docs/decisions/0032.
        said = ids[:-1] if ids[-1] == self.eos else ids
        said = said[:-1] if said and said[-1] == self.close else said
        trimmed = conformance.trim_to_last_sentence(self.text(said))
        asked = self.prompt(query, document, f"\n{trimmed}\n") + [self.close]
        return {**case, "reasoning": self.text(said), "forcedPromptTokenIds": asked, **self.answer(asked)}

    def text(self, ids):
        return self.full.decode(ids, skip_special_tokens=False).strip()


def main():
    oracle = EosOracle()
    pairs = conformance.pairs()
    variants = []
    for text in ENDED_AT:
        [token_id] = oracle.plain.encode(text).ids
        oracle.end_at(token_id)
        # Every eleventh: all queries, and documents of all lengths.
        cases = [oracle.chain(query, document) for query, document in pairs[::11]]
        variants.append({"text": text, "tokenId": token_id, "cases": cases})
    weights = (conformance.MODEL / "onnx/model_q4.onnx_data").read_bytes()
    head = {
        "generator": "test/oracle/modes/make_eos_fixtures.py",
        "versions": {module.__name__: module.__version__ for module in (torch, transformers, tokenizers)},
        "weightsSha256": modes.hashlib.sha256(weights).hexdigest(),
        "factor": FACTOR,
    }
    lines = []
    for variant in variants:
        cases = ",\n".join(json.dumps(case, ensure_ascii=False) for case in variant["cases"])
        lines.append(f'{json.dumps({**variant, "cases": 0})[:-2]}[\n{cases}\n]}}')
    FIXTURE.write_text(f'{json.dumps(head)[:-1]},\n"variants": [\n' + ",\n".join(lines) + "\n]}\n")
    for variant in variants:
        ended = sum(case["endedByEos"] for case in variant["cases"])
        margin = min(case["smallestMargin"] for case in variant["cases"])
        print(f"{variant['text']!r}: {ended} of {len(variant['cases'])} ended by EOS, smallest margin {margin:.1e}")


if __name__ == "__main__":
    torch.manual_seed(0)
    main()
