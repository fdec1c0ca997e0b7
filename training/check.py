"""Self checks that need only the base: python -m training.check --state training/build"""
import argparse
import os
import random
import tempfile

import torch
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from . import data
from .chain import chain_of, quote
from .evaluate import ndcg, quotes
from .forms import Forms, chain_prompt, instant_prompt
from .groups import clip
from .mean import mean
from .quantise import dequantised, int8_rows
from .reference import bm25_order, sort_by
from .templates import made_group
from .train import tensors

TEXT = 'The bridge was opened to traffic in 1894, after six years of work; it was "closed for works" until 2003. Nobody has counted its bolts.'


def check_prompt(forms):
    """Shared and separate parts give the tokens of the whole text, in both modes."""
    group = {"query": "when was the bridge built", "items": [[TEXT, 1, "", 0.5, ""], [TEXT[:60], 0, "", 0.1, ""]]}
    for is_chain in (False, True):
        prefix, items = forms.group(group, is_chain, 512)
        for (text, label, *_), (ids, *_) in zip(group["items"], items):
            q = group["query"]
            whole = f"{chain_prompt(q, text)}{chain_of(q, text)}\n</think>" if is_chain else instant_prompt(q, text)
            assert prefix + ids == forms.encode(whole + (" true" if label else " false"))


def check_packing():
    """A passage in a packed row gets the hidden state it gets alone."""
    torch.manual_seed(0)
    config = LlamaConfig(vocab_size=99, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2)
    model, rng = LlamaForCausalLM(config).eval(), random.Random(0)
    draw = lambda n: [rng.randrange(99) for _ in range(n)]
    groups = [(draw(7), [(draw(n), 1, 1, 0.0) for n in (9, 5, 8)]), (draw(4), [(draw(6), 1, 0, 0.0)])]
    ids, position, mask, verdict, *_ = tensors([(0, 0, *groups[0], False, 0, None), (0, 29, *groups[1], False, 1, None)], 1, 48)
    with torch.no_grad():
        packed = model(input_ids=ids, attention_mask=mask.float(), position_ids=position).logits[0]
        n = 0
        for prefix, items in groups:
            for tokens, *_ in items:
                alone = model(input_ids=torch.tensor([prefix + tokens])).logits[0, -2]
                assert (alone - packed[verdict[n, 1]]).abs().max() < 1e-4
                n += 1


def check_grid():
    """Rounding twice changes nothing, and no block has more than sixteen values."""
    w = dequantised(torch.randn(64, 96))
    assert (dequantised(w) - w).abs().max() < 1e-6
    assert all(b.unique().numel() <= 16 for b in w.reshape(-1, 32))


def check_int8_rows():
    """A row has its largest magnitude whole, no more than 255 values, and the gradient of the identity."""
    x = torch.randn(8, 576, requires_grad=True)
    y = int8_rows(x)
    assert (y.abs().amax(1) - x.abs().amax(1)).abs().max() < 1e-5
    assert all(row.unique().numel() <= 255 for row in y.detach())
    y.sum().backward()
    assert (x.grad == 1).all()


def check_templates():
    """A group has a positive first, its answer in it, and negatives of other texts."""
    rng, seen = random.Random(0), set()
    for _ in range(2000):
        group = made_group(rng)
        (text, label, answer, _), *others = group["items"]
        assert label == 1 and answer in text and any(not y for _, y, _, _ in others)
        assert len({t for t, *_ in group["items"]}) == len(group["items"])
        seen.add((group["query"], text))
    assert len(seen) > 1500


def check_orders():
    """Orders hold every candidate once, best first, and ties keep the given order."""
    assert sort_by([0.1, 0.5, 0.5, 0.2]) == [1, 2, 3, 0]
    assert bm25_order("zebra crossing", ["grey bridge", "old crossing", "zebra crossing", "no word of it"]) == [2, 1, 0, 3]
    assert bm25_order("", ["one", "two"]) == [0, 1]


def check_quotes():
    """Quotes are the passage's own words, of bounded length, and are counted as such."""
    for query in ("when was the bridge opened", "how many bolts", "", "zebra"):
        assert quote(query, TEXT) in TEXT and len(quote(query, TEXT).split()) <= 16
    assert quotes(' The passage says "opened to traffic".\n</think>', TEXT) == (1, 1)
    assert quotes(' The passage says "opened in 1899".\n</think>', TEXT) == (1, 0)
    assert quotes(chain_of("when was the bridge opened", TEXT) + "\n</think>", TEXT)[1] == 1


def check_definitions():
    """Only a passage that begins with a term and what it is asks for that term."""
    row = lambda passage: {"source": "qed", "group": "g", "question": "q", "answer": "", "passage": passage}
    found = data.definitions([row("A pion (or pi meson) is any of three particles."), row("Ada Roe (born 1961) is a pilot."), row("It is a bird."), row("In 1894 it was a bridge.")])
    assert [(r["question"], r["term"]) for r in found] == [("what is pion", "pion"), ("who is Ada Roe", "ada roe")]
    assert all(r["passage"].startswith(r["answer"]) for r in found)


def check_mean():
    """Every weight is the weighted mean, norms and the tied output matrix too."""
    size = LlamaConfig(vocab_size=8, hidden_size=4, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1, tie_word_embeddings=True)
    with tempfile.TemporaryDirectory() as folder:
        models = [LlamaForCausalLM(size) for _ in range(2)]
        with torch.no_grad():
            for value, (name, model) in enumerate(zip("ab", models)):
                for weight in model.parameters():
                    weight.fill_(value)
                model.save_pretrained(os.path.join(folder, name))
        found = mean(os.path.join(folder, "a"), os.path.join(folder, "b"), 0.25)
    assert all(torch.allclose(weight, torch.tensor(0.25)) for weight in found.state_dict().values())


def check_figures():
    assert ndcg([3, 2, 0], [3, 2, 0]) == 1 and abs(ndcg([0, 1], [1]) - 0.6309) < 1e-4
    assert "1894" in clip(TEXT, "1894", random.Random(0), 8)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", default="training/build")
    forms = Forms(AutoTokenizer.from_pretrained(os.path.join(parser.parse_args().state, "base")))
    checks = [lambda: check_prompt(forms), check_packing, check_grid, check_int8_rows, check_templates, check_orders, check_quotes, check_definitions, check_mean, check_figures]
    for check in checks:
        check()  # an assertion that fails ends it here
    print(f"{len(checks)} passed, 0 failed")
