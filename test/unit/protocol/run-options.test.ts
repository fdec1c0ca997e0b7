/** One table of options: every door takes each of them, by the name that the documentation gives it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { RerankOptions } from '../../../src/protocol/rerank-api.ts';
import {
  attributeOf,
  checkRerankOptions,
  checkRunOption,
  flagOf,
  jsonNameOf,
  RUN_OPTION_NAMES,
  RUN_OPTIONS,
} from '../../../src/protocol/run-options.ts';
import { samplingOf } from '../../../src/rank1/sampled-chains.ts';
import { JUDGING_FLAGS, JUDGING_USAGE } from '../../../src/cli/engine/engine-options.ts';
import { RERANK_SHAPES } from '../../../src/cli/serve/rerank-shapes.ts';
import { EVERY_OPTION } from '../../harness/every-option.ts';

const RULES = { maxDocuments: 9, defaults: {} };
const read = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

describe.each(RUN_OPTION_NAMES)('%s', (name) => {
  test('is an attribute of the element, with the same name in its documentation', () => {
    expect(read('docs/element.md')).toMatch(new RegExp(`\\| \`${name}\` +\\| \`${attributeOf(name)}\` `));
  });

  test('is a flag of the command line, with its usage', () => {
    const type = RUN_OPTIONS[name].kind === 'boolean' ? 'boolean' : 'string';
    expect(JUDGING_FLAGS).toHaveProperty(flagOf(name), { type });
    expect(JUDGING_USAGE).toMatch(new RegExp(`^  --${flagOf(name)}( <\\S+>)?  +\\S`, 'm'));
  });

  test('is in the documentation of the library, and of serve where a body can say it', () => {
    for (const file of ['README.md', 'README.zh-Hant.md']) expect(read(file)).toContain(`\`${name}\``);
    const field = jsonNameOf(name);
    if (field !== null) expect(read('docs/serve.md')).toContain(`\`${field}\``);
  });
});

test.each(EVERY_OPTION.filter(([options]) => options.maxSlots === undefined))(
  'a body of serve says %j',
  (options) => {
    const fields = Object.entries(options).map(([name, value]) => [
      jsonNameOf(name as keyof RerankOptions),
      value,
    ]);
    const body = { query: 'q', documents: ['a'], ...(Object.fromEntries(fields) as object) };
    const { calls } = RERANK_SHAPES['/v1/rerank']!.parse(body, RULES);
    const { query, documents, topN, threshold, ...judging } = calls[0]!;
    expect([query, documents, topN, threshold]).toEqual(['q', [{ text: 'a' }], undefined, undefined]);
    expect(judging).toEqual(options);
  },
);

test('the defaults of samples are those of the runs', () => {
  const { temperature, seed } = RUN_OPTIONS;
  expect(samplingOf({ samples: 2 })).toEqual({
    numSamples: 2,
    temperature: temperature.fallback,
    seed: seed.fallback,
  });
});

test("the number of documents judged together is the server's own choice", () => {
  const { calls } = RERANK_SHAPES['/v1/rerank']!.parse(
    { query: 'q', documents: ['a'], max_slots: 3, slots: 3 },
    RULES,
  );
  expect(calls[0]).not.toHaveProperty('maxSlots');
});

describe('checks', () => {
  test.each(EVERY_OPTION)('take %j, and nothing beside it', (options) => {
    expect(checkRerankOptions({ ...options, query: 'q', unknown: 1 } as RerankOptions)).toEqual(options);
    expect(checkRerankOptions({ ...options, unknown: undefined } as RerankOptions)).not.toHaveProperty(
      'unknown',
    );
  });

  test('take mode as the older spelling of reasons', () => {
    expect(checkRerankOptions({ mode: 'reason', rethink: 1 })).toEqual({ reasons: 'all', rethink: 1 });
    expect(checkRerankOptions({ mode: 'instant' })).toEqual({ reasons: 'none' });
  });

  test.each<[keyof RerankOptions, unknown[], unknown[]]>([
    ['reasons', [], ['some', 'instant', 1, null]],
    ['top', ['5', null], [0, -1, 2.5, NaN, Infinity]],
    ['mode', [], ['guess', 1, null]],
    ['instruction', [1, null, {}], []],
    ['preset', [], ['unknown', '']],
    ['queryTemplate', [7], []],
    ['longDocuments', [], ['cut']],
    ['maxNewTokens', ['9', null], [0, -1, 1.5, NaN, Infinity]],
    ['maxSlots', ['9'], [0, 2.5]],
    ['rethink', ['1'], [-1, 0.5]],
    ['samples', ['4'], [0, NaN]],
    ['temperature', ['0.6'], [-0.1, NaN, Infinity]],
    ['seed', ['1'], [1.5, NaN, 2 ** 53]],
    ['loopGuard', ['yes', 1], []],
  ])('refuse a wrong %s, by the name that the caller gave it', (name, wrongTypes, wrongValues) => {
    for (const value of wrongTypes)
      expect(() => checkRunOption(name, value, '--shown'), String(value)).toThrow(
        expect.objectContaining({ name: 'TypeError', message: expect.stringContaining('--shown') }),
      );
    for (const value of wrongValues)
      expect(() => checkRunOption(name, value, '--shown'), String(value)).toThrow(
        expect.objectContaining({ name: 'RangeError', message: expect.stringContaining('--shown') }),
      );
  });

  test.each<[RerankOptions, RegExp]>([
    [{ mode: 'instant', rethink: 1 }, /rethink/],
    [{ mode: 'instant', samples: 2 }, /samples/],
    [{ reasons: 'none', rethink: 1 }, /rethink/],
    [{ reasons: 'none', samples: 2 }, /samples/],
    [{ reasons: 'all', mode: 'reason' }, /give one of them/],
    [{ top: 5 }, /reasons 'top'/],
    [{ reasons: 'none', top: 5 }, /reasons 'top'/],
    [{ mode: 'reason', top: 5 }, /reasons 'top'/],
    [{ temperature: 0.5 }, /samples/],
    [{ seed: 1 }, /samples/],
    [{ queryTemplate: 'no place' }, /FILL_QUERY_HERE/],
    [{ queryTemplate: 'FILL_QUERY_HERE', preset: 'citation' }, /not both/],
  ])('refuse %j, which do not go together', (options, reason) => {
    expect(() => checkRerankOptions(options)).toThrow(RangeError);
    expect(() => checkRerankOptions(options)).toThrow(reason);
  });
});
