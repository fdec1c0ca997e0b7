/** Files larger than the memory that is left beside their documents. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'rolldown';
import { afterAll, beforeAll, expect, it } from 'vitest';

const NUM_DOCUMENTS = 60_000;
/** The documents alone are 60 MB; a second copy of the file would not fit. */
const HEAP_MB = 110;

let folder: string;
let bundle: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rank1-large-'));
  bundle = join(folder, 'read-large.mjs');
  const input = fileURLToPath(new URL('read-large.ts', import.meta.url));
  await build({ input, platform: 'node', logLevel: 'silent', output: { file: bundle } });
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each(['lines', 'jsonl', 'json', 'csv'])('%s are read without a second copy in memory', async (format) => {
  const args = [`--max-old-space-size=${HEAP_MB}`, bundle, format, String(NUM_DOCUMENTS)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toBe(`${NUM_DOCUMENTS}\n`);
});
