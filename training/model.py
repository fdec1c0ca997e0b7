"""The model in plain torch: the same maths as transformers' Qwen2ForCausalLM, laid out for a fast CPU.

Differences are of layout only: q, k, v are one matrix, gate and up are one matrix, and the vocabulary is only
multiplied at the positions that carry a loss. `hf_state_dict` gives the names of Qwen2; check.py shows parity.
Weights are kept in fp32 and used in bf16, which is what the matrix units of newer CPUs (AMX) and GPUs need.
"""
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class Config:
    """The Qwen2 hyperparameters; every linear input is a multiple of 32, the block of the 4-bit format."""
    vocab_size: int = 16384
    hidden_size: int = 384
    intermediate_size: int = 1024
    num_hidden_layers: int = 4
    num_attention_heads: int = 6
    num_key_value_heads: int = 3
    max_position_embeddings: int = 2048
    rope_theta: float = 1e6
    rms_norm_eps: float = 1e-6

    @property
    def head_dim(self):
        return self.hidden_size // self.num_attention_heads

    def to_dict(self):
        return asdict(self)


def rope_table(config, length):
    """cos and sin of shape [length, head_dim], rotate-half layout."""
    half = config.head_dim // 2
    freq = config.rope_theta ** (-torch.arange(half, dtype=torch.float32) / half)
    angle = torch.arange(length, dtype=torch.float32)[:, None] * freq
    return torch.cat([angle.cos()] * 2, -1), torch.cat([angle.sin()] * 2, -1)


def rotate(x, cos, sin):
    """Rotary position embedding (rotate-half) on [..., length, head_dim]."""
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat([-b, a], -1) * sin


def rms_norm(x, weight, eps):
    """RMSNorm in fp32, result in the type of x."""
    return F.rms_norm(x.float(), (x.shape[-1],), weight, eps).to(x.dtype)


def attend(q, k, v, mask):
    """Causal attention; two plain products, which on a CPU in bf16 compile to less time than the fused kernel."""
    if q.is_cuda or not q.requires_grad:
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None)
    if mask is None:
        mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).tril()
    scores = torch.matmul(q, k.transpose(-1, -2)) * q.shape[-1] ** -0.5
    return torch.matmul(torch.softmax(scores.masked_fill(~mask, float("-inf")), -1), v)


class Layer(nn.Module):
    """One decoder layer."""

    def __init__(self, c):
        super().__init__()
        self.c = c
        self.q_out, self.kv_out = c.num_attention_heads * c.head_dim, c.num_key_value_heads * c.head_dim
        self.norm1 = nn.Parameter(torch.ones(c.hidden_size))
        self.norm2 = nn.Parameter(torch.ones(c.hidden_size))
        self.wqkv = nn.Parameter(torch.empty(self.q_out + 2 * self.kv_out, c.hidden_size))
        self.bqkv = nn.Parameter(torch.zeros(self.q_out + 2 * self.kv_out))
        self.wo = nn.Parameter(torch.empty(c.hidden_size, self.q_out))
        self.wgu = nn.Parameter(torch.empty(2 * c.intermediate_size, c.hidden_size))
        self.wd = nn.Parameter(torch.empty(c.hidden_size, c.intermediate_size))

    def forward(self, x, w, cos, sin, mask=None, cache=None):
        """x [B, T, D]; w: this layer's matrices in the compute type; cache: (keys, values, start) to decode."""
        c, (b, t, _) = self.c, x.shape
        h = F.linear(rms_norm(x, self.norm1, c.rms_norm_eps), w["wqkv"], w["bqkv"])
        q, k, v = h.split([self.q_out, self.kv_out, self.kv_out], -1)
        q = q.view(b, t, c.num_attention_heads, c.head_dim).transpose(1, 2)
        k = k.view(b, t, c.num_key_value_heads, c.head_dim).transpose(1, 2)
        v = v.view(b, t, c.num_key_value_heads, c.head_dim).transpose(1, 2)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        if cache is not None:
            keys, values, start = cache
            keys[:, :, start:start + t], values[:, :, start:start + t] = k, v
            k, v = keys[:, :, :start + t], values[:, :, :start + t]
        groups = c.num_attention_heads // c.num_key_value_heads
        if cache is not None and t == 1:  # decoding: a group's heads are the rows of one query, nothing is copied
            o = F.scaled_dot_product_attention(q.reshape(b, -1, groups, c.head_dim), k, v, attn_mask=mask)
            o = o.reshape(b, -1, 1, c.head_dim)
        else:
            o = attend(q, k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1), mask)
        x = x + F.linear(o.transpose(1, 2).reshape(b, t, self.q_out), w["wo"])
        gate, up = F.linear(rms_norm(x, self.norm2, c.rms_norm_eps), w["wgu"]).chunk(2, -1)
        return x + F.linear(F.silu(gate) * up, w["wd"])


class Model(nn.Module):
    """Qwen2 decoder with tied embeddings."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embed = nn.Parameter(torch.empty(config.vocab_size, config.hidden_size))
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))
        self.norm = nn.Parameter(torch.ones(config.hidden_size))
        cos, sin = rope_table(config, config.max_position_embeddings)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def weights(self, dtype=torch.bfloat16, quantise=None):
        """Matrices in the compute type, through `quantise` (straight-through 4-bit) when given: (embed, layers)."""
        q = quantise or (lambda m: m)
        return q(self.embed).to(dtype), [
            {"wqkv": q(m.wqkv).to(dtype), "bqkv": m.bqkv.to(dtype), "wo": q(m.wo).to(dtype),
             "wgu": q(m.wgu).to(dtype), "wd": q(m.wd).to(dtype)} for m in self.layers]

    def hidden(self, ids, w):
        """Final hidden states of right-padded [B, T] ids: causal attention never sees the padding."""
        embed, layers = w
        x = F.embedding(ids, embed)
        cos, sin = self.cos[:ids.shape[1]].to(x.dtype), self.sin[:ids.shape[1]].to(x.dtype)
        for layer, lw in zip(self.layers, layers):
            x = layer(x, lw, cos, sin)
        return rms_norm(x, self.norm, self.config.rms_norm_eps)

    def logits(self, hidden, w):
        """Logits over the vocabulary (the tied embedding)."""
        return F.linear(hidden, w[0])

    def hf_state_dict(self):
        """The weights under the names of transformers' Qwen2ForCausalLM, fp32."""
        out = {"model.embed_tokens.weight": self.embed, "model.norm.weight": self.norm}
        for i, m in enumerate(self.layers):
            p = f"model.layers.{i}."
            for part, start, end in (("q", 0, m.q_out), ("k", m.q_out, m.q_out + m.kv_out),
                                     ("v", m.q_out + m.kv_out, m.q_out + 2 * m.kv_out)):
                out[p + f"self_attn.{part}_proj.weight"] = m.wqkv[start:end]
                out[p + f"self_attn.{part}_proj.bias"] = m.bqkv[start:end]
            gate, up = m.wgu.chunk(2, 0)
            out.update({p + "self_attn.o_proj.weight": m.wo, p + "mlp.gate_proj.weight": gate,
                        p + "mlp.up_proj.weight": up, p + "mlp.down_proj.weight": m.wd,
                        p + "input_layernorm.weight": m.norm1, p + "post_attention_layernorm.weight": m.norm2})
        return {k: v.detach().float().cpu().contiguous().clone() for k, v in out.items()}
