#!/usr/bin/env bash
# The runs that docs/benchmarks.md reports, for an idle machine; each writes bench/reports/<name>.{json,md,svg} as it goes.
# On two idle cores without a GPU about half an hour in all. usage: bench/report-runs.sh [date]
set -uo pipefail
cd "$(dirname "$0")/.."
date=${1:-$(date +%F)}
bench() { npm run --silent bench -- "$@"; }
bench --device wasm --documents 32 --runs 3 --contenders ours,transformers,ours-1,wllama --once ours-1,wllama \
  --name "$date-wasm-32"
bench --device webgpu --documents 32 --runs 1 --max-new-tokens 4 --slots 16 --warm-up 1 --contenders ours,transformers \
  --name "$date-webgpu-32"
bench --device wasm --documents 64 --runs 1 --max-new-tokens 48 --slots 1,2,4,8,16,32,64 --contenders ours \
  --name "$date-wasm-slots"
bench --device wasm --documents 100,1000 --runs 2 --max-new-tokens 16 --contenders ours --name "$date-wasm-linear"
bench --device wasm --documents 32 --runs 3 --contenders ours,ours-no-prefix,ours-no-lead --name "$date-wasm-features"
