"""Writes test/fixtures/arithmetic/demo-fast.json: what the demo model decodes in `fast` arithmetic.

Every product is computed as docs/decisions/0025-arithmetic.md defines it, in torch: the dequantised weights rounded to
8 bits with one scale an output, the activations with one scale a row, integers summed exactly (in float64, which holds
them), scales applied in float32. Everything else is transformers in float32, one prompt at a time.

    python test/oracle/arithmetic/make_fixtures.py      # needs what ../conformance/make_fixtures.py needs
"""

import hashlib
import json
import pathlib
import sys

import tokenizers
import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "test/oracle/conformance"))
import make_fixtures as conformance  # noqa: E402

FIXTURE = ROOT / "test/fixtures/arithmetic/demo-fast.json"
MAX_INT8 = 127
STEP = torch.tensor(1 / MAX_INT8)


class FastLinear(torch.nn.Module):
    def __init__(self, linear: torch.nn.Linear) -> None:
        super().__init__()
        weight = linear.weight.detach()
        scales = weight.abs().amax(-1, keepdim=True) / MAX_INT8
        self.codes = torch.round(weight / scales).double()
        self.scales = STEP * scales[:, 0]
        self.bias = linear.bias

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        magnitudes = x.abs().amax(-1, keepdim=True)
        codes = torch.round(x / magnitudes / STEP).double()
        y = (codes @ self.codes.T).float() * self.scales * magnitudes
        return y if self.bias is None else y + self.bias


def make_fast(module: torch.nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, torch.nn.Linear):
            setattr(module, name, FastLinear(child))
        else:
            make_fast(child)


def main() -> None:
    model = conformance.load_model()
    make_fast(model)
    raw = json.loads((conformance.MODEL / "tokenizer.json").read_text())
    added = {token["content"]: token["id"] for token in raw["added_tokens"]}
    raw["added_tokens"] = []
    plain = tokenizers.Tokenizer.from_str(json.dumps(raw))
    true_id, false_id = (plain.encode(f" {label}", add_special_tokens=False).ids[0] for label in ("true", "false"))

    def answered(ids: list[int]) -> bool:
        return len(ids) >= 2 and ids[-2] == added["</think>"] and ids[-1] in (true_id, false_id)

    cases = []
    for query, document in conformance.pairs()[::6]:
        prompt = plain.encode(conformance.PROMPT.format(query=query, document=document).removesuffix("<think>")).ids
        ids, rows = conformance.greedy(model, prompt + [added["<think>"]], answered, conformance.MAX_NEW_TOKENS)
        if not answered(ids):
            continue
        top = [torch.topk(row, 2).values for row in rows]
        pair = rows[-1][[true_id, false_id]].double()
        cases.append(
            {
                "query": query,
                "document": document,
                "newTokenIds": ids,
                # How close any choice was.
                "smallestMargin": min(float(values[0] - values[1]) for values in top),
                "score": float(torch.softmax(pair, 0)[0]),
                "logitDifference": float(pair[0] - pair[1]),
            }
        )
    fixture = {
        "generator": "test/oracle/arithmetic/make_fixtures.py",
        "versions": {m.__name__: m.__version__ for m in (torch, transformers, tokenizers)},
        "weightsSha256": hashlib.sha256((conformance.MODEL / "onnx/model_q4.onnx_data").read_bytes()).hexdigest(),
    }
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    FIXTURE.write_text(f'{json.dumps(fixture)[:-1]}, "cases": [\n{lines}\n]}}\n')
    print(f"{len(cases)} cases, {FIXTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
