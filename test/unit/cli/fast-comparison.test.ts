/** The whole command, on an engine of the test's own. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parseFastArguments, runFastComparison } from '../../../src/cli/compare/fast-comparison.ts';
import { openEngine } from '../../../src/cli/engine/open-engine.ts';
import type { LoadedModel } from '../../../src/protocol/rerank-api.ts';
import { hashedEngine } from '../../fakes/hashed-engine.ts';
import { LOADED_ON_CPU } from '../../fakes/model-facts.ts';

vi.mock('../../../src/cli/engine/open-engine.ts', () => ({ openEngine: vi.fn() }));

const ON_A_GPU: LoadedModel = { ...LOADED_ON_CPU, device: 'webgpu' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rank1-fast-'));
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

it('a model that can not be fast here is refused before anything is judged or stored', async () => {
  const model = join(folder, 'model');
  mkdirSync(model);
  writeFileSync(join(model, 'rank1.json'), '{}');
  const data = join(folder, 'tea.eval.jsonl');
  const candidates = [{ docid: 'd', rank: 1, text: 'Tea is made of leaves.', grade: 1 }];
  writeFileSync(data, `${JSON.stringify({ qid: 'q', query: 'What is tea?', candidates })}\n`);
  const out = join(folder, 'out');
  const engine = hashedEngine();
  engine.load = () => Promise.resolve(ON_A_GPU);
  const rerank = vi.spyOn(engine, 'rerank');
  vi.mocked(openEngine).mockResolvedValue(engine);

  const context = { version: '0', defaultModel: null, packageFolder: '', engineThread: new URL('file:///') };
  const args = parseFastArguments(['--model', model, '--data', data, '--out', out]);
  await expect(runFastComparison(args, context, new AbortController().signal)).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringContaining('--device cpu or wasm'),
  });
  expect(rerank).not.toHaveBeenCalled();
  expect(existsSync(out)).toBe(false);
});
