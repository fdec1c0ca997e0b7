/** Reads documents from JSON Lines or a JSON array. */
import { keepsValue, parseExactly } from '../../base/exact-json.ts';
import { invalidFile, quoted, type FilePlace, type OnPlace } from '../../evaluation/files/invalid-file.ts';
import { scanJson, type JsonPath } from '../../evaluation/files/json-scanner.ts';
import { readLines } from '../../evaluation/files/lines.ts';
import type { SourceFile } from '../../evaluation/files/source-file.ts';
import type { RerankDocument } from '../../protocol/rerank-api.ts';
import { defaultId, documentOf } from './document-fields.ts';

/** @throws Rank1Error invalid-file with file and line */
export async function* readJsonLines(file: SourceFile, onPlace: OnPlace): AsyncGenerator<RerankDocument> {
  for await (const { text, ...place } of readLines(file)) {
    onPlace(place);
    let value: unknown;
    try {
      value = parseExactly(text, keepsValue);
    } catch {
      throw invalidFile(
        place,
        `${quoted(text)} is not JSON`,
        'Every line must be one JSON object or string.',
      );
    }
    if (typeof value === 'string') yield { id: defaultId(place), text: value };
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      yield documentOf(value as Record<string, unknown>, place);
    else
      throw invalidFile(
        place,
        'the line is neither an object nor a string',
        'Give {"text": "…"} in each line.',
      );
  }
}

/**
 * Takes a callback, unlike the generators for other formats, because the JSON scanner calls back.
 * @param take called with each document as it is read
 * @throws Rank1Error invalid-file with file and line
 */
export async function readJsonArray(
  file: SourceFile,
  take: (document: RerankDocument) => void,
  onPlace: OnPlace,
): Promise<void> {
  let begun: {
    readonly fields: Map<string, unknown>;
    readonly place: FilePlace;
    readonly id: string;
  } | null = null;
  const finish = (): void => {
    if (begun) take(documentOf(Object.fromEntries(begun.fields), begun.place, begun.id));
    begun = null;
  };
  // Not by line: a whole array is often on one.
  const idAt = ([index]: JsonPath): string => `${file.name}[${index}]`;
  const wrong = (place: FilePlace): Error =>
    invalidFile(
      place,
      'the file is not an array of objects or strings',
      'Give [{"text": "…"}, …]; for an object on each line, --input jsonl.',
    );
  await scanJson(file, {
    open(path, kind, place) {
      if (kind !== (path.length === 0 ? 'array' : 'object') && path.length < 2) throw wrong(place);
      if (path.length === 1) {
        finish();
        onPlace(place);
        begun = { fields: new Map(), place, id: idAt(path) };
      } else if (path.length === 2) begun?.fields.set(String(path[1]), NESTED);
    },
    scalar(path, value, place, literal) {
      const exact = typeof value === 'number' && !keepsValue(literal) ? literal : value;
      if (path.length === 2) begun?.fields.set(String(path[1]), exact);
      if (path.length > 1) return;
      finish();
      if (path.length === 0 || typeof value !== 'string') throw wrong(place);
      onPlace(place);
      take({ id: idAt(path), text: value });
    },
  });
  finish();
}

/** Placeholder for nested values, which documents do not keep. */
const NESTED = {};
