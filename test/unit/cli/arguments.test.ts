import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { parseRerankArguments, RERANK_USAGE } from '../../../src/cli/rerank/rerank-arguments.ts';
import { parseServeArguments, SERVE_USAGE } from '../../../src/cli/serve/serve-arguments.ts';
import { EVERY_OPTION } from '../../harness/every-option.ts';
import { ENGINE_FLAGS, JUDGING_FLAGS } from '../../../src/cli/engine/engine-options.ts';

afterEach(() => void vi.unstubAllEnvs());

describe('the arguments of rerank', () => {
  it('become a call', () => {
    const line = '--query q --mode instant --top-n 3 --threshold .5 --slots 2 --instruction i --device wasm';
    expect(parseRerankArguments([...line.split(' '), 'a.txt', '-'])).toMatchObject({
      query: 'q',
      files: ['a.txt', '-'],
      input: 'auto',
      output: 'table',
      selection: { topN: 3, threshold: 0.5 },
      options: { reasons: 'none', maxSlots: 2, instruction: 'i' },
      engine: { device: 'wasm', model: undefined },
    });
  });

  it.each(EVERY_OPTION)('become %j, as serve takes them for defaults', (options, flags) => {
    expect(parseRerankArguments(['--query', 'q', ...flags, 'a.txt']).options).toEqual(options);
    expect(parseServeArguments(flags, {}).defaults).toEqual(options);
  });

  describe('with a file of templates', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rank1-templates-'));
    const file = join(folder, 'templates.json');
    const broken = join(folder, 'broken.json');
    writeFileSync(file, JSON.stringify({ Set: 'all FILL_QUERY_HERE', Set_part: 'part FILL_QUERY_HERE' }));
    writeFileSync(broken, '{"Set": "all FILL_QUERY_HERE",\n"Other": "none"}');
    afterAll(() => rmSync(folder, { recursive: true }));
    const judging = (...flags: string[]) => [
      parseRerankArguments(['--query', 'q', ...flags, 'a.txt']).options,
      parseServeArguments(flags, {}).defaults,
    ];

    it.each([
      ['Set_part', 'part FILL_QUERY_HERE'],
      ['Set_other', 'all FILL_QUERY_HERE'],
    ])('take that of %s', (task, queryTemplate) => {
      const flags = ['--templates', file, '--task', task];
      expect(judging(...flags)).toEqual([{ queryTemplate }, { queryTemplate }]);
    });

    it.each([
      [['--templates', file], /belong together/],
      [['--task', 'Set'], /belong together/],
      [['--templates', file, '--task', 'None'], /no query template for "None".*"Set"/],
      [['--templates', broken, '--task', 'Set'], /broken\.json:2: .*"Other"/],
      [['--templates', join(folder, 'absent.json'), '--task', 'Set'], /absent\.json could not be read/],
      [['--templates', file, '--task', 'Set', '--query-template', 'FILL_QUERY_HERE'], /not both/],
      [['--templates', file, '--task', 'Set', '--preset', 'citation'], /not both/],
    ])('refuse %j', (flags, reason) => {
      expect(() => judging(...flags)).toThrow(reason);
    });
  });

  it('have a case for each flag that says how to judge', () => {
    const tested = new Set(EVERY_OPTION.flatMap(([, flags]) => flags));
    const { templates, task, ...flags } = JUDGING_FLAGS;
    expect([templates, task]).not.toContain(undefined);
    for (const flag of Object.keys(flags)) expect(tested).toContain(`--${flag}`);
  });

  it.each([
    ['a.txt', /--query/],
    ['--query q', /file/],
    ['--query= a.txt', /blank/],
    ['--query q - -', /once/],
    ['--query q --input rank-llm a', /their own/],
    ['--query q --output xml a', /--output must be one of/],
    ['--query q --input pdf a', /--input must be one of/],
    ['--query q --top-n 0 a', /--top-n/],
    ['--query q --top-n -3 a', /top-n/],
    ['--query q --threshold 1.1 a', /threshold/],
    ['--query q --threshold half a', /--threshold/],
    ['--query q --mode guess a', /mode must be/],
    ['--query q --mode instant --rethink 2 a', /rethink/],
    ['--query q --slots 1e3 a', /--slots/],
    ['--query q --device tpu a', /--device/],
    ['--query q --nonsense a', /nonsense/],
    ['--query q --temperature 0.5 a', /samples/],
    ['--query q --samples 2 --temperature hot a', /temperature/],
    ['--query q --endpoint http://h/v1 --model m a', /--endpoint/],
    ['--query q --endpoint http://h/v1 --explainer m a', /--explainer/],
    ['--query q --endpoint gpu:8000/v1 a', /endpoint must be http or https/],
    ['--query q --endpoint gpu/v1 a', /endpoint is not a valid absolute URL/],
    ['--query q --endpoint http://h/v1 --long-documents passages a', /--long-documents/],
    ['--query q --remote-model m a', /--endpoint/],
    ['--query q --allow-insecure-key a', /--endpoint/],
  ])('%s is refused with a reason', (line, reason) => {
    expect(() => parseRerankArguments(line.split(' '))).toThrow(reason);
  });

  it('send the key of the environment over plain http to this machine alone, unless told to', () => {
    vi.stubEnv('RANK1_API_KEY', 'sk-secret');
    const parse = (endpoint: string, ...flags: string[]) =>
      parseRerankArguments(['--query', 'q', '--endpoint', endpoint, ...flags, 'a']);
    expect(() => parse('http://gpu:8000/v1')).toThrow(/in clear text/);
    for (const { engine } of [
      parse('http://gpu:8000/v1', '--allow-insecure-key'),
      parse('http://127.0.0.1:8000/v1'),
      parse('https://gpu/v1'),
    ])
      expect(engine.remote?.apiKey).toBe('sk-secret');
  });

  it.each([
    ['http://gpu:8000/v1', 'sk-secret', /clear text.*set --allow-insecure-key if/],
    ['https://gpu/v1', 'with space', /^RANK1_API_KEY must be/],
    ['https://sk@gpu/v1', 'sk-secret', /^--endpoint must have no user.*key as RANK1_API_KEY$/],
  ])('name what was typed where %s and the key %j do not go together', (endpoint, key, reason) => {
    vi.stubEnv('RANK1_API_KEY', key);
    expect(() => parseRerankArguments(['--query', 'q', '--endpoint', endpoint, 'a'])).toThrow(reason);
  });

  it('take an empty key of the environment for none', () => {
    vi.stubEnv('RANK1_API_KEY', '');
    const { engine } = parseRerankArguments(['--query', 'q', '--endpoint', 'http://gpu:8000/v1', 'a']);
    expect(engine.remote).toEqual({ endpoint: 'http://gpu:8000/v1' });
  });
});

