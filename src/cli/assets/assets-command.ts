/**
 * `rank1-rerank assets`: copies the files that pages fetch at run time into a served folder, for bundlers that do not
 * emit workers and for pages without a bundler.
 */
import { copyFile, cp, mkdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Command, CommandContext } from '../command.ts';
import { modelPlace } from '../engine/model-place.ts';

const USAGE = `rank1-rerank assets [--model] <folder>

  Copies the worker, the files of ONNX Runtime and the element as one script into a folder that your server serves:

    <folder>/rank1-rerank.js                     the element, for a page without a bundler
    <folder>/rank1-rerank/worker.js              the URL for worker-url
    <folder>/rank1-rerank/onnxruntime-web/...    found by the worker itself
    <folder>/models/rank1-rerank-model/...               with --model

  Run it after each update of the package.

  --model                  the default model too: that of the package rank1-rerank-model, or RANK1_MODEL
`;

/** The ONNX Runtime builds that the worker may load: one for the CPU and, depending on the browser, two for the GPU. */
const ORT_FILES = ['', '.jspi', '.asyncify'].flatMap((build) =>
  ['mjs', 'wasm'].map((extension) => `ort-wasm-simd-threaded${build}.${extension}`),
);

export const assetsCommand: Command = {
  summary: 'copy worker and runtime into a folder that a server serves',
  usage: USAGE,
  prepare: (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { model: { type: 'boolean', default: false } },
    });
    const [folder] = positionals;
    if (!folder || positionals.length > 1)
      throw new TypeError('Name one folder to copy to, such as public/rank1.');
    return (context) => copyAssets(folder, values.model, context);
  },
};

async function copyAssets(target: string, withModel: boolean, context: CommandContext): Promise<void> {
  const { packageFolder, defaultModel } = context;
  const { resolve } = createRequire(import.meta.url);
  const ortFolder = dirname(resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
  const copies: [from: string, to: string][] = [
    [join(packageFolder, 'rank1-rerank.js'), 'rank1-rerank.js'],
    [join(packageFolder, 'rank1-rerank/worker.js'), 'rank1-rerank/worker.js'],
    ...ORT_FILES.map((file): [string, string] => [
      join(ortFolder, file),
      `rank1-rerank/onnxruntime-web/${file}`,
    ]),
  ];
  let bytes = 0;
  await mkdir(join(target, 'rank1-rerank/onnxruntime-web'), { recursive: true });
  for (const [from, to] of copies) {
    await copyFile(from, join(target, to));
    bytes += (await stat(from)).size;
  }
  console.log(`${target}: worker, runtime and element, ${(bytes / 1e6).toFixed(1)} MB`);
  if (!withModel) return;
  const { folder } = await modelPlace(defaultModel);
  if (folder === null) throw new RangeError('RANK1_MODEL is a URL; only a folder can be copied.');
  const model = join(target, 'models/rank1-rerank-model');
  await cp(folder, model, { recursive: true, dereference: true });
  console.log(`${model}: the default model`);
}
