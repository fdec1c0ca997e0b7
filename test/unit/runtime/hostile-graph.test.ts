/** Graphs and weights that were changed, read by the loader and run by ONNX Runtime on WASM: a Rank1Error or a model. */
import { expect, test } from 'vitest';
import { convertModel } from '../../../src/convert/convert-model.ts';
import { isRank1Error } from '../../../src/base/errors.ts';
import { BlobFolder } from '../../../src/model/model-folder.ts';
import { readModelFiles } from '../../../src/model/model-files.ts';
import { ModelRuntime } from '../../../src/runtime/model-runtime.ts';
import { nodeHost } from '../../../src/runtime/node/node-host.ts';
import { changedBytes, changedGraph } from '../../fakes/hostile-graphs.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { MemoryOutput } from '../convert/support/memory-folder.ts';
import { convertOptions } from '../convert/support/options.ts';
import { SyntheticCheckpoint } from '../convert/support/synthetic-checkpoint.ts';
import { TINY_CONFIG } from '../../fakes/tiny-config.ts';

const CASES = 300;
const GRAPH = 'onnx/model_q4.onnx';
const WEIGHTS = 'onnx/model_q4.onnx_data';

type Folder = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

async function wholeFolder(): Promise<Folder> {
  const output = new MemoryOutput();
  await convertModel(new SyntheticCheckpoint(TINY_CONFIG, 'exact'), output, convertOptions());
  const empty = new TextEncoder().encode('{}');
  return new Map([...output.files, ['tokenizer.json', empty], ['tokenizer_config.json', empty]]);
}

/** The manifest lists the length that is there: whoever changes a model can change that as well. */
function withFile(folder: Folder, path: string, bytes: Uint8Array<ArrayBuffer>): Folder {
  const manifest = JSON.parse(new TextDecoder().decode(folder.get('rank1.json'))) as {
    files: Record<string, { bytes: number }>;
  };
  manifest.files[path]!.bytes = bytes.length;
  const json = new TextEncoder().encode(JSON.stringify(manifest));
  return new Map([...folder, [path, bytes], ['rank1.json', json]]);
}

/** Loads it, and takes a prefill and a decode step of two rows. @returns whether they gave tokens */
async function loadAndRun(folder: Folder): Promise<'model' | 'no run' | 'no model'> {
  let loaded = false;
  try {
    const find = (path: string) => Promise.resolve(folder.has(path) ? new Blob([folder.get(path)!]) : null);
    const files = await readModelFiles(new BlobFolder('a folder', find, false), 'q4', () => undefined);
    const runtime = await ModelRuntime.load('wasm', files, await nodeHost('wasm', 1));
    loaded = true;
    try {
      const watchedTokenIds = [3, 5];
      const runner = await runtime.createRunner({
        maxSlots: 2,
        maxLength: 16,
        maxPrefillRows: 2,
        watchedTokenIds,
      });
      const rows = [0, 1].map((slot) => ({ slot, tokenIds: Int32Array.of(1, 2, slot) }));
      const { tokenIds } = await runner.run({ kind: 'prefill', rows, numPrefixTokens: 0 });
      const next = rows.map(({ slot }) => ({ slot, tokenId: (tokenIds[slot] ?? 0) % 320, position: 3 }));
      await runner.run({ kind: 'decode', rows: next });
      await runner.dispose();
    } finally {
      await runtime.dispose();
    }
    return 'model';
  } catch (error) {
    if (!isRank1Error(error)) throw error;
    return loaded ? 'no run' : 'no model';
  }
}

test(`${CASES} changed graphs and weights give a model or a Rank1Error, and harm no model behind them`, async () => {
  const random = new SeededRandom(20_261_125);
  const whole = await wholeFolder();
  expect(await loadAndRun(whole)).toBe('model');
  const outcomes: Record<string, number> = {};
  const problems: string[] = [];
  for (let nth = 0; nth < CASES; nth++) {
    const path = nth % 4 === 0 ? WEIGHTS : GRAPH;
    const bytes = (path === GRAPH ? changedGraph : changedBytes)(whole.get(path)!, random);
    const outcome = await loadAndRun(withFile(whole, path, bytes)).catch((error: unknown) => {
      problems.push(`case ${nth}, ${path}: ${String((error as Error).stack)}`);
      return 'problem';
    });
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  expect(problems).toEqual([]);
  // All happen, or the cases would show nothing.
  for (const outcome of ['model', 'no run', 'no model'])
    expect(outcomes[outcome], outcome).toBeGreaterThan(0);
  expect(await loadAndRun(whole)).toBe('model');
});
