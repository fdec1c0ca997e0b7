/** The command killed without warning, in a process of its own: what it leaves is made whole by running it again. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { afterAll, beforeAll, expect, test } from 'vitest';

const SOURCE = fileURLToPath(new URL('scripted-evaluation.ts', import.meta.url));
const NUM_DOCUMENTS = 12;

let folder: string;
let bundle: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rank1-kill-'));
  bundle = join(folder, 'scripted-evaluation.mjs');
  await build({ input: SOURCE, platform: 'node', logLevel: 'silent', output: { file: bundle } });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Ends itself with SIGKILL when it is about to judge that document, or to write that file, counted from 0. */
function run(out: string, killAt: string): Promise<NodeJS.Signals | number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bundle, out, killAt], { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ?? code));
  });
}

function filesOf(out: string): Record<string, string> {
  return Object.fromEntries(readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'base64')]));
}

test('a run killed at any document, or while it writes its files, resumes to the same bytes', async () => {
  const whole = join(folder, 'whole');
  expect(await run(whole, 'never')).toBe(0);
  const expected = filesOf(whole);
  expect(Object.keys(expected)).toContain('measures.json');
  const points = [
    ...Array.from({ length: NUM_DOCUMENTS }, (_, n) => `document ${n}`),
    ...Array.from({ length: 5 }, (_, n) => `file ${n}`),
  ];
  // Killed again and again, each time from where it was left.
  const out = join(folder, 'killed');
  for (const point of ['document 1', 'document 5', 'document 2', 'file 0', 'file 3'])
    expect(await run(out, point)).toBe('SIGKILL');
  expect(await run(out, 'never')).toBe(0);
  expect(filesOf(out)).toEqual(expected);
  // And once at each point.
  for (let first = 0; first < points.length; first += 4) {
    await Promise.all(
      points.slice(first, first + 4).map(async (point) => {
        const alone = join(folder, point.replace(' ', '-'));
        expect(await run(alone, point)).toBe('SIGKILL');
        expect(await run(alone, 'never')).toBe(0);
        expect(filesOf(alone)).toEqual(expected);
      }),
    );
  }
});
