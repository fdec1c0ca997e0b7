"""Small random models of each family, saved by transformers, with the logits transformers gives them.

    python test/oracle/convert/make_small_models.py [family ...]        (versions: requirements.txt)

Writes test/fixtures/convert/small/<family>/: the checkpoint and expected.safetensors, which holds `ids` [T] and
logits [T, V] of the unquantised model and of its 4- and 8-bit roundings.
"""
import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config

from grids import asymmetric, dequantise_model, symmetric

ANSWERS = ("true", "false")
OUT = pathlib.Path(__file__).resolve().parents[2] / "fixtures/convert/small"
SHAPE = dict(
    vocab_size=256, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=64, eos_token_id=255, bos_token_id=None,
)
LLAMA3 = dict(
    rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=16, rope_theta=500000.0,
)
FAMILIES = {
    "qwen2-tied": (Qwen2Config(**SHAPE, tie_word_embeddings=True, rope_theta=1e6), torch.float32, "5GB"),
    # An odd vocabulary, as tokens added in training leave it.
    "qwen2-untied": (Qwen2Config(**{**SHAPE, "vocab_size": 259}, tie_word_embeddings=False, rope_theta=1e6), torch.bfloat16, "100KB"),
    "llama": (LlamaConfig(**SHAPE, tie_word_embeddings=False, rope_parameters=LLAMA3), torch.bfloat16, "5GB"),
    "mistral": (
        MistralConfig(**SHAPE, head_dim=32, tie_word_embeddings=False, sliding_window=None, rope_theta=1e8),
        torch.float16, "5GB",
    ),
    # Heads wider than hidden / heads, and norms of queries and keys.
    "qwen3-tied": (Qwen3Config(**SHAPE, head_dim=32, tie_word_embeddings=True, rope_theta=1e6), torch.float32, "5GB"),
    "qwen3-untied": (Qwen3Config(**SHAPE, head_dim=32, tie_word_embeddings=False, rope_theta=1e6), torch.bfloat16, "5GB"),
}
ROUNDINGS = {
    "fp32": (None, None),
    "q8": (lambda w: symmetric(w, 8), None),
    "q4": (lambda w: symmetric(w, 4), None),
    "q4f16": (lambda w: symmetric(w, 4, half=True), None),
    "q4-asymmetric": (asymmetric, lambda w: symmetric(w, 4)),
}


def write_tokenizer(folder):
    """Every byte is a token, but for some that no UTF-8 has: in their places the answers grow, which begin with two more.

    So all ids are below 259.
    """
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}
    space = letters[32]
    grown = (f"{space}{word[:length]}" for word in ANSWERS for length in range(2, len(word) + 1))
    letters.update(zip(range(0xF8, 0xFF), grown, strict=True))
    tokens = [*(letters[byte] for byte in range(256)), f"{space}t", f"{space}f"]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    tokenizer = {
        "version": "1.0", "added_tokens": [], "normalizer": None, "pre_tokenizer": byte_level, "post_processor": None,
        "decoder": byte_level,
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "byte_fallback": False,
            "vocab": {token: i for i, token in enumerate(tokens)}, "merges": [[f"{space}{word[:i]}", word[i]] for word in ANSWERS for i in range(len(word))],
        },
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, indent=1, ensure_ascii=False) + "\n")
    (folder / "tokenizer_config.json").write_text('{ "tokenizer_class": "PreTrainedTokenizerFast" }\n')


def main():
    for number, (name, (config, dtype, shard)) in enumerate(FAMILIES.items()):
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        torch.manual_seed(number)
        model = AutoModelForCausalLM.from_config(config)
        with torch.no_grad():
            for parameter in model.parameters():
                # Larger than usual, biases too, so that a mistake anywhere moves the logits.
                parameter.copy_(torch.randn_like(parameter) * 0.2 + (1 if parameter.ndim == 1 else 0))
        model = model.to(dtype)
        folder = OUT / name
        model.save_pretrained(folder, max_shard_size=shard)
        (folder / "generation_config.json").unlink(missing_ok=True)
        if name == "qwen2-untied":
            write_tokenizer(folder)
        ids = torch.randint(0, config.vocab_size, (40,))
        expected = {"ids": ids.to(torch.int32)}
        for rounding, (rule, table_rule) in ROUNDINGS.items():
            # Loaded again: model.to(bfloat16) has rounded the rotary frequencies too.
            rounded = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
            if rule:
                dequantise_model(rounded, rule, table_rule)
            with torch.no_grad():
                expected[rounding] = rounded(ids[None]).logits[0].contiguous()
        save_file(expected, folder / "expected.safetensors")


main()
