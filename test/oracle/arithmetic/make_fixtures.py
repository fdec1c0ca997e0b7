"""Writes what the demo model computes in `fast` arithmetic to test/fixtures/arithmetic: demo-fast.json, the chains that it
decodes, and demo-fast-products.json, every product of one step.

Every product is computed as docs/decisions/0025-arithmetic.md defines it, in torch: the dequantised weights rounded to
8 bits with one scale an output, the activations with one scale a row, both turned by a Hadamard matrix where that
document says so, integers summed exactly (in float64, which holds them), scales applied in float32. Everything else is transformers in float32, one prompt at a time. Each chain is also scored
with everything else in float64, which tells how far two correct implementations may be apart.

    python test/oracle/arithmetic/make_fixtures.py      # needs what ../conformance/make_fixtures.py needs
"""

import base64
import hashlib
import json
import pathlib
import sys

import numpy as np
import tokenizers
import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "test/oracle/conformance"))
import make_fixtures as conformance  # noqa: E402

FIXTURES = ROOT / "test/fixtures/arithmetic"
MAX_INT8 = 127
STEP = torch.tensor(1 / MAX_INT8)
RECORDED_ROWS = 2


H4 = torch.tensor([[1.0, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]], dtype=torch.float64)
H16 = torch.kron(H4, H4) / 4


def turned(x: torch.Tensor) -> torch.Tensor:
    """Each 16 values of the last axis, turned; twice gives x again."""
    return (x.reshape(*x.shape[:-1], -1, 16) @ H16.to(x.dtype)).reshape(x.shape)


class FastLinear(torch.nn.Module):
    """`gain`: of the norm before, which leaves it to this product. The residual stream, which the norms read, is turned."""

    def __init__(self, linear: torch.nn.Linear, gain=None, is_gated=False, is_writer=False) -> None:
        super().__init__()
        weight = linear.weight.detach().double()
        self.is_gated = is_gated
        if gain is not None:
            weight = weight * gain.detach().double()
        if gain is not None or is_gated:
            weight = turned(weight)
        if is_writer:
            weight = turned(weight.T).T
        scales = (weight.abs().amax(-1, keepdim=True) / MAX_INT8).float()
        self.codes = torch.round(weight * (1 / scales.double()))
        self.scales = STEP * scales[:, 0]
        self.bias = None if linear.bias is None else linear.bias.detach().float()
        self.record = None

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        x = (turned(given) if self.is_gated else given).float()
        magnitudes = x.abs().amax(-1, keepdim=True)
        codes = torch.round(x / magnitudes / STEP).double()
        y = (codes @ self.codes.T).float() * self.scales * magnitudes
        y = y if self.bias is None else y + self.bias
        if self.record is not None:
            last = {"x": given.float(), "codes": codes, "y": y}
            self.record.update({name: values[0, -RECORDED_ROWS:] for name, values in last.items()})
        return y.to(given.dtype)


def make_fast(model: transformers.PreTrainedModel) -> None:
    """Puts FastLinear for every product, leaves the gains of the norms before them to it, and turns what is looked up."""
    norms = []

    def reads(owner: torch.nn.Module, names: list[str], norm: torch.nn.Module) -> None:
        norms.append(norm)
        for name in names:
            setattr(owner, name, FastLinear(getattr(owner, name), gain=norm.weight))

    for layer in model.model.layers:
        attention, mlp = layer.self_attn, layer.mlp
        reads(attention, ["q_proj", "k_proj", "v_proj"], layer.input_layernorm)
        reads(mlp, ["gate_proj", "up_proj"], layer.post_attention_layernorm)
        attention.o_proj = FastLinear(attention.o_proj, is_writer=True)
        mlp.down_proj = FastLinear(mlp.down_proj, is_gated=True, is_writer=True)
    reads(model, ["lm_head"], model.model.norm)
    with torch.no_grad():
        for norm in norms:
            norm.weight.fill_(1)
        embedding = model.model.embed_tokens
        embedding.weight = torch.nn.Parameter(turned(embedding.weight.double()).to(embedding.weight.dtype))


def base64_of(values: torch.Tensor, dtype: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values.numpy()).astype(dtype).tobytes()).decode()


