#!/bin/sh
# One command from data to an exported, evaluated model: training/run.sh <data folder> [minutes of training]
set -e
cd "$(dirname "$0")/.."
python3 -m training.prepare --data "$1" --last 1  # tokenizer and first shard; the rest beside the training
python3 -m training.prepare --data "$1" --first 1 &
prepare=$!
python3 -m training.run --data "$1" --minutes "${2:-60}"
wait "$prepare"
python3 -m training.check training/checkpoint
python3 -m training.report --data "$1" --name final
