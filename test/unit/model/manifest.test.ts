import { describe, expect, test } from 'vitest';
import { isRank1Error, type Rank1Error } from '../../../src/base/errors.ts';
import { parseManifest } from '../../../src/model/manifest.ts';
import { breakJson } from '../../fakes/hostile-json.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { RANK1_PROFILE } from '../../../src/model/scoring-profile.ts';

const SHA = 'a'.repeat(64);
const MANIFEST = {
  version: 1,
  models: {
    q4: {
      onnx: 'onnx/model_q4.onnx',
      externalData: ['onnx/model_q4.onnx_data', 'onnx/model_q4.onnx_data_1'],
      layout: 'rank1',
      kvDtype: 'float32',
      maxPositions: 2048,
    },
    q4f16: {
      onnx: 'onnx/model_q4.onnx',
      externalData: [],
      layout: 'transformersjs',
      kvDtype: 'float16',
      maxPositions: 2,
    },
  },
  files: {
    'config.json': { bytes: 0, sha256: SHA },
    'onnx/model_q4.onnx': { bytes: 10, sha256: SHA },
    'onnx/model_q4.onnx_data': { bytes: 20, sha256: SHA },
    'onnx/model_q4.onnx_data_1': { bytes: 30, sha256: SHA },
  },
  profile: RANK1_PROFILE,
  defaultMaxNewTokens: 300,
};

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The manifest with the value at a path, keys parted by spaces, replaced. */
function withValue(path: string, value: unknown): unknown {
  const copy = structuredClone(MANIFEST) as Record<string, unknown>;
  const keys = path.split(' ');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy);
  Object.defineProperty(parent, last, { value, enumerable: true, configurable: true, writable: true });
  return copy;
}

describe('parseManifest', () => {
  test('reads what the converter writes, and ignores what it does not know', () => {
    const parsed = parseManifest({ ...MANIFEST, source: { name: 'x' }, architecture: 'Qwen2ForCausalLM' });
    expect(structuredClone({ ...parsed, models: { ...parsed.models }, files: { ...parsed.files } })).toEqual(
      MANIFEST,
    );
  });

  test('a folder that names no profile follows rank1, and one that cannot be read is refused', () => {
    expect(parseManifest(withValue('profile', undefined)).profile).toBe(RANK1_PROFILE);
    const error = thrownBy(() => parseManifest(withValue('profile chain', 'maybe')));
    expect(error).toMatchObject({ code: 'model-corrupt', message: expect.stringContaining('chain') });
  });

  test('leaves the number of new tokens to the engine when it names none', () => {
    expect(parseManifest(withValue('defaultMaxNewTokens', undefined)).defaultMaxNewTokens).toBeUndefined();
  });

  test.each([
    ['version', 2],
    ['version', '1'],
    ['version', undefined],
    ['models', {}],
    ['models', []],
    ['models', null],
    ['models q4 onnx', 'onnx/other.onnx'],
    ['models q4 onnx', 'toString'],
    ['models q4 onnx', 7],
    ['models q4 externalData', 'onnx/model_q4.onnx_data'],
    ['models q4 externalData', ['onnx/missing']],
    ['models q4 externalData', [null]],
    ['models q4 layout', 'mystery'],
    ['models q4 kvDtype', 'float64'],
    ['models q4 maxPositions', 1],
    ['models q4 maxPositions', '2048'],
    ['files', null],
    ['files config.json', 'big'],
    ['files config.json bytes', -1],
    ['files config.json bytes', 1.5],
    ['files config.json bytes', 2 ** 60],
    ['files config.json sha256', SHA.toUpperCase()],
    ['files config.json sha256', SHA.slice(1)],
    ['files config.json sha256', `${SHA}\n`],
    ['defaultMaxNewTokens', 0],
    ['defaultMaxNewTokens', 2.5],
    ['defaultMaxNewTokens', null],
  ])('refuses %s = %j', (path, value) => {
    const error = thrownBy(() => parseManifest(withValue(path, value)));
    expect(isRank1Error(error, 'model-corrupt'), String(error)).toBe(true);
    expect((error as Rank1Error).message).toContain('rank1.json');
  });

  test.each([
    '../config.json',
    'onnx/../../x',
    '/etc/passwd',
    'https://elsewhere.test/x',
    '//elsewhere.test/x',
    'a\\b',
    'a//b',
    './a',
    'a/.',
    '..',
    '.',
    '',
    'a\n',
    'a%2e%2e/b',
    'a?b',
    'a#b',
    'data:text/plain,x',
  ])('refuses the path %j, which could lead out of the folder', (path) => {
    const files = { ...MANIFEST.files, [path]: { bytes: 1, sha256: SHA } };
    const error = thrownBy(() => parseManifest({ ...MANIFEST, files }));
    expect(isRank1Error(error, 'model-corrupt'), String(error)).toBe(true);
  });

  test('finds no model under a name that every object has', () => {
    const { models } = parseManifest(MANIFEST);
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
      expect(models[name]).toBeUndefined();
  });

  test('does not let a key change the prototype of anything', () => {
    const text = JSON.stringify(MANIFEST).replace(
      '"files":{',
      `"files":{"__proto__":{"bytes":1,"sha256":"${SHA}"},`,
    );
    parseManifest(JSON.parse(text));
    expect(({} as Record<string, unknown>)['bytes']).toBeUndefined();
  });

  test(
    'throws nothing but Rank1Error, whatever the file holds, and then only paths inside the folder',
    () => {
      const random = new SeededRandom(52);
      let numAccepted = 0;
      for (let round = 0; round < 6000; round++) {
        const json = breakJson(MANIFEST, random);
        const error = thrownBy(() => {
          const { files, models } = parseManifest(json);
          numAccepted++;
          const base = 'https://models.test/folder/';
          for (const path of Object.keys(files)) expect(new URL(path, base).href.startsWith(base)).toBe(true);
          for (const model of Object.values(models)) {
            expect([model.onnx, ...model.externalData].every((path) => Object.hasOwn(files, path))).toBe(
              true,
            );
          }
        });
        if (error !== undefined && !isRank1Error(error)) throw error;
        if (error !== undefined) expect((error as Rank1Error).message.length).toBeLessThan(500);
      }
      expect(numAccepted).toBeGreaterThan(100);
      expect(numAccepted).toBeLessThan(5500);
    },
  );
});
