"""Logits of one layer of every rank1 model at its true width, of two layers of every Qwen3, and of llama3 rope scaling beyond position 8,192.

    python test/oracle/convert/make_true_width.py [name ...]

All models take some minutes and 6 GB; names renew those rows only.

Weights are far too large to commit, so both sides compute them: see computed_weights.py here and synthetic-checkpoint.ts there.
The vocabulary is cut to 256. Writes test/fixtures/convert/true-width.safetensors.
"""
import json
import pathlib
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

from computed_weights import weight
from grids import dequantise_model, symmetric

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "fixtures/convert"
OUT = FIXTURES / "true-width.safetensors"
VOCAB = 256
FP32_TOO = ("rank1-0.5b", "rank1-1.5b", "rank1-3b", "rank1-llama3-8b", "rank1-mistral-2501-24b",
           "qwen3-reranker-0.6b", "zerank-1-small", "qwen3-reranker-4b")
LONG = 8300
LONG_POSITIONS = [8191, 8192, 8193, 8250, 8299]
LONG_CHANGES = dict(
    hidden_size=64, num_hidden_layers=1, num_attention_heads=1, num_key_value_heads=1, head_dim=64, intermediate_size=64
)


def build(config_values, changes):
    values = {**config_values, "num_hidden_layers": 1, "vocab_size": VOCAB, **changes}
    values |= {"bos_token_id": None, "eos_token_id": None}
    model_type = values.pop("model_type")
    config = AutoConfig.for_model(model_type, **values)
    model = AutoModelForCausalLM.from_config(config).float().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(weight(name, tuple(parameter.shape)))
    return model


def ids(count):
    return torch.tensor([(i * 37 + 11) % VOCAB for i in range(count)])[None]


def main():
    configs = json.loads((FIXTURES / "configs.json").read_text())
    expected = load_file(OUT) if sys.argv[1:] else {}
    wanted = sys.argv[1:] or [*configs, "llama3-long"]
    with torch.no_grad():
        for name, config in configs.items():
            if name not in wanted:
                continue
            model = build(config, {"num_hidden_layers": 2} if config["model_type"] == "qwen3" else {})
            if name in FP32_TOO:
                expected[f"{name}.fp32"] = model(ids(8)).logits[0].contiguous()
            dequantise_model(model, lambda w: symmetric(w, 4))
            expected[f"{name}.q4"] = model(ids(8)).logits[0].contiguous()
            print(name, flush=True)
            del model
        if "llama3-long" in wanted:
            model = build(configs["rank1-llama3-8b"], LONG_CHANGES)
            expected["llama3-long.fp32"] = model(ids(LONG)).logits[0][LONG_POSITIONS].contiguous()
    save_file(expected, OUT)


main()
