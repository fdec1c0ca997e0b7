"""Small GGUF files, and the logits transformers gives them when it reads them itself.

    python test/oracle/convert/make_gguf_models.py        (versions: requirements.txt, and gguf)

Writes test/fixtures/convert/gguf/<name>.gguf with the writer of llama.cpp's own package, and <name>.safetensors with
`ids` [T] and `logits` [T, V]: transformers' reader dequantises the file (and turns Llama's rotary rows back), and runs it
in float32. The tokenizer spells bytes, so it is small.
"""

import pathlib

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Type
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

OUT = pathlib.Path(__file__).resolve().parents[2] / "fixtures/convert/gguf"
LLAMA3_FACTOR = 8.0
ANSWERS = ("true", "false")


def tokens() -> list[str]:
    """Every byte is a token, but for some that no UTF-8 has: in their places the answers grow, which begin with two more."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}
    grown = (f"{letters[32]}{word[:length]}" for word in ANSWERS for length in range(2, len(word) + 1))
    letters.update(zip(range(0xF8, 0xFF), grown, strict=True))
    return [*(letters[byte] for byte in range(256)), f"{letters[32]}t", f"{letters[32]}f", "<think>", "</think>", "<s>", "</s>"]


def quantised(rng, rows: int, cols: int, kind: Type) -> np.ndarray:
    if kind == Type.Q6_K:  # which the package can read and not write: random codes and scales, d last
        blocks = rng.integers(0, 256, (rows, cols // 256, 210), dtype=np.uint8)
        blocks[..., 192:208] = rng.integers(-40, 40, (rows, cols // 256, 16)).astype(np.int8).view(np.uint8)
        blocks[..., 208:] = np.float16(rng.uniform(1e-4, 4e-4, (rows, cols // 256, 1))).view(np.uint8)
        return blocks.reshape(rows, -1)
    weight = rng.normal(0, 0.2, (rows, cols)).astype(np.float32)
    return gguf.quants.quantize(weight, kind)


def rope_factors(theta: float, head: int) -> np.ndarray:
    """As llama.cpp's converter writes Llama 3.1's rescaling."""
    wavelengths = 2 * np.pi * theta ** (np.arange(0, head, 2) / head)
    smooth = (8192 / wavelengths - 1) / (4 - 1)
    mixed = 1 / ((1 - smooth) / LLAMA3_FACTOR + smooth)
    return np.where(wavelengths > 8192, LLAMA3_FACTOR, np.where(wavelengths < 8192 / 4, 1, mixed)).astype(np.float32)


def write(name, seed, arch, pre, hidden, ffn, heads, kv_heads, layers, kinds, tied=False, llama3=False) -> None:
    rng = np.random.default_rng(seed)
    head, vocab, theta = hidden // heads, tokens(), 500000.0
    path = OUT / f"{name}.gguf"
    writer = gguf.GGUFWriter(path, arch)
    writer.add_block_count(layers)
    writer.add_context_length(64)
    writer.add_embedding_length(hidden)
    writer.add_feed_forward_length(ffn)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(theta)
    writer.add_rope_dimension_count(head)
    writer.add_vocab_size(len(vocab))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(vocab)
    writer.add_token_types([1] * 258 + [4, 4, 3, 3])
    writer.add_token_merges([f"\u0120{word[:i]} {word[i]}" for word in ANSWERS for i in range(len(word))])
    writer.add_bos_token_id(260)
    writer.add_eos_token_id(261)
    writer.add_add_bos_token(arch == "llama")
    matrix = lambda tensor, kind, rows, cols: writer.add_tensor(tensor, quantised(rng, rows, cols, kind), raw_dtype=kind)
    vector = lambda tensor, size, mean: writer.add_tensor(tensor, (rng.normal(mean, 0.1, size)).astype(np.float32))
    matrix("token_embd.weight", kinds["embd"], len(vocab), hidden)
    vector("output_norm.weight", hidden, 1)
    if not tied:
        matrix("output.weight", kinds["output"], len(vocab), hidden)
    if llama3:
        writer.add_tensor("rope_freqs.weight", rope_factors(theta, head))
    for i in range(layers):
        vector(f"blk.{i}.attn_norm.weight", hidden, 1)
        vector(f"blk.{i}.ffn_norm.weight", hidden, 1)
        for part, rows in (("q", heads * head), ("k", kv_heads * head), ("v", kv_heads * head)):
            matrix(f"blk.{i}.attn_{part}.weight", kinds["attn"], rows, hidden)
            if arch == "qwen2":
                vector(f"blk.{i}.attn_{part}.bias", rows, 0)
        matrix(f"blk.{i}.attn_output.weight", kinds["attn"], hidden, heads * head)
        matrix(f"blk.{i}.ffn_gate.weight", kinds["gate"], ffn, hidden)
        matrix(f"blk.{i}.ffn_up.weight", kinds["up"], ffn, hidden)
        matrix(f"blk.{i}.ffn_down.weight", kinds["down"], hidden, ffn)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    model = AutoModelForCausalLM.from_pretrained(OUT, gguf_file=path.name, dtype=torch.float32)
    if llama3:  # transformers does not read the factors
        config = model.config
        config.rope_parameters = dict(
            rope_type="llama3", rope_theta=theta, factor=LLAMA3_FACTOR, low_freq_factor=1.0, high_freq_factor=4.0,
            original_max_position_embeddings=8192,
        )
        config.__dict__.pop("quantization_config", None)
        scaled = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
        scaled.load_state_dict(model.state_dict())
        model = scaled
    torch.manual_seed(seed)
    ids = torch.randint(0, len(vocab), (40,))
    with torch.no_grad():
        logits = model.eval()(ids[None]).logits[0].contiguous()
    save_file({"ids": ids.to(torch.int32), "logits": logits}, OUT / f"{name}.safetensors")


def same(kind: Type) -> dict:
    return dict.fromkeys(("embd", "output", "attn", "gate", "up", "down"), kind)


OUT.mkdir(parents=True, exist_ok=True)
write("llama-q4_0", 1, "llama", "llama-bpe", 64, 96, 4, 2, 2, same(Type.Q4_0), llama3=True)
write("qwen2-q8_0", 2, "qwen2", "qwen2", 64, 96, 4, 2, 2, same(Type.Q8_0), tied=True)
# As llama.cpp mixes them: the table and the head finer than the layers.
write("llama-mixed", 3, "llama", "tekken", 256, 256, 4, 2, 1, {
    "embd": Type.Q6_K, "output": Type.Q6_K, "attn": Type.Q4_0, "gate": Type.Q4_1, "up": Type.Q8_0, "down": Type.F16,
})
