/** Which stored runs of `eval` go on. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseEvalArguments } from '../../../../src/cli/eval/eval-arguments.ts';
import { settingsOf } from '../../../../src/cli/eval/run-settings.ts';

const MODEL = {
  name: 'rank1-7b',
  manifestSha256: null,
  dtype: 'remote',
  device: 'remote',
  arithmetic: undefined,
} as const;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rank1-run-settings-'))));
afterEach(() => rmSync(folder, { recursive: true }));

async function settings(...flags: string[]) {
  const data = join(folder, 'tea.eval.jsonl');
  writeFileSync(data, '');
  const args = ['--data', data, '--out', folder, '--endpoint', 'http://host:8000/v1', ...flags];
  return settingsOf(parseEvalArguments(args), MODEL);
}

test.each([
  { stored: null, flags: [], name: 'rank1-7b' },
  { stored: 'rank1-0.5b', flags: [], name: 'rank1-7b' },
  { stored: 'host:8000', flags: [], name: 'host:8000' },
  { stored: 'other:8000', flags: [], name: 'rank1-7b' },
  { stored: 'host:8000', flags: ['--remote-model', 'rank1-7b'], name: 'rank1-7b' },
])('a run that was begun on $stored has the name $name with $flags', async ({ stored, flags, name }) => {
  const begun = { ...(await settings()), model: stored };
  if (stored !== null) writeFileSync(join(folder, 'settings.json'), `${JSON.stringify(begun, null, 2)}\n`);
  expect((await settings(...flags)).model).toBe(name);
});
