/** Query and document ids: any nonempty text that UTF-8 can encode, `__proto__` included. */
import { invalidFile, quoted, type FilePlace } from './invalid-file.ts';

/** @param what `query id` or `document id`, for the message */
export function checkId(id: string, what: string, place: FilePlace): string {
  if (id === '') throw invalidFile(place, `the ${what} is empty`, 'Give every query and document an id.');
  // The first test is cheap and usually suffices; the second distinguishes lone surrogates from pairs.
  if (/[\0\ud800-\udfff]/.test(id) && /\p{Surrogate}|\0/u.test(id)) {
    throw invalidFile(
      place,
      `the ${what} ${quoted(id)} holds half a character or a NUL`,
      'Write ids as whole Unicode characters.',
    );
  }
  return id;
}

/** Copies a substring so that its source can be freed: V8's sliced strings keep their parent alive. */
export function detached(id: string): string {
  return ` ${id}`.slice(1);
}
