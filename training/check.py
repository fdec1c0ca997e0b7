"""Self checks: parity with transformers, the 4-bit grid, the tokenizer. Run `python -m training.check <folder>`."""
import sys

import torch

from . import export, quantise, tokenizer as tok_module


def check_parity(folder):
    """Our fp32 logits equal those of Qwen2ForCausalLM."""
    from transformers import AutoModelForCausalLM, AutoTokenizer
    model, tok = export.load(folder)
    hf = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    text = tok_module.TEMPLATE.format(query="who wrote it?", passage="It was written by Ann in 1912. " * 9)
    ids = torch.tensor([tok.encode(text).ids])
    assert AutoTokenizer.from_pretrained(folder)(text)["input_ids"] == ids[0].tolist(), "tokenizers differ"
    with torch.no_grad():
        w = model.weights(torch.float32)
        ours, theirs = model.logits(model.hidden(ids, w), w), hf(ids).logits
    gap = (ours - theirs).abs().max().item()
    assert gap < 1e-3 * max(1.0, theirs.abs().max().item()), gap
    print(f"parity: largest logit gap {gap:.2e} over {ids.shape[1]} positions")


def check_grid():
    """Rounding twice changes nothing; the largest element is exact; a zero block stays zero."""
    w = torch.randn(64, 96, generator=torch.Generator().manual_seed(0))
    w[0, :32] = 0
    d = quantise.dequantised(w)
    assert torch.allclose(quantise.dequantised(d), d, atol=1e-6) and d[0, :32].abs().sum() == 0
    b = w.reshape(-1, 32)
    i = b.abs().argmax(1, keepdim=True)
    assert torch.allclose(b.gather(1, i), d.reshape(-1, 32).gather(1, i), atol=1e-6)
    print("4-bit grid: ok")


def check_tokenizer(folder):
    """The answers are one token each, and the think marks survive decoding."""
    tok = tok_module.load(folder)
    for word in (" true", " false", tok_module.THINK, tok_module.END_THINK):
        assert len(tok.encode(word).ids) == 1, word
    text = "a <think> b\n</think> true"
    assert tok.decode(tok.encode(text).ids, skip_special_tokens=True) == text
    print("tokenizer: ok")


if __name__ == "__main__":
    check_grid()
    check_tokenizer(sys.argv[1])
    check_parity(sys.argv[1])
