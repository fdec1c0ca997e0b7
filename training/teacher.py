"""Sentence embeddings of all-MiniLM-L6-v2: mean over tokens, unit length."""
import torch
from transformers import AutoModel, AutoTokenizer


class Teacher:
    def __init__(self, folder):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()

    @torch.no_grad()
    def embed(self, texts, max_tokens=256, batch=64, is_exact=False):
        """(len(texts), 384), unit vectors, in the order given; products in bf16, or in fp32 if `is_exact`."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        out = torch.zeros(len(texts), 384)
        for start in range(0, len(order), batch):
            at = order[start:start + batch]
            e = self.tokenizer([texts[i] for i in at], padding=True, truncation=True, max_length=max_tokens, return_tensors="pt")
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=not is_exact):
                hidden = self.model(**e).last_hidden_state.float()
            kept = e.attention_mask[..., None].float()
            out[torch.tensor(at)] = torch.nn.functional.normalize((hidden * kept).sum(1) / kept.sum(1), dim=-1)
        return out
