/** `rank1-rerank convert` as it is typed. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demoFiles } from '../unit/convert/support/demo-checkpoint.ts';
import { fixturePath } from '../unit/convert/support/fixtures.ts';
import { BIN } from './local-engines.ts';
import { IS_FULL } from '../tier.ts';

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

describe('rank1-rerank convert', () => {
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

  if (IS_FULL) {
    it('reports what a conversion loses end to end, and leaves no second model', async () => {
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
    });
  }

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
