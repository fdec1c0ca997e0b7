/**
 * A trained model at full depth against transformers, token for token: SmolLM2-135M-Instruct, converted from the checkpoint
 * that test/oracle/real-weights/make_fixtures.py writes, or from its GGUF file. Its 540 MB are not in the repository, so this
 * runs by hand:
 *
 *     RANK1_TESTS=full RANK1_REAL_WEIGHTS=<folder> npx vitest run test/conformance/real-weights.full.test.ts
 *
 * `<folder>/<dtype>` is the model in that dtype; those that are not there are left out. RANK1_REAL_PROMPTS=6 takes the
 * first six of the 30 prompts. `-t "q8 on native code"` runs one case.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { Sequence } from '../../src/engine/sequence.ts';
import { DiskFolder } from '../../src/model/node/disk-folder.ts';
import type { Device } from '../../src/protocol/rerank-api.ts';
import { nodeHost } from '../../src/runtime/node/node-host.ts';
import type { RuntimeHost } from '../../src/runtime/runtime-host.ts';
import type { LoadedRuntime } from '../../src/service/rerank/loaded-runtime.ts';
import { loadRuntimeWith } from '../../workers/load-runtime.ts';
import { softwareHost } from '../webgpu-node/software-adapter.ts';

interface Fixture {
  readonly prompts: readonly { readonly text: string; readonly ids: number[] }[];
  /** by dtype; `lead`: how far the second best token was behind, at its nearest */
  readonly forms: Readonly<Record<string, readonly { readonly ids: number[]; readonly lead: number }[]>>;
}

const FIXTURE = JSON.parse(
  readFileSync(new URL('../fixtures/real-weights/smollm2-135m.json', import.meta.url), 'utf8'),
) as Fixture;
const FOLDER = process.env['RANK1_REAL_WEIGHTS'] ?? '';
const NUM_PROMPTS = Number(process.env['RANK1_REAL_PROMPTS'] ?? FIXTURE.prompts.length);
/** Two orders of summation in fp32 differ by less; where the lead is smaller, either token is right. */
const MAX_NOISE = 1e-3;

interface Place {
  readonly name: string;
  readonly device: Device;
  readonly openHost: () => Promise<RuntimeHost>;
  readonly numPrompts: number;
  readonly numNewTokens: number;
}

const PLACES: readonly Place[] = [
  {
    name: 'native code',
    device: 'cpu',
    openHost: () => nodeHost('cpu'),
    numPrompts: NUM_PROMPTS,
    numNewTokens: 64,
  },
  {
    name: 'WASM',
    device: 'wasm',
    openHost: () => nodeHost('wasm', 2),
    numPrompts: NUM_PROMPTS,
    numNewTokens: 64,
  },
  // A step of 30 layers takes many seconds where a CPU imitates the GPU.
  {
    name: 'software WebGPU',
    device: 'webgpu',
    openHost: softwareHost,
    numPrompts: Math.min(3, NUM_PROMPTS),
    numNewTokens: 8,
  },
];
// fp16 and q4f16 compute in 16 bits, which is for GPUs that have them.
const CASES = ['fp32', 'q4', 'q8']
  .filter((dtype) => existsSync(path.join(FOLDER, dtype)))
  .flatMap((dtype) => PLACES.map((place) => ({ dtype, ...place })));

test.skipIf(FOLDER === '')('there is a model to test', () => expect(CASES).not.toEqual([]));

/** Ends a run that hangs. On a busy machine a case takes longer than other tests may. */
const HANG_MS = 6 * 3_600_000;

// The weights have to be made by a script that needs Python and a download.
describe.skipIf(FOLDER === '')('SmolLM2-135M-Instruct', { timeout: HANG_MS }, () => {
  test.for(CASES)(
    '$dtype on $name decodes what transformers decodes with the same weights',
    async (place) => {
      const { dtype, device, openHost, numPrompts, numNewTokens } = place;
      const prompts = FIXTURE.prompts.slice(0, numPrompts);
      const folder = path.join(FOLDER, dtype);
      const load = loadRuntimeWith({ openFolder: () => Promise.resolve(new DiskFolder(folder)), openHost });
      const model = await load({ model: folder, dtype, device, warmUp: false }, () => undefined);
      expect(model).toMatchObject({ device, dtype, arithmetic: 'exact' });
      for (const { text, ids } of prompts) {
        const { before, after } = model.tokenizer.frame;
        expect([...before, ...model.tokenizer.encode(text), ...after]).toEqual(ids);
      }
      const decoded = await decode(
        model,
        prompts.map(({ ids }) => ids),
        numNewTokens,
      );
      const clear = decoded.flatMap((tokenIds, number) => {
        const { ids, lead } = FIXTURE.forms[dtype]![number]!;
        return lead > MAX_NOISE ? [{ number, tokenIds, expected: ids.slice(0, numNewTokens) }] : [];
      });
      for (const { number, tokenIds, expected } of clear)
        expect(tokenIds, `prompt ${number}`).toEqual(expected);
      console.log(
        `${dtype} on ${place.name}: ${clear.length} of ${prompts.length} prompts, ${numNewTokens} tokens`,
      );
      expect(clear.length).toBeGreaterThan(prompts.length * 0.8);
      await model.dispose();
    },
  );
});

async function decode(
  model: LoadedRuntime,
  prompts: readonly (readonly number[])[],
  maxNewTokens: number,
): Promise<number[][]> {
  const longest = Math.max(...prompts.map((ids) => ids.length));
  const runner = await model.createRunner({
    maxSlots: 6,
    maxLength: longest + maxNewTokens,
    maxPrefillRows: 6,
    watchedTokenIds: [0, 1],
  });
  const engine = new Engine(runner);
  const sequences = prompts.map((ids) => {
    const sequence = new Sequence({
      promptTokenIds: Int32Array.from(ids),
      maxNewTokens,
      stopCondition: { next: () => 'continue' },
    });
    engine.add(sequence);
    return sequence;
  });
  while (engine.hasWork) await engine.step();
  await runner.dispose();
  return sequences.map((sequence) => [...sequence.newTokenIds]);
}
