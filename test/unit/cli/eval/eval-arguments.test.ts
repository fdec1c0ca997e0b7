/** The arguments of `rank1-rerank eval`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseEvalArguments } from '../../../../src/cli/eval/eval-arguments.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rank1-eval-arguments-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the command line', () => {
  test('has defaults', () => {
    expect(parseEvalArguments(['--data', 'x.eval.jsonl', '--out', 'o'])).toMatchObject({
      depth: 20,
      limit: null,
      datasetRevision: 'no_revision_available',
      languages: ['eng-Latn'],
      options: {},
      engine: { model: undefined, device: 'auto', remote: undefined },
    });
  });

  test.each([
    [['--out', 'o'], 'eval needs --data'],
    [['--data', 'x'], 'eval needs --data'],
    [['--data', 'x', '--out', 'o', '--endpoint', 'https://a/v1', '--device', 'wasm'], 'judges elsewhere'],
    [['--data', 'x', '--out', 'o', '--depth', '0'], '--depth must be'],
    [['--data', 'x', '--out', 'o', '--depth', '1.5'], '--depth must be'],
    [['--data', 'x', '--out', 'o', '--mode', 'fast'], 'mode must be'],
    [['--data', 'x', '--out', 'o', '--preset', 'tea'], 'preset must be one of answer, evidence'],
    [['--data', 'x', '--out', 'o', '--mode', 'instant', '--rethink', '1'], 'rethink needs reasons'],
    [['--data', 'x', '--out', 'o', '--query-template', 'tea'], 'FILL_QUERY_HERE'],
    [['--data', 'x', '--out', 'o', '--languages', 'English'], '--languages must be codes'],
    [['--data', 'x', '--out', 'o', '--device', 'tpu'], '--device must be'],
    [['--data', 'x', '--out', 'o', '--colour'], '--colour'],
    [['--data', 'x', '--out', 'o', '--samples', '2', '--mode', 'instant'], 'samples needs reasons'],
    [['--data', 'x', '--out', 'o', '--samples', '2', '--temperature=-1'], 'temperature must'],
    [['--data', 'x', '--out', 'o', '--seed', '3'], 'give samples'],
    [['--data', 'x', '--out', 'o', '--templates', 't.json'], 'belong together'],
  ])('refuses %j', (args, reason) => {
    expect(() => parseEvalArguments(args)).toThrow(reason);
  });

  test('takes candidates for a folder, and for nothing else; judgements not for one', () => {
    const file = join(folder, 'tea.eval.jsonl');
    writeFileSync(file, '');
    const parse = (data: string, ...flags: string[]) =>
      parseEvalArguments(['--data', data, '--out', 'o', ...flags]);
    expect(parse(folder, '--run', 'run.trec').run).toBe('run.trec');
    expect(() => parse(folder)).toThrow('A BEIR folder needs --run');
    expect(() => parse(file, '--run', 'run.trec')).toThrow('--run is only for a BEIR folder');
    expect(parse(file, '--qrels', 'a.qrels').qrels).toBe('a.qrels');
    expect(() => parse(folder, '--run', 'run.trec', '--qrels', 'a.qrels')).toThrow(
      'A BEIR folder has its own judgements; --split chooses them.',
    );
  });

  test('takes a template by the name of the task, else by the name of its data set', () => {
    const file = join(folder, 'templates.json');
    const templates = { Bright: 'any FILL_QUERY_HERE', Bright_pony: 'pony FILL_QUERY_HERE' };
    writeFileSync(file, JSON.stringify(templates));
    const optionsOf = (task: string) =>
      parseEvalArguments(['--data', 'x', '--out', 'o', '--templates', file, '--task', task]);
    const templateOf = (task: string) => optionsOf(task).options.queryTemplate;
    expect(templateOf('Bright_pony')).toBe('pony FILL_QUERY_HERE');
    expect(templateOf('Bright_biology')).toBe('any FILL_QUERY_HERE');
    expect(() => templateOf('SciFact')).toThrow('no query template for "SciFact"');
    for (const [content, reason] of [
      ['{"a": "no place"}', 'FILL_QUERY_HERE'],
      ['[1]', 'not a file of query templates'],
      ['{', 'not valid JSON'],
    ]) {
      writeFileSync(file, content!);
      expect(() => templateOf('a')).toThrow(reason);
    }
  });
});
