/** The command line tool as a user meets it. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseConvertArguments } from '../../../src/convert/node/convert-arguments.ts';
import { describeProgress, progressLine } from '../../../src/convert/node/progress-line.ts';
import { demoFiles } from './support/demo-checkpoint.ts';
import { fixturePath } from './support/fixtures.ts';

vi.setConfig({ testTimeout: 60_000 });
const BIN = fileURLToPath(new URL('../../../bin/rank1-rerank.mjs', import.meta.url));

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'rank1-cli-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]) => execute(process.execPath, [BIN, ...args]);

const execute = (command: string, args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(command, args, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });

describe('rank1-rerank', () => {
  it('converts a folder, prints progress and the result, and ends with 0', async () => {
    const out = path.join(folder, 'model');
    const { code, stdout, stderr } = await run(
      'convert',
      fixturePath('small/llama'),
      '--out',
      out,
      '--report',
      '--without-tokenizer',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/mlp\.down_proj\.weight: relative error \d\.\d+e-2/);
    expect(stdout).toMatch(/model: LlamaForCausalLM, q4, 0\.\d MB/);
    expect(stdout).toMatch(/end-to-end error: not measured, because there is no tokenizer/);
    expect(stderr).toMatch(/MB\/s, \d+ s left/);
    expect(stderr).toMatch(/There is no tokenizer\.json/);
    expect(await readdir(out)).toContain('rank1.json');
  });

  it('converts a GGUF file, whose tokenizer is in it', async () => {
    const out = path.join(folder, 'model');
    const { code, stdout } = await run(
      'convert',
      fixturePath('gguf/llama-q4_0.gguf'),
      '--out',
      out,
      '--quiet',
    );
    expect([code, stdout]).toEqual([0, `${out}: LlamaForCausalLM, q4, 0.1 MB\n`]);
    expect(await readdir(out)).toEqual(
      expect.arrayContaining(['rank1.json', 'tokenizer.json', 'generation_config.json']),
    );
  });

  it(
    'reports what a conversion loses end to end, and leaves no second model',
    { timeout: 600_000 },
    async () => {
      const checkpoint = path.join(folder, 'checkpoint');
      await mkdir(checkpoint);
      for (const [name, bytes] of demoFiles()) await writeFile(path.join(checkpoint, name), bytes);
      const out = path.join(folder, 'model');
      const { code, stdout } = await run('convert', checkpoint, '--out', out, '--report', '--quiet');
      expect(code).toBe(0);
      // The checkpoint's weights are on the 4-bit grid already.
      expect(stdout).toMatch(/on 4 built-in pairs:\nnext token: KL \d\.\d+e-\d+ nats/);
      expect(stdout).toMatch(/same token: 100\.0 %\nsame verdict: (\d+) of \1 /);
      expect((await readdir(folder)).sort()).toEqual(['checkpoint', 'model']);
      const compared = await run('compare', out, out, '--max-new-tokens', '1');
      expect(compared).toMatchObject({ code: 0, stdout: expect.stringContaining('KL 0.00e+0') });
    },
  );

  it('ends with 1 and one sentence when the conversion fails, with nothing left', async () => {
    const { code, stderr } = await run('convert', folder, '--out', path.join(folder, 'model'));
    expect([code, stderr.trim().split('\n').pop()]).toEqual([
      1,
      expect.stringMatching(/^rank1-rerank convert: .*config\.json/),
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('leaves nothing when the disk takes no more', async () => {
    const out = path.join(folder, 'model');
    const limited = `ulimit -f 20; exec "${process.execPath}" "${BIN}" convert "${fixturePath('small/llama')}" --out "${out}" --without-tokenizer`;
    const { code, stderr } = await execute('sh', ['-c', limited]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Writing .*model failed/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('ends with 2 for a command or an option that is not there, and 0 for --help', async () => {
    expect(await run('bake')).toMatchObject({ code: 2, stderr: expect.stringContaining('convert') });
    expect(await run('convert', 'x', '--out', 'y', '--dtype', 'q3')).toMatchObject({ code: 2 });
    expect(await run('convert', '--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--shard-size'),
    });
  });
});

describe('parseConvertArguments', () => {
  it('has the documented defaults', () => {
    expect(parseConvertArguments(['in', '--out', 'model'])).toMatchObject({
      source: 'in',
      options: {
        dtype: 'q4',
        layout: 'rank1',
        method: 'symmetric',
        blockSize: 32,
        maxPositions: 16384,
        accuracyLevel: 0,
      },
    });
  });

  it.each([
    [[]],
    [['a']],
    [['a', 'b', '--out', 'c']],
    [['a', '--out', 'c', '--nonsense']],
    [['a', '--out', 'c', '--block-size', '48']],
    [['a', '--out', 'c', '--block-size', '8']],
    [['a', '--out', 'c', '--shard-size', '0']],
    [['a', '--out', 'c', '--shard-size', '1025']],
    [['a', '--out', 'c', '--max-positions', 'many']],
    [['a', '--out', 'c', '--accuracy-level', '1']],
  ])('refuses %j', (args) => {
    expect(() => parseConvertArguments(args)).toThrow(/./);
  });
});

describe('the progress line', () => {
  const at = (bytes: number, tensors: number) => ({ bytes, totalBytes: 4e8, tensors, totalTensors: 40 });

  it('tells speed and time left', () => {
    expect(describeProgress(at(1e8, 10), 2)).toBe('10/40 tensors, 100 of 400 MB, 50.0 MB/s, 6 s left');
    expect(describeProgress(at(0, 1), 0)).toContain('time left unknown');
  });

  it('prints at most ten lines where there is no terminal, and one rewritten line where there is', () => {
    const lines: string[] = [];
    const report = progressLine({ write: (text) => lines.push(text) }, () => 0);
    for (let tensors = 1; tensors <= 40; tensors++) report(at(tensors * 1e7, tensors));
    expect(lines).toHaveLength(10);
    const shown: string[] = [];
    const rewrite = progressLine({ isTTY: true, write: (text) => shown.push(text) }, () => 0);
    for (let tensors = 1; tensors <= 40; tensors++) rewrite(at(tensors * 1e7, tensors));
    expect(shown.filter((text) => text.includes('\n'))).toHaveLength(1);
  });
});
