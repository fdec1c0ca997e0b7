"""The final figures of an exported folder: `python -m training.report --data <folder> --name final`."""
import argparse
import json
import os
import time

import torch

from . import decode, evaluate, examples, export

EXAMPLES = (("what causes high blood pressure",
             "High blood pressure is often caused by too much salt in the diet, obesity, or lack of exercise."),
            ("who wrote the opera Carmen",
             "Carmen is an opera in four acts. The music was written by the French composer Georges Bizet."),
            ("who wrote the opera Carmen",
             "The Nile is a major river in Africa. It flows north into the Mediterranean Sea."))


def chain(model, tok, query, passage, **options):
    """One chain as text with its logit difference."""
    r = decode.decode(model, tok, [evaluate.prompt_ids(tok, query, passage)], **options)[0]
    return {"query": query, "passage": passage, "chain": tok.decode(r["tokens"], skip_special_tokens=False),
            "logit_difference": round(r["diff"], 3)}


def main():
    """Command line."""
    a = argparse.ArgumentParser()
    a.add_argument("--data", required=True)
    a.add_argument("--checkpoint", default="training/checkpoint")
    a.add_argument("--results", default="training/results")
    a.add_argument("--name", default="final")
    a.add_argument("--queries", type=int, default=0, help="SelQA queries; 0 for all")
    a.add_argument("--sets", nargs="*", default=["selqa_dev", "dl19_top20", "held_out"])
    a.add_argument("--full-precision", action="store_true", help="weights as trained, not rounded to 4 bits")
    a.add_argument("--fp32", action="store_true", help="compute in fp32 instead of bf16")
    a = a.parse_args()
    torch.set_num_threads(min(os.cpu_count() or 1, 8))
    began = time.time()
    model, tok = export.load(a.checkpoint)
    if torch.cuda.is_available():
        model.cuda()
    options = {"four_bit": not a.full_precision, "dtype": torch.float32 if a.fp32 else torch.bfloat16}
    out = {"weights": "fp32" if a.full_precision else "4-bit", "compute": "fp32" if a.fp32 else "bf16",
           "decoding": "greedy, free running, at most 96 new tokens"}
    for name, (path, depth) in evaluate.paths(a.data).items():
        if name not in a.sets:
            continue
        out[name] = evaluate.rerank(model, tok, path, depth, a.queries if name == "selqa_dev" else None, **options)
        print(name, json.dumps(out[name]), flush=True)
    if "held_out" in a.sets:
        out["held_out"] = evaluate.held_out(model, tok, examples.Pool(a.data, held_out=True), 1000, **options)
    out["examples"] = [chain(model, tok, q, p, **options) for q, p in EXAMPLES]
    out["seconds"] = round(time.time() - began)
    os.makedirs(a.results, exist_ok=True)
    export.write_json(os.path.join(a.results, a.name + ".json"), out)
    print(json.dumps(out, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
