/** What tells apart the runs of other models, and of the same model under other options. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineOptions, judgingOptions } from '../../../src/cli/engine/engine-options.ts';
import { asLoaded, fingerprintOf, loadJudgingModel } from '../../../src/cli/engine/judging-model.ts';
import { hashedEngine } from '../../fakes/hashed-engine.ts';
import { LOADED_ON_CPU as LOADED } from '../../fakes/model-facts.ts';

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

  it('is another one once a device was replaced, or a server has another model', async () => {
    const [gpu, cpu] = [{ ...LOADED, device: 'webgpu', dtype: 'q4f16' }, LOADED] as const;
    const model = local('a', '{}');
    const begun = await judgingModel({ model }, gpu);
    expect(asLoaded(begun, gpu)).toEqual(begun);
    expect(asLoaded(begun, cpu)).toEqual(await judgingModel({ model }, cpu));
    const server = { code: 'server', host: 'gpu.test', model: 'rank1-7b' } as const;
    expect(asLoaded(begun, { ...LOADED, deviceCause: server }).name).toBe('rank1-7b');
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
