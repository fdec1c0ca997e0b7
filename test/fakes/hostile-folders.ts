/**
 * Model folders that were made to do harm, read as the loader reads them: the same cases in Node and in a browser. What
 * went wrong comes back as sentences; a hang is for the caller to notice.
 */
import { isRank1Error } from '../../src/base/errors.ts';
import { plannedFiles } from '../../src/model/download/download-model.ts';
import { parseManifest } from '../../src/model/manifest.ts';
import { BlobFolder } from '../../src/model/model-folder.ts';
import { readModelFiles } from '../../src/model/model-files.ts';
import { readTokenizer } from '../../src/service/rerank/read-tokenizer.ts';
import { breakJson } from './hostile-json.ts';
import { SeededRandom } from './seeded-random.ts';

export interface HostileOutcome {
  /** cases that gave a model all the same */
  readonly numLoaded: number;
  /** errors that are no Rank1Error, and paths outside of the folder */
  readonly problems: readonly string[];
}

/** A model's own JSON files by path, with a vocabulary that is quickly read. */
export function smallFolder(files: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    ...files,
    'tokenizer.json': {
      ...(files['tokenizer.json'] as Record<string, unknown>),
      model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2, Ġ: 3 }, merges: [['a', 'b']], unk_token: null },
      added_tokens: [
        { id: 4, content: '<think>', special: true, normalized: false, lstrip: false, rstrip: false },
      ],
    },
  };
}

/** @param whole see `smallFolder` */
export async function readHostileFolders(
  whole: Readonly<Record<string, unknown>>,
  numCases: number,
): Promise<HostileOutcome> {
  const random = new SeededRandom(20_260_724);
  const problems: string[] = [];
  let numLoaded = 0;
  for (let nth = 0; nth < numCases; nth++) {
    const asked: string[] = [];
    try {
      await load(hostileFolder(whole, random), asked);
      numLoaded += 1;
    } catch (error) {
      if (!isRank1Error(error)) problems.push(`case ${nth}: ${String((error as Error).stack)}`);
    }
    problems.push(...asked.filter(leavesFolder).map((path) => `case ${nth}: asked for ${path}`));
  }
  return { numLoaded, problems };
}

async function load(texts: Readonly<Record<string, string>>, asked: string[]): Promise<void> {
  const open = (path: string): Promise<Blob> => {
    asked.push(path);
    const text = Object.hasOwn(texts, path) ? texts[path] : undefined;
    // Weights of the length the manifest asks for would have to be made; what they hold is not looked at here.
    const size = path.startsWith('onnx/') ? (manifestBytes(texts, path) ?? 0) : 0;
    return Promise.resolve(text === undefined ? sizedBlob(size) : new Blob([text]));
  };
  const folder = new BlobFolder('a folder', open, false);
  const files = await readModelFiles(
    folder,
    (manifest) => Object.keys(manifest.models)[0],
    () => undefined,
  );
  const tokenizer = await readTokenizer(folder);
  tokenizer.decode(tokenizer.encode('a b ab </think> true'));
  plannedFiles(files.manifest, files.dtype).forEach(({ path }) => asked.push(path));
}

function leavesFolder(path: string): boolean {
  const { href } = new URL(path, 'https://models.test/folder/');
  const isInside = href.startsWith('https://models.test/folder/');
  return !isInside || path.split('/').some((part) => part === '..' || part === '.' || part === '');
}

/** Hostile paths, names and URLs. */
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
function hostileFolder(
  whole: Readonly<Record<string, unknown>>,
  random: SeededRandom,
): Record<string, string> {
  const texts = Object.fromEntries(Object.entries(whole).map(([path, json]) => [path, JSON.stringify(json)]));
  const target = random.pick([
    'rank1.json',
    'rank1.json',
    'config.json',
    'generation_config.json',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  const kind = random.next();
  const text = texts[target]!;
  if (kind < 0.6) texts[target] = textOf(breakJson(whole[target], random));
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

/** Values nested too deeply for JSON.stringify are sent as text. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return `{"model":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  }
}

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
