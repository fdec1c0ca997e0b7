"""The published model's 4-bit weights, dequantised, as a transformers folder to go on from.

    python -m training.published --state training/build        # writes <state>/published
"""
import argparse
import os
import shutil

import numpy as np
import onnx
import onnx.numpy_helper
import torch
from transformers import AutoConfig, LlamaForCausalLM

MODEL = "model"


def dequantised(codes, scales):
    """[N, K/32, 16] pairs of codes, the even input's in the low half, and [N, K/32] scales to [N, K]; code 8 is zero."""
    pairs = np.stack([codes & 15, codes >> 4], axis=-1).reshape(*codes.shape[:2], -1).astype(np.float32)
    return torch.from_numpy(((pairs - 8) * scales[..., None]).reshape(codes.shape[0], -1))


def load(folder):
    """The model of a converted folder, in float32."""
    graph = onnx.load(os.path.join(folder, "onnx", "model_q4.onnx")).graph
    stored = {t.name: onnx.numpy_helper.to_array(t, os.path.join(folder, "onnx")) for t in graph.initializer}
    config = AutoConfig.from_pretrained(folder)
    width = config.hidden_size // config.num_attention_heads
    parts = [config.num_attention_heads * width, config.num_key_value_heads * width, config.num_key_value_heads * width]
    matrix = lambda name: dequantised(stored[f"{name}.codes"], stored[f"{name}.scales"])
    vector = lambda name: torch.from_numpy(stored[f"{name}.weight"].copy())
    state = {"model.embed_tokens.weight": matrix("embed_tokens"), "model.norm.weight": vector("norm")}
    state["lm_head.weight"] = state["model.embed_tokens.weight"]
    for i in range(config.num_hidden_layers):
        ours, theirs = f"layers.{i}", f"model.layers.{i}"
        for part, weight in zip("qkv", matrix(f"{ours}.qkv_proj").split(parts)):
            state[f"{theirs}.self_attn.{part}_proj.weight"] = weight
        state[f"{theirs}.self_attn.o_proj.weight"] = matrix(f"{ours}.o_proj")
        for part in ("gate", "up", "down"):
            state[f"{theirs}.mlp.{part}_proj.weight"] = matrix(f"{ours}.{part}_proj")
        for norm in ("input_layernorm", "post_attention_layernorm"):
            state[f"{theirs}.{norm}.weight"] = vector(f"{ours}.{norm}")
    model = LlamaForCausalLM(config)
    model.load_state_dict(state)
    return model


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--state", default="training/build")
    out = os.path.join(parser.parse_args().state, "published")
    load(MODEL).save_pretrained(out)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(os.path.join(MODEL, name), out)
