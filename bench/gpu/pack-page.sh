#!/usr/bin/env bash
# Packs what the GPU machine needs besides the browser: the built page with its plan, the models without their large
# weight files, and the two Python scripts. About 10 MB.
# usage: pack-page.sh OUT_DIR [options of `npm run bench`]     writes OUT_DIR/bench.tar.xz
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
shift
cd "$(dirname "$0")/../.."
npm run --silent bench -- --page-only --device webgpu --model shapes-0.5b "$@"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bench/models"
cp -r dist-bench-webgpu "$work/bench/site"
rm -rf "$work/bench/site/models" "$work"/bench/site/ort/ort-wasm-simd-threaded.{wasm,mjs}
cp -r dist-bench-models/shapes-0.5b "$work/bench/models/"
find "$work/bench/models/shapes-0.5b" \( -name '*.onnx_data' -o -path '*transformersjs/tokenizer*' \) -delete
[ -d dist-bench-models/demo ] && cp -r dist-bench-models/demo "$work/bench/models/"
cp bench/gpu/serve.py bench/gpu/fill_weights.py "$work/bench/"
tar -C "$work" -cJf "$out/bench.tar.xz" bench
ls -l "$out/bench.tar.xz"
