/** Ten thousand model folders that were made to do harm: none crashes the loader, hangs it, or makes it look elsewhere. */
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { isRank1Error } from '../../../src/errors.ts';
import { plannedFiles } from '../../../src/model/download/download-model.ts';
import { parseManifest } from '../../../src/model/manifest.ts';
import { BlobFolder } from '../../../src/model/model-folder.ts';
import { readModelFiles } from '../../../src/model/model-files.ts';
import { createTokenizer } from '../../../src/tokenizer/tokenizer.ts';
import { breakJson } from '../../fakes/hostile-json.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const CASES = 10_000;
const DEMO = new URL('../../../public/models/rank1-demo/', import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, DEMO), 'utf8'));

/** The demo model's own files, with a vocabulary that is quickly read. */
const FOLDER: Readonly<Record<string, unknown>> = {
  'rank1.json': read('rank1.json'),
  'config.json': read('config.json'),
  'tokenizer.json': {
    ...(read('tokenizer.json') as Record<string, unknown>),
    model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2, Ġ: 3 }, merges: [['a', 'b']], unk_token: null },
    added_tokens: [
      { id: 4, content: '<think>', special: true, normalized: false, lstrip: false, rstrip: false },
    ],
  },
  'tokenizer_config.json': read('tokenizer_config.json'),
};
/** What a path, a name or an address in a file may be made to say. */
const ESCAPES = [
  '../../../etc/passwd',
  '/etc/passwd',
  'https://elsewhere.test/x',
  '//elsewhere.test/x',
  'onnx/../../x',
  'onnx\\..\\x',
  'file:///x',
  'data:,x',
  'onnx/%2e%2e/x',
  'onnx/\u0000x',
  '__proto__',
  'constructor',
  '.',
  '',
];

/** One of the JSON files with parts replaced, a path that leads out, or its text cut or garbled. */
function hostileFolder(random: SeededRandom): Record<string, string> {
  const texts = Object.fromEntries(
    Object.entries(FOLDER).map(([path, json]) => [path, JSON.stringify(json)]),
  );
  const target = random.pick([
    'rank1.json',
    'rank1.json',
    'config.json',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  const kind = random.next();
  const text = texts[target]!;
  if (kind < 0.6) texts[target] = textOf(breakJson(FOLDER[target], random));
  else if (kind < 0.8) {
    const [from, to] = [
      random.pick(['onnx/model_q4.onnx_data', 'onnx/model_q4.onnx', 'config.json']),
      random.pick(ESCAPES),
    ];
    texts['rank1.json'] = texts['rank1.json']!.replaceAll(JSON.stringify(from), JSON.stringify(to));
  } else if (kind < 0.9) texts[target] = text.slice(0, random.integer(0, text.length));
  else {
    const at = random.integer(0, text.length - 1);
    texts[target] = text.slice(0, at) + String.fromCharCode(random.integer(0, 0xffff)) + text.slice(at + 1);
  }
  return texts;
}

/** What is nested too deeply to be written is the case itself: as text it can be sent. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return `{"model":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  }
}

test(`${CASES} hostile folders give a model or a Rank1Error, and ask for nothing outside of the folder`, async () => {
  vi.spyOn(console, 'warn').mockReturnValue(); // the tokenizer's library tells of what it does not know
  const random = new SeededRandom(20_260_724);
  const prototype = Reflect.ownKeys(Object.prototype).length;
  let loaded = 0;
  for (let nth = 0; nth < CASES; nth++) {
    const texts = hostileFolder(random);
    const asked: string[] = [];
    const folder = new BlobFolder(
      'a folder',
      (path) => {
        asked.push(path);
        const text = Object.hasOwn(texts, path) ? texts[path] : undefined;
        // Weights of the length the manifest asks for would have to be made; what they hold is not looked at here.
        const size = path.startsWith('onnx/') ? (manifestBytes(texts, path) ?? 0) : 0;
        return Promise.resolve(text === undefined ? sizedBlob(size) : new Blob([text]));
      },
      false,
    );
    try {
      const files = await readModelFiles(
        folder,
        (manifest) => Object.keys(manifest.models)[0],
        () => undefined,
      );
      const tokenizer = createTokenizer(files.tokenizerJson, files.tokenizerConfig);
      tokenizer.decode(tokenizer.encode('a b ab </think> true'));
      plannedFiles(files.manifest, files.dtype).forEach(({ path }) => asked.push(path));
      loaded += 1;
    } catch (error) {
      expect(isRank1Error(error), `case ${nth}: ${String((error as Error).stack)}`).toBe(true);
    }
    for (const path of asked) {
      const url = new URL(path, 'https://models.test/folder/');
      expect(url.href.startsWith('https://models.test/folder/'), `case ${nth}: ${path}`).toBe(true);
      expect(
        path.split('/').every((part) => part !== '..' && part !== '.' && part !== ''),
        path,
      ).toBe(true);
    }
  }
  expect(Reflect.ownKeys(Object.prototype).length).toBe(prototype);
  // Both happen, or the cases would show nothing.
  expect(loaded).toBeGreaterThan(CASES / 100);
  expect(loaded).toBeLessThan(CASES * 0.9);
});

function manifestBytes(texts: Readonly<Record<string, string>>, path: string): number | undefined {
  try {
    return parseManifest(JSON.parse(texts['rank1.json'] ?? '')).files[path]?.bytes;
  } catch {
    return undefined;
  }
}

/** As large as it says, with nothing in it. */
function sizedBlob(size: number): Blob {
  const blob = new Blob([]);
  Object.defineProperty(blob, 'size', { value: size });
  return blob;
}
