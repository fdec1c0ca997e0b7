/**
 * Detects a file's format from its start: the first line, or the nesting of the JSON. File names say too
 * little, and users should not have to choose.
 */
import { invalidFile } from './invalid-file.ts';
import { isGrade, isNumber } from './numbers.ts';
import { decodeText, type SourceFile } from './source-file.ts';

export type FileFormat =
  | 'trec-run'
  | 'trec-qrels'
  | 'beir-qrels'
  | 'beir-queries'
  | 'beir-corpus'
  | 'rank1-run'
  | 'mteb-predictions'
  | 'mteb-result'
  | 'rank-llm-requests'
  | 'eval-jsonl'
  | 'query-results';

export interface DetectedFile {
  readonly format: FileFormat;
  /** the whole file; use it instead of the source passed in, which was partly read */
  readonly source: SourceFile;
}

/** Number of characters inspected. */
const PEEK_LENGTH = 65_536;

/**
 * Detects a file's format from its first 65,536 characters.
 * @throws Rank1Error invalid-file if the file is empty, does not start as UTF-8, or is in none of the formats
 */
export async function detectFormat(source: SourceFile): Promise<DetectedFile> {
  const seen: Uint8Array[] = [];
  const chunks = (async function* () {
    yield* source.chunks;
  })();
  const peeked = (async function* () {
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      seen.push(next.value);
      yield next.value;
    }
  })();
  let head = '';
  for await (const text of decodeText({ name: source.name, chunks: peeked })) {
    head += text;
    if (head.length >= PEEK_LENGTH) break;
  }
  const whole = (async function* () {
    yield* seen;
    yield* chunks;
  })();
  return { format: formatOf(head, source.name), source: { ...source, chunks: whole } };
}

function formatOf(head: string, file: string): FileFormat {
  const text = head.trimStart();
  const line = 1 + (head.slice(0, head.length - text.length).match(/\n/g)?.length ?? 0);
  if (text === '')
    throw invalidFile({ file, line: 1 }, 'the file is empty', 'Check that it was written to its end.');
  const format = text.startsWith('{') ? jsonFormat(text) : columnFormat(text);
  if (format) return format;
  throw invalidFile(
    { file, line },
    'this is in none of the formats that can be read',
    'Give a TREC run or qrels, a file of a BEIR folder, a rank1 run file, an mteb prediction file, rank_llm requests, or *.eval.jsonl.',
  );
}

function columnFormat(text: string): FileFormat | null {
  const [first = '', second = ''] = text
    .split('\n')
    .filter((row) => row.trim() !== '' && !row.startsWith('#'));
  if (isBeirHeader(first, second)) return 'beir-qrels';
  const columns = first.trim().split(/\s+/);
  // Accept one column too few, so that the format's reader reports the line.
  if (columns.length >= 5 && columns[1]?.toUpperCase() === 'Q0') return 'trec-run';
  // A run tag may contain spaces.
  if (columns.length >= 6 && isNumber(columns[3]) && isNumber(columns[4])) return 'trec-run';
  if (columns.length === 4) return 'trec-qrels';
  return null;
}

/** BEIR skips its header unread, so any three columns count as a header if the third is not a grade. */
function isBeirHeader(first: string, second: string): boolean {
  const [names, row] = [first, second].map((line) => line.trimEnd().split('\t'));
  if (first.trim().split(/\s+/).join(' ') === 'query-id corpus-id score') return true;
  return names!.length === 3 && !isGrade(names![2]!) && row!.length >= 3 && isGrade(row![2]!.trim());
}

function jsonFormat(text: string): FileFormat | null {
  const starts = topLevelKeys(text);
  const has = (key: string) => starts.has(key);
  if (/^\{\s*"mteb_model_meta"\s*:/.test(text)) return 'mteb-predictions';
  if (has('task_name') && has('scores')) return 'mteb-result';
  if (starts.get('candidates') === '[')
    return starts.get('query') === '{' ? 'rank-llm-requests' : 'eval-jsonl';
  if (has('_id')) return has('title') ? 'beir-corpus' : 'beir-queries';
  if (has('ranking') && has('measures')) return 'query-results';
  const key = String.raw`\{\s*"(?:[^"\\]|\\.)*"\s*:\s*`;
  if (new RegExp(`^${key}${key}${key}`).test(text)) return 'mteb-predictions';
  return new RegExp(`^(${key}){2}-?\\d`).test(text) || new RegExp(`^${key}\\{`).test(text)
    ? 'rank1-run'
    : null;
}

/** Keys of the first object, which may be cut off, with the first character of each value. */
function topLevelKeys(text: string): ReadonlyMap<string, string> {
  const starts = new Map<string, string>();
  let depth = 0;
  const tokens = text.matchAll(/"((?:[^"\\\n]|\\.)*)\\?"?(?=\s*:\s*(\S)|)|[{}[\]]/g);
  for (const [token, key, start] of tokens) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && start) starts.set(key!, start);
    if (depth === 0) break;
  }
  return starts;
}
