"""The mean of two checkpoints' weights, as a transformers folder.

    python -m training.mean --state training/build published fourth/checkpoint --share 0.4 --out mean

Two runs that start near each other keep what both learned (Wortsman et al. 2022, "Model soups", arXiv 2203.05482).
"""
import argparse
import os
import shutil

import torch
from transformers import AutoModelForCausalLM


def mean(first, second, share):
    """The first model with `share` of the second one's weights; biases and norms too."""
    result, other = (AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32) for folder in (first, second))
    weights = dict(other.named_parameters())
    with torch.no_grad():
        for name, weight in result.named_parameters():
            weight.mul_(1 - share).add_(weights[name], alpha=share)
    return result


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--share", type=float, required=True, help="of the second one, from 0 to 1")
    parser.add_argument("--out", required=True)
    parser.add_argument("--state", default="training/build")
    args = parser.parse_args()
    first, second, out = (os.path.join(args.state, name) for name in (args.first, args.second, args.out))
    mean(first, second, args.share).save_pretrained(out)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(os.path.join(first, name), out)