describe('the arguments of serve', () => {
  it('bind to loopback unless there is a token', () => {
    expect(parseServeArguments([], {})).toMatchObject({ host: '127.0.0.1', access: { token: null } });
    expect(() => parseServeArguments(['--host', '0.0.0.0'], {})).toThrow(/token/);
    expect(() => parseServeArguments(['--host', '127.evil.test'], {})).toThrow(/token/);
    const fromEnvironment = parseServeArguments(['--host', '0.0.0.0'], { RANK1_TOKEN: 's' });
    expect(fromEnvironment.access.token).toBe('s');
  });

  it.each(['', 'abc\n', 'abc ', 'a c', 'schlüssel'])(
    'refuse %j as a token, which no client can send',
    (token) => {
      expect(() => parseServeArguments(['--token', token], {})).toThrow(/^--token must be .* not empty$/);
      expect(() => parseServeArguments([], { RANK1_TOKEN: token })).toThrow(/^RANK1_TOKEN must be/);
    },
  );

  it('have units in their names or their help, and bounds', () => {
    const line = '--max-body 2 --timeout 5 --port 0';
    expect(parseServeArguments(line.split(' '), {})).toMatchObject({
      port: 0,
      limits: { maxBodyBytes: 2 ** 21, judgeTimeoutMs: 5000 },
    });
    expect(() => parseServeArguments(['--port', '70000'], {})).toThrow(/--port/);
  });
});

it('the help names every option of the engine', () => {
  for (const flag of Object.keys({ ...ENGINE_FLAGS, ...JUDGING_FLAGS })) {
    expect(RERANK_USAGE).toContain(`--${flag} `);
    expect(SERVE_USAGE).toContain(`--${flag} `);
  }
});
