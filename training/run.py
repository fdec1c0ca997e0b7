"""The whole training by one command, resumable: base, teacher, groups, the phases below, and the converted model.

    python -m training.run --data <data folder>

Every phase goes on from the last whole checkpoint, so the command can be stopped and given again.
"""
import argparse
import json
import os
import subprocess
import sys

# (last step, settings). The second phase trains on the 4-bit grid; the last 110 steps of it lower the rate.
PHASES = [
    (1570, {"rate": 1.2e-4, "chain": 0.4}),
    (1885, {"rate": 8e-5, "chain": 0.65, "quantised": 1, "language": 2.5, "unanswered": 0.25, "positive": 0.7, "decay_from": 1775, "decay_steps": 110}),
]
SHARDS, GROUPS, POOL = 9, 4000, 9000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--state", default="training/build")
    args = parser.parse_args()

    def step(module, *more):
        subprocess.run([sys.executable, "-m", f"training.{module}", "--state", args.state, *more], check=True)

    if not os.path.exists(os.path.join(args.state, "base", "config.json")):
        step("base")
    step("check")
    folder = os.path.join(args.state, "data")
    made = len(os.listdir(folder)) if os.path.exists(folder) else 0
    if made < SHARDS:
        step("groups", "--data", args.data, "--first", str(made), "--last", str(SHARDS), "--groups", str(GROUPS), "--pool", str(POOL))
    run = os.path.join(args.state, "run")
    os.makedirs(run, exist_ok=True)
    for last, settings in PHASES:
        with open(os.path.join(run, "settings.json"), "w", encoding="utf-8") as f:
            json.dump(settings, f)
        step("train", "--max-steps", str(last))
    subprocess.run(["npm", "run", "build:model", "--", os.path.join(run, "checkpoint")], check=True)


if __name__ == "__main__":
    main()
