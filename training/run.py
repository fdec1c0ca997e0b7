"""The whole training by one command, resumable: base, teacher, groups, the phases below, and the converted model.

    python -m training.run --data <data folder>

Every phase goes on from the last whole checkpoint, so the command can be stopped and given again.
"""
import argparse
import json
import os
import subprocess
import sys

# name of the run: where it starts, its shards (first, last, groups, pool, groups from templates, other arguments), arguments of train,
# and its parts: (last step, settings)
RUNS = {
    # The second part trains on the 4-bit grid; its last 110 steps lower the rate.
    "run": ("base", (0, 9, 4000, 9000, 0), [], [
        (1570, {"rate": 1.2e-4, "chain": 0.4}),
        (1885, {"rate": 8e-5, "chain": 0.65, "quantised": 1, "language": 2.5, "unanswered": 0.25, "positive": 0.7, "decay_from": 1775, "decay_steps": 110}),
    ]),
    # Goes on from the 4-bit weights, as `fast` arithmetic rounds activations, with what templates add.
    "second": ("published", (20, 23, 2400, 6000, 700), ["--rows", "10", "--length", "400", "--frozen", "10", "--fast"], [
        (430, {"rate": 1e-4, "warmup": 20, "chain": 0.45, "chain_tokens": 0.5, "quantised": 1, "language": 2.0, "unanswered": 0.2, "positive": 0.8,
               "distil": 0.5, "temperature": 0.06, "decay_from": 250, "decay_steps": 180}),
    ]),
    # All layers, and passages that define a term.
    "fourth": ("start-of-fourth", (24, 26, 3400, 7000, 600), ["--rows", "10", "--length", "400", "--fast"], [
        (560, {"rate": 1e-4, "warmup": 20, "chain": 0.45, "chain_tokens": 0.5, "quantised": 1, "language": 2.0, "unanswered": 0.22, "positive": 0.65,
               "distil": 0.5, "temperature": 0.06, "decay_from": 380, "decay_steps": 180}),
    ]),
    # Lists as long as a search returns them, whose order is mostly the teacher's.
    "fifth": ("start-of-fifth", (30, 31, 6500, 13000, 500, "--lists", 0.75, "--max-words", 75), ["--rows", "12", "--length", "320", "--fast"], [
        (1230, {"rate": 1e-4, "warmup": 30, "chain": 0.25, "chain_tokens": 0.5, "quantised": 1, "language": 2.0, "unanswered": 0.2, "positive": 0.65,
                "distil": 0.4, "temperature": 0.06, "decay_from": 900, "decay_steps": 330}),
    ]),
}
# name of the mean: two checkpoints, and the share of the second
MEANS = {"start-of-fourth": ("second/checkpoint", "published", 0.5), "start-of-fifth": ("fourth/checkpoint", "published", 0.6)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--state", default="training/build")
    args = parser.parse_args()

    def has(name):
        return os.path.exists(os.path.join(args.state, name, "tokenizer_config.json"))  # written last

    def step(module, *more):
        subprocess.run([sys.executable, "-m", f"training.{module}", "--state", args.state, *map(str, more)], check=True)

    def train(name, start, shards, more, parts):
        data, run = f"data-{name}", os.path.join(args.state, name)
        os.makedirs(os.path.join(args.state, data), exist_ok=True)
        first, last, groups, pool, templates, *others = shards
        first += len(os.listdir(os.path.join(args.state, data)))
        if first < last:
            step("groups", "--data", args.data, "--out", data, "--first", first, "--last", last, "--groups", groups, "--pool", pool, "--templates", templates, *others)
        os.makedirs(run, exist_ok=True)
        for last_step, settings in parts:
            with open(os.path.join(run, "settings.json"), "w", encoding="utf-8") as f:
                json.dump(settings, f)
            step("train", "--run", name, "--base", start, "--data", data, "--max-steps", last_step, *more)

    def average(name):
        if not has(name):
            first, second, share = MEANS[name]
            step("mean", first, second, "--share", share, "--out", name)

    def build(checkpoint):
        subprocess.run(["npm", "run", "build:model", "--", os.path.join(args.state, checkpoint)], check=True)

    if not has("e5"):
        step("base")
    step("check")
    train("run", *RUNS["run"])
    if not has("published"):
        build("run/checkpoint")
        step("published")
    for name in ("second", "fourth", "fifth"):
        if RUNS[name][0] in MEANS:
            average(RUNS[name][0])
        train(name, *RUNS[name])
        build(f"{name}/checkpoint")


if __name__ == "__main__":
    main()
