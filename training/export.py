"""Write a model as a transformers folder (safetensors, fp32: the converter's rounding then equals the evaluated one)."""
import json
import os
import shutil
import tempfile

from safetensors.torch import load_file, save_file

from . import tokenizer as tok_module
from .model import Config, Model


def hf_config(config, tok):
    """config.json of Qwen2ForCausalLM."""
    eos = tok.token_to_id(tok_module.EOS)
    return {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", **config.to_dict(), "hidden_act": "silu",
            "attention_dropout": 0.0, "initializer_range": 0.02, "use_cache": True, "use_sliding_window": False,
            "sliding_window": None, "max_window_layers": config.num_hidden_layers, "tie_word_embeddings": True,
            "bos_token_id": None, "eos_token_id": eos, "pad_token_id": eos, "torch_dtype": "float32"}


def write_json(path, value):
    """Indented JSON with a final newline."""
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f, indent=2, ensure_ascii=False)
        f.write("\n")


def export(model, tok, folder):
    """Write beside `folder` first and swap at the end, so that a reader never meets half a model."""
    parent = os.path.dirname(os.path.abspath(folder))
    os.makedirs(parent, exist_ok=True)
    tmp = tempfile.mkdtemp(prefix=".export-", dir=parent)
    os.chmod(tmp, 0o755)
    tok_module.save(tok, tmp)
    write_json(os.path.join(tmp, "config.json"), hf_config(model.config, tok))
    eos = tok.token_to_id(tok_module.EOS)
    write_json(os.path.join(tmp, "generation_config.json"), {"do_sample": False, "eos_token_id": eos, "pad_token_id": eos})
    save_file(model.hf_state_dict(), os.path.join(tmp, "model.safetensors"), metadata={"format": "pt"})
    os.chmod(os.path.join(tmp, "model.safetensors"), 0o644)
    old = folder + ".old"
    shutil.rmtree(old, ignore_errors=True)
    if os.path.exists(folder):
        os.rename(folder, old)
    os.rename(tmp, folder)
    shutil.rmtree(old, ignore_errors=True)


def load(folder):
    """An exported folder as (model, tokenizer)."""
    import torch
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as f:
        raw = json.load(f)
    model = Model(Config(**{k: raw[k] for k in Config.__dataclass_fields__}))
    state = load_file(os.path.join(folder, "model.safetensors"))
    with torch.no_grad():
        for name, value in model_views(model).items():
            value.copy_(state[name])
    return model, tok_module.load(folder)


def model_views(model):
    """The HF names as views into the model's own parameters, to load in place."""
    out = {"model.embed_tokens.weight": model.embed.data, "model.norm.weight": model.norm.data}
    for i, m in enumerate(model.layers):
        p, a, b = f"model.layers.{i}.", m.q_out, m.q_out + m.kv_out
        for part, sl in (("q", slice(0, a)), ("k", slice(a, b)), ("v", slice(b, None))):
            out[p + f"self_attn.{part}_proj.weight"] = m.wqkv.data[sl]
            out[p + f"self_attn.{part}_proj.bias"] = m.bqkv.data[sl]
        f = model.config.intermediate_size
        out.update({p + "self_attn.o_proj.weight": m.wo.data, p + "mlp.gate_proj.weight": m.wgu.data[:f],
                    p + "mlp.up_proj.weight": m.wgu.data[f:], p + "mlp.down_proj.weight": m.wd.data,
                    p + "input_layernorm.weight": m.norm1.data, p + "post_attention_layernorm.weight": m.norm2.data})
    return out
