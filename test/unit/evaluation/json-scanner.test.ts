import { describe, expect, it } from 'vitest';
import { seededRandom, type Random } from '../../../src/base/seeded-random.ts';
import { scanJson, type JsonScalar } from '../../../src/evaluation/files/json-scanner.ts';
import { sourceFile } from '../../../src/evaluation/files/source-file.ts';

type Event = [path: string, value: JsonScalar | 'object' | 'array', line: number];

/** Everything the scanner reports, the text fed in pieces of `size` bytes. */
async function events(text: string, size = text.length): Promise<Event[]> {
  const bytes = new TextEncoder().encode(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  const found: Event[] = [];
  await scanJson(sourceFile('f.json', pieces), {
    open: (path, kind, { line }) => found.push([JSON.stringify(path), kind, line]),
    scalar: (path, value, { line }) => found.push([JSON.stringify(path), value, line]),
  });
  return found;
}

/** What the scanner should report, from the parsed value. */
function expectedEvents(value: unknown, path: (string | number)[] = []): [string, unknown][] {
  const here = JSON.stringify(path);
  if (Array.isArray(value))
    return [[here, 'array'], ...value.flatMap((item, i) => expectedEvents(item, [...path, i]))];
  if (typeof value !== 'object' || value === null) return [[here, value]];
  return [
    [here, 'object'],
    ...Object.entries(value).flatMap(([key, item]) => expectedEvents(item, [...path, key])),
  ];
}

function randomValue(random: Random, depth: number): unknown {
  const scalars = [null, true, false, 0, -0.5, 1e21, 'a', '', 'é"\\\n😀', '\ud800', '{}', -1e-7];
  const kind = depth === 0 ? 2 : random.below(3);
  const size = random.below(4);
  if (kind === 0) return Array.from({ length: size }, () => randomValue(random, depth - 1));
  if (kind === 2) return scalars[random.below(scalars.length)];
  const keys = ['b', 'a"', '\\', '__proto__x', 'é'];
  return Object.fromEntries(
    Array.from({ length: size }, (_, i) => [keys[i], randomValue(random, depth - 1)]),
  );
}

describe('scanJson', () => {
  it('reports what JSON.parse finds, in order, however the bytes are cut', async () => {
    for (let seed = 0; seed < 150; seed++) {
      const random = seededRandom(seed);
      const value = randomValue(random, 4);
      const text = JSON.stringify(value, null, [0, 1][random.below(2)]);
      for (const size of [1, 2, 7, 1000]) {
        const found = (await events(text, size)).map(([path, scalar]) => [path, scalar]);
        expect(found, text).toEqual(expectedEvents(JSON.parse(text)));
      }
    }
  });

  it('counts lines', async () => {
    expect(await events('{\n"a": 1,\r\n\n"b": [\n2]}', 3)).toEqual([
      ['[]', 'object', 1],
      ['["a"]', 1, 2],
      ['["b"]', 'array', 4],
      ['["b",0]', 2, 5],
    ]);
  });

  it('treats __proto__ and constructor as keys like any other', async () => {
    const found = await events('{"__proto__": {"constructor": 1}, "toString": 2}');
    expect(found.map(([path]) => path)).toEqual([
      '[]',
      '["__proto__"]',
      '["__proto__","constructor"]',
      '["toString"]',
    ]);
  });

  it.each([
    ['', 1, 'the file is empty. Check that it was written to its end.'],
    [' \n\n', 3, 'the file is empty. Check that it was written to its end.'],
    ['\n[1,', 2, 'the file ends too early'],
    ['{\n"a": 1,\n"a": 2}', 3, 'the key "a" occurs twice'],
    ['{"a": NaN}', 1, '"NaN" where JSON does not allow it'],
    ['{"a":\n-Infinity}', 2, '"-Infinity" where'],
    ['{"a": 1e999}', 1, '"1e999" is too large'],
    ['{"a": 01}', 1, '"01" where'],
    ['{"a": .5}', 1, '".5" where'],
    ['{"a": 1}\n{"b": 2}', 2, '"{" where'],
    ['{"a": 1,\n}', 2, '"}" where'],
    ['[1,]', 1, '"]" where'],
    ['[1 2]', 1, '"2" where'],
    ['{"a" 1}', 1, '"1" where'],
    ['{a: 1}', 1, '"a" where'],
    ["{'a': 1}", 1, '"\'a\'" where'],
    ['{"a": 1]', 1, '"]" where'],
    ['{"a": "x\ny"}', 1, 'raw line break or a bad escape'],
    ['["\\x"]', 1, 'raw line break or a bad escape'],
    ['["abc', 1, 'without its closing quote'],
    ['{"a": tru', 1, '"tru" where'],
    ['{"a": 1', 1, 'the file ends too early'],
    ['}', 1, '"}" where'],
    [':', 1, '":" where'],
    [',', 1, '"," where'],
    ['not json at all', 1, '"not" where'],
  ])('refuses %j with the line', async (text, line, problem) => {
    for (const size of [1, 1000]) {
      await expect(events(text, size)).rejects.toMatchObject({
        code: 'invalid-file',
        message: expect.stringContaining(problem) as string,
      });
      await expect(events(text, size)).rejects.toThrow(`f.json, line ${line}: `);
    }
  });

  it('refuses junk that is nested without end, early and without exhausting the stack', async () => {
    await expect(events('['.repeat(2_000_000))).rejects.toThrow(/nested more than 64 deep/);
    await expect(events('{"a":'.repeat(500_000))).rejects.toThrow(/nested more than 64 deep/);
  });

  it('refuses a string without end before it fills the memory', async () => {
    let numChunks = 0;
    function* endless(): Generator<Uint8Array> {
      yield new TextEncoder().encode('{"');
      for (; numChunks < 1024; numChunks++) yield new Uint8Array(1 << 20).fill(97);
    }
    const source = sourceFile('f.json', endless());
    await expect(scanJson(source, { scalar() {} })).rejects.toThrow(/f\.json, line 1: a value longer than/);
    expect(numChunks).toBeLessThan(20);
  });
});
