#!/usr/bin/env bash
# Packs what `bench/engines.mjs` and `doctor` need on an x86-64 Linux machine with a GPU and its Vulkan driver, but without
# Node, packages or a network: this machine's Node, the package as it is published, Dawn and native code.
# usage: pack-node.sh OUT_DIR      writes OUT_DIR/node.part.aa, .ab, ... of at most 45 MB each
# On the other machine: cat node.part.* | tar xJ, then see README.md beside this script.
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" >/dev/null
mkdir -p "$work/rank1/bin"
version() { node -p "'$1@' + require('./package.json').devDependencies['$1']"; }
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work/rank1" "$work"/rank1-rerank-*.tgz \
  "$(version onnxruntime-node)" "$(version webgpu)"
# Of the binaries only this system's.
find "$work"/rank1/node_modules/{onnxruntime-node/bin/napi-v*,webgpu/dist} -mindepth 1 -maxdepth 1 \
  ! -name 'linux*' -exec rm -rf {} +
rm -rf "$work"/rank1/node_modules/{onnxruntime-node/bin/napi-v*/linux/arm64,webgpu/dist/linux-arm64}
cp "$(command -v node)" "$work/rank1/bin/node"
cp bench/engines.mjs "$work/rank1/"
mkdir -p "$work/rank1/test/fixtures/hundred-pairs"
cp test/fixtures/hundred-pairs/pairs.jsonl "$work/rank1/test/fixtures/hundred-pairs/"
rm -f "$out"/node.part.*
tar -C "$work" -c rank1 | xz -3 -T0 | split -b 45m - "$out/node.part."
ls -l "$out"
