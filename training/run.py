"""The whole training by one command, resumable: base, teacher, groups, the phases below, and the converted model.

    python -m training.run --data <data folder>

Every phase goes on from the last whole checkpoint, so the command can be stopped and given again.
"""
import argparse
import json
import os
import subprocess
import sys

# name of the run: where it starts, its shards (first, last, groups, pool, groups from templates), arguments of train,
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
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--state", default="training/build")
    args = parser.parse_args()

    def step(module, *more):
        subprocess.run([sys.executable, "-m", f"training.{module}", "--state", args.state, *map(str, more)], check=True)

    if not os.path.exists(os.path.join(args.state, "e5", "config.json")):
        step("base")
    step("check")
    for name, (start, (first, last, groups, pool, templates), more, parts) in RUNS.items():
        if not os.path.exists(os.path.join(args.state, start)):
            step("published")
        shards, run = f"data-{name}", os.path.join(args.state, name)
        os.makedirs(os.path.join(args.state, shards), exist_ok=True)
        first += len(os.listdir(os.path.join(args.state, shards)))
        if first < last:
            step("groups", "--data", args.data, "--out", shards, "--first", first, "--last", last, "--groups", groups, "--pool", pool, "--templates", templates)
        os.makedirs(run, exist_ok=True)
        for last_step, settings in parts:
            with open(os.path.join(run, "settings.json"), "w", encoding="utf-8") as f:
                json.dump(settings, f)
            step("train", "--run", name, "--base", start, "--data", shards, "--max-steps", last_step, *more)
        subprocess.run(["npm", "run", "build:model", "--", os.path.join(run, "checkpoint")], check=True)


if __name__ == "__main__":
    main()
