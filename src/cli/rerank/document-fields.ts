/** Builds a document from the named fields of a row or object. */
import { invalidFile, type FilePlace } from '../../evaluation/files/invalid-file.ts';
import type { Fact } from '../../export/ranking-report.ts';
import type { RerankDocument } from '../../protocol/rerank-api.ts';

/** Common names of the text field, in order of precedence. */
export const TEXT_FIELDS = ['text', 'contents', 'content', 'body', 'passage', 'segment', 'document'];
const ID_FIELDS = ['id', '_id', 'docid', 'doc_id', 'docno'];

/**
 * @param unnamed the id of a document that has none
 * @throws Rank1Error invalid-file if there is no text, or a field has the wrong type
 */
export function documentOf(
  fields: Readonly<Record<string, unknown>>,
  place: FilePlace,
  unnamed = defaultId(place),
): RerankDocument {
  const own = (name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);
  const textField = TEXT_FIELDS.find((name) => own(name) !== undefined);
  const text = textField && own(textField);
  if (typeof text !== 'string')
    throw invalidFile(
      place,
      textField ? `"${textField}" is not a string` : `there is no "text"`,
      'Every document needs its text, as a string.',
    );
  const idField = ID_FIELDS.find((name) => own(name) !== undefined && own(name) !== '');
  const id = idField && own(idField);
  if (id !== undefined && typeof id !== 'string' && !Number.isSafeInteger(id))
    throw invalidFile(place, `"${idField}" is not an id`, 'An id is a string or a whole number.');
  const title = own('title');
  if (title !== undefined && title !== null && typeof title !== 'string')
    throw invalidFile(place, '"title" is not a string', 'Leave it out, or make it a string.');
  const known: readonly (string | undefined)[] = [textField, 'title', idField];
  const isNoId = (name: string, value: unknown): boolean => value === '' && ID_FIELDS.includes(name);
  const metadata = Object.entries(fields).filter(
    ([name, value]) => !known.includes(name) && isFact(value) && !isNoId(name, value),
  );
  return {
    id: id === undefined ? unnamed : String(id as string | number),
    ...(title && { title }),
    text,
    metadata: Object.fromEntries(metadata),
  };
}

export function defaultId({ file, line }: FilePlace): string {
  return `${file}:${line}`;
}

/** Values that fit a table cell; nested values are dropped. */
function isFact(value: unknown): value is Fact {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
