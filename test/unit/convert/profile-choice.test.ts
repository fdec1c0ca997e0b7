/** Which scoring profile a conversion writes, and what it says where it cannot know. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { convertModel } from '../../../src/convert/convert-model.ts';
import { KNOWN_PROFILES } from '../../../src/convert/known-profiles.ts';
import { parseConvertArguments } from '../../../src/convert/node/convert-arguments.ts';
import { runConvert } from '../../../src/convert/node/convert-command.ts';
import { fixturePath, usingFixture } from './support/fixtures.ts';
import { MemoryOutput } from './support/memory-folder.ts';
import { convertOptions } from './support/options.ts';

async function convert(fixture: string, name: string) {
  const warnings: string[] = [];
  const source = { name, revision: null };
  const onWarning = (message: string) => warnings.push(message);
  const manifest = await usingFixture(`small/${fixture}`, (input) =>
    convertModel(input, new MemoryOutput(), convertOptions({ source, onWarning })),
  );
  return { profile: manifest.profile.name, told: warnings.filter((text) => text.includes('--profile')) };
}

test('a Qwen3 of an unknown name is told, as no rank1 model is one', async () => {
  const { profile, told } = await convert('qwen3-tied', 'acme/ranker');
  expect(profile).toBe('rank1');
  expect(told).toEqual([expect.stringContaining('acme/ranker is not known here')]);
});

test('known names and other architectures are not', async () => {
  expect(await convert('qwen3-tied', 'Qwen/Qwen3-Reranker-0.6B')).toEqual({
    profile: 'qwen3-reranker',
    told: [],
  });
  expect(await convert('qwen2-tied', 'acme/ranker')).toEqual({ profile: 'rank1', told: [] });
});

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'rank1-profile-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function runWith(profile: string): Promise<unknown> {
  const out = path.join(folder, 'model');
  const args = [
    fixturePath('small/qwen3-tied'),
    '--out',
    out,
    '--profile',
    profile,
    '--without-tokenizer',
    '--quiet',
  ];
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await runConvert(parseConvertArguments(args), new AbortController().signal);
  const manifest = JSON.parse(await readFile(path.join(out, 'rank1.json'), 'utf8')) as { profile: unknown };
  return manifest.profile;
}

test('--profile takes a file, whose every field reaches the manifest', async () => {
  const file = path.join(folder, 'mine.json');
  const mine = { ...KNOWN_PROFILES.get('zerank-1')!, name: 'mine', score: { offset: 1.5, scale: 3 } };
  await writeFile(file, JSON.stringify(mine));
  expect(await runWith(file)).toEqual(mine);
});

test('--profile takes a known name', async () => {
  expect(await runWith('mxbai-rerank-large-v2')).toEqual(KNOWN_PROFILES.get('mxbai-rerank-large-v2'));
});

test.each([
  ['{"name": "mine"}', 'prompt'],
  ['not json', 'not a scoring profile'],
])('--profile with %s is refused before anything is read, with what is wrong', async (text, named) => {
  const file = path.join(folder, 'bad.json');
  await writeFile(file, text);
  await expect(runWith(file)).rejects.toThrow(named);
});