@torch.no_grad()
def products(model: transformers.PreTrainedModel, ids: list[int]) -> list[dict]:
    """The engine's products in the last positions: inputs, their integers, outputs, and a hash of the weights' integers."""
    layers = model.model.layers
    groups = {}
    for i, layer in enumerate(layers):
        attention, mlp = layer.self_attn, layer.mlp
        groups[f"layers.{i}.qkv_proj"] = [attention.q_proj, attention.k_proj, attention.v_proj]
        groups[f"layers.{i}.o_proj"] = [attention.o_proj]
        for name in ("gate_proj", "up_proj", "down_proj"):
            groups[f"layers.{i}.{name}"] = [getattr(mlp, name)]
    groups["lm_head"] = [model.lm_head]
    for linear in sum(groups.values(), []):
        linear.record = {}
    model(torch.tensor([ids]), use_cache=False)
    result = []
    for name, parts in groups.items():
        codes = torch.cat([part.codes for part in parts]).numpy().astype(np.int8)
        outputs = torch.cat([part.record["y"] for part in parts], -1)
        result.append(
            {
                "name": name,
                "x": base64_of(parts[0].record["x"], "<f4"),
                "codes": base64_of(parts[0].record["codes"], "i1"),
                # The head's are many; the rest of the file is smaller than they would be.
                **({} if name == "lm_head" else {"y": base64_of(outputs, "<f4")}),
                # [K, N], as the engine stores them
                "weightCodesSha256": hashlib.sha256(np.ascontiguousarray(codes.T).tobytes()).hexdigest(),
            }
        )
        for part in parts:
            part.record = None
    return result


def write(name: str, head: dict, key: str, entries: list[dict]) -> None:
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    file = FIXTURES / name
    file.write_text(f'{json.dumps(head)[:-1]}, "{key}": [\n{lines}\n]}}\n')
    print(f"{name}: {len(entries)} {key}, {file.stat().st_size:,} bytes")


def main() -> None:
    model = conformance.load_model()
    make_fast(model)
    double = conformance.load_model().double()
    make_fast(double)
    raw = json.loads((conformance.MODEL / "tokenizer.json").read_text())
    added = {token["content"]: token["id"] for token in raw["added_tokens"]}
    raw["added_tokens"] = []
    plain = tokenizers.Tokenizer.from_str(json.dumps(raw))
    true_id, false_id = (plain.encode(f" {label}", add_special_tokens=False).ids[0] for label in ("true", "false"))

    def answered(ids: list[int]) -> bool:
        return len(ids) >= 2 and ids[-2] == added["</think>"] and ids[-1] in (true_id, false_id)

    def pair_of(row: torch.Tensor) -> torch.Tensor:
        return row[[true_id, false_id]].double()

    @torch.no_grad()
    def difference_in_double(ids: list[int]) -> float:
        pair = pair_of(double(torch.tensor([ids])).logits[0, -1])
        return float(pair[0] - pair[1])

    cases = []
    recorded = None
    for query, document in conformance.pairs()[::6]:
        prompt = plain.encode(conformance.PROMPT.format(query=query, document=document).removesuffix("<think>")).ids
        prompt.append(added["<think>"])
        ids, rows = conformance.greedy(model, prompt, answered, conformance.MAX_NEW_TOKENS)
        if not answered(ids):
            continue
        top = [torch.topk(row, 2).values for row in rows]
        pair = pair_of(rows[-1])
        cases.append(
            {
                "query": query,
                "document": document,
                "newTokenIds": ids,
                # How close any choice was.
                "smallestMargin": min(float(values[0] - values[1]) for values in top),
                "score": float(torch.softmax(pair, 0)[0]),
                "logitDifference": float(pair[0] - pair[1]),
                "logitDifferenceInDouble": difference_in_double(prompt + ids[:-1]),
            }
        )
        recorded = recorded or (prompt + ids[:-1], pair)
    head = {
        "generator": "test/oracle/arithmetic/make_fixtures.py",
        "versions": {m.__name__: m.__version__ for m in (torch, transformers, tokenizers)},
        "weightsSha256": hashlib.sha256((conformance.MODEL / "onnx/model_q4.onnx_data").read_bytes()).hexdigest(),
    }
    FIXTURES.mkdir(parents=True, exist_ok=True)
    write("demo-fast.json", head, "cases", cases)
    tokens, _ = recorded
    entries = products(model, tokens)
    with torch.no_grad():
        pair = pair_of(model(torch.tensor([tokens]), use_cache=False).logits[0, -1])
    score = {"answerTokenIds": [true_id, false_id], "numRows": RECORDED_ROWS, "score": float(torch.softmax(pair, 0)[0])}
    write("demo-fast-products.json", {**head, **score}, "products", entries)


if __name__ == "__main__":
    main()
