/** What tells apart the runs of other models, and of the same model under other options. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineOptions, judgingOptions } from '../../../src/cli/engine/engine-options.ts';
import { fingerprintOf, loadJudgingModel } from '../../../src/cli/engine/judging-model.ts';
import type { LoadedModel } from '../../../src/protocol/rerank-api.ts';
import { hashedEngine } from '../../fakes/hashed-engine.ts';

const LOADED: LoadedModel = {
  device: 'cpu',
  deviceReason: '',
  deviceCause: { code: 'asked' },
  dtype: 'q4',
  arithmetic: 'exact',
  maxPositions: 2048,
  canReason: true,
};

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rank1-judging-'))));
afterEach(() => rmSync(folder, { recursive: true }));

async function judgingModel(flags: Parameters<typeof engineOptions>[0], loaded = LOADED) {
  const engine = { ...hashedEngine(), load: () => Promise.resolve(loaded) };
  return loadJudgingModel(engine, engineOptions(flags), null, new AbortController().signal);
}

describe('the fingerprint', () => {
  const local = (name: string, manifest: string) => {
    const model = join(folder, name);
    mkdirSync(model);
    writeFileSync(join(model, 'rank1.json'), manifest);
    return model;
  };

  it('is of the weights, how they are computed, and what a request does not have to say', async () => {
    const [model, other] = [local('a', '{"of": "a"}'), local('b', '{"of": "b"}')];
    const served = await judgingModel({ model });
    const differing = [
      fingerprintOf(served, {}),
      fingerprintOf(await judgingModel({ model: other }), {}),
      fingerprintOf(await judgingModel({ model, explainer: other }), {}),
      fingerprintOf(await judgingModel({ model }, { ...LOADED, dtype: 'fp32' }), {}),
      fingerprintOf(await judgingModel({ model }, { ...LOADED, arithmetic: 'fast' }), {}),
      fingerprintOf(served, { reasons: 'none' }),
      fingerprintOf(served, { reasons: 'all', instruction: 'i' }),
    ];
    expect(new Set(differing).size).toBe(differing.length);
    expect(fingerprintOf(await judgingModel({ model }), {})).toBe(differing[0]);
  });

  it('is the same however the same options are given, and however many documents are judged together', async () => {
    const served = await judgingModel({ model: local('a', '{}') });
    const given = (flags: Parameters<typeof judgingOptions>[0]) =>
      fingerprintOf(served, judgingOptions(flags));
    expect(given({ mode: 'instant', instruction: 'i' })).toBe(given({ reasons: 'none', instruction: 'i' }));
    expect(given({ slots: '4' })).toBe(given({}));
  });

  it('is of the model that a server has, whatever its address', async () => {
    const on = (model: string) =>
      judgingModel(
        { endpoint: 'http://gpu.test/v1' },
        { ...LOADED, device: 'remote', deviceCause: { code: 'server', host: 'gpu.test', model } },
      );
    expect((await on('rank1-7b')).name).toBe('rank1-7b');
    expect(fingerprintOf(await on('rank1-7b'), {})).not.toBe(fingerprintOf(await on('rank1-0.5b'), {}));
  });
});
