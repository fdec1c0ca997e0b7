"""Batched greedy decoding with a key-value cache: every figure of this project comes from here, never from teacher forcing."""
import torch
import torch.nn.functional as F

from . import quantise, tokenizer as tok_module
from .model import rms_norm

MAX_NEW = 96


def prepared(model, dtype, four_bit):
    """The weights to decode with: 4-bit rounded or as they are."""
    with torch.no_grad():
        return model.weights(dtype, quantise.dequantised if four_bit else None)


@torch.no_grad()
def forward(model, ids, w, mask, caches, start):
    """Final hidden states of the last of [B, T] new ids; positions count the left padding, which rotary attention does not notice."""
    x = F.embedding(ids, w[0])
    t = ids.shape[1]
    cos, sin = model.cos[start:start + t].to(x.dtype), model.sin[start:start + t].to(x.dtype)
    for layer, lw, (keys, values) in zip(model.layers, w[1], caches):
        x = layer(x, lw, cos, sin, mask, (keys, values, start))
    return rms_norm(x[:, -1], model.norm, model.config.rms_norm_eps)


@torch.no_grad()
def decode_batch(model, tok, prompts, w, max_new=MAX_NEW):
    """Greedy chains of a list of prompt ids; each result: tokens, verdict (or None), logit difference true - false."""
    c, b, dtype, device = model.config, len(prompts), w[0].dtype, w[0].device
    longest = max(map(len, prompts))
    ids = torch.zeros(b, longest, dtype=torch.long)
    pad = torch.zeros(b, longest + max_new, dtype=torch.bool)
    for i, p in enumerate(prompts):
        ids[i, longest - len(p):] = torch.tensor(p)
        pad[i, :longest - len(p)] = True
    ids, pad = ids.to(device), pad.to(device)
    caches = [tuple(torch.zeros(b, c.num_key_value_heads, longest + max_new, c.head_dim, dtype=dtype, device=device)
                    for _ in range(2)) for _ in model.layers]
    causal = torch.ones(longest, longest, dtype=torch.bool, device=device).tril()
    mask = causal[None, None] & ~pad[:, None, None, :longest]
    mask |= torch.eye(longest, dtype=torch.bool, device=device)  # padding rows must see something
    hidden = forward(model, ids, w, mask, caches, 0)
    true, false = (tok.encode(x).ids[0] for x in (" true", " false"))
    end, eos = tok.token_to_id(tok_module.END_THINK), tok.token_to_id(tok_module.EOS)
    out, diff, verdict = [[] for _ in prompts], [None] * b, [None] * b
    done, closing = [False] * b, [False] * b
    for step in range(max_new):
        choice = F.linear(hidden, w[0]).argmax(-1)
        # the difference in fp32 from the hidden state: bf16 logits would tie
        pairs = (hidden.float() @ (w[0][true].float() - w[0][false].float())).tolist()
        for i, token in enumerate(choice.tolist()):
            if done[i]:
                continue
            out[i].append(token)
            if closing[i]:
                diff[i] = pairs[i]
                verdict[i] = token == true if token in (true, false) else None
                done[i] = True
            elif token == eos:
                done[i] = True
            closing[i] = token == end
        if all(done) or step == max_new - 1:
            break
        at = longest + step
        hidden = forward(model, choice[:, None], w, ~pad[:, None, None, :at + 1], caches, at)
    return [{"tokens": o, "verdict": v, "diff": d if d is not None else -30.0, "ended": v is not None}
            for o, v, d in zip(out, verdict, diff)]


def decode(model, tok, prompts, four_bit=True, dtype=torch.bfloat16, batch=192, max_new=MAX_NEW):
    """Greedy chains of any number of prompts, in batches of like length."""
    w = prepared(model, dtype, four_bit)
    limit = model.config.max_position_embeddings - max_new
    prompts = [p if len(p) <= limit else p[:limit - 2] + p[-2:] for p in prompts]
    order, results = sorted(range(len(prompts)), key=lambda i: len(prompts[i])), [None] * len(prompts)
    for s in range(0, len(order), batch):
        part = order[s:s + batch]
        for i, r in zip(part, decode_batch(model, tok, [prompts[i] for i in part], w, max_new)):
            results[i] = r
    return results
