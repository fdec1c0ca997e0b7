"""Scores of the same pairs as in make_fixtures.py, by transformers, from two layers of each model at its true width.

    pip install --no-deps mxbai-rerank==0.1.6 mteb==2.26.24
    python test/oracle/profiles/make_scores.py [profile ...]        (after `npm ci`; needs torch, transformers)

All take half an hour on two cores; names renew those alone. Prompts beyond `MAX_TOKENS` are left out: their score is null.

Weights are computed (../convert/computed_weights.py). The vocabulary is folded to 4,096 rows, ids modulo that, as the widths
are what counts here; the ids themselves are compared in full by profiles.test.ts. Short pairs of Qwen3-Reranker are scored
by mteb's wrapper too, which must agree. Writes test/fixtures/profiles/scores.json.
"""
import json
import pathlib
import sys

import torch
from transformers import AutoConfig, AutoModelForCausalLM

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "convert"))
from computed_weights import weight  # noqa: E402
from make_fixtures import ROOT, cases, load_encoders, module_of, Any_  # noqa: E402

OUT = ROOT / "test/fixtures/profiles/scores.json"
CONFIGS = json.loads((ROOT / "test/fixtures/convert/configs.json").read_text())
VOCAB = 4096
NUM_LAYERS = 2
MAX_SHORT = 256
MAX_TOKENS = {"qwen3-reranker": 8192, "mxbai-rerank-base-v2": 8000, "zerank-1": 4000}
# mxbai-rerank-base-v2 is a Qwen2.5-0.5B.
MODELS = {
    "qwen3-reranker": ("qwen3-reranker-0.6b", (9693, 2152), lambda yes, no: torch.softmax(torch.stack([no, yes]), 0)[1]),
    "mxbai-rerank-base-v2": ("rank1-0.5b", (16, 15), lambda one, zero: torch.sigmoid(one - zero - 9.0 / 2)),
    "zerank-1": ("zerank-1-small", (9454,), lambda yes: torch.sigmoid(yes / 5)),
}


def build(name):
    values = {**CONFIGS[name], "num_hidden_layers": NUM_LAYERS, "vocab_size": VOCAB, "bos_token_id": None, "eos_token_id": None}
    model_type = values.pop("model_type")
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(model_type, **values)).float().eval()
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            parameter.copy_(weight(parameter_name, tuple(parameter.shape)))
    return model


def mteb_score(model, ids):
    source = module_of("mteb", "models/model_implementations/qwen3_reranker.py",
                       mteb__models__model_meta=dict(ModelMeta=Any_), mteb__types=dict(OutputDType=Any_()))
    wrapper = source.Qwen3RerankerWrapper.__new__(source.Qwen3RerankerWrapper)
    wrapper.model, wrapper.token_true_id, wrapper.token_false_id = model, *(id % VOCAB for id in MODELS["qwen3-reranker"][1])
    return wrapper.compute_logits({"input_ids": ids})[0]


def main():
    encoders = load_encoders()
    models = json.loads(OUT.read_text())["models"] if sys.argv[1:] else {}
    with torch.no_grad():
        for name, (config, answers, score) in MODELS.items():
            if name not in (sys.argv[1:] or MODELS):
                continue
            model = build(config)
            rows = []
            for query, (text, times), instruction in cases():
                ids = torch.tensor([[id % VOCAB for id in encoders[name][1](query, text * times, instruction)]])
                if ids.shape[1] > MAX_TOKENS[name]:
                    rows.append({"numTokens": ids.shape[1], "score": None})
                    continue
                logits = model(ids, logits_to_keep=1, use_cache=False).logits[0, -1].float()
                row = score(*(logits[id % VOCAB] for id in answers)).item()
                if name == "qwen3-reranker" and ids.shape[1] <= MAX_SHORT:
                    assert abs(mteb_score(model, ids) - row) < 1e-6
                rows.append({"numTokens": ids.shape[1], "score": round(row, 8)})
                print(name, len(rows), rows[-1], flush=True)
            models[name] = {"config": config, "answers": answers, "rows": rows}
            del model
            OUT.write_text(json.dumps({"vocabSize": VOCAB, "numLayers": NUM_LAYERS, "models": models}, indent=1) + "\n")


if __name__ == "__main__":
    main()
