/** What counts as a query or document id: any text that UTF-8 can carry. Nothing is special about `__proto__`. */
import { invalidFile, quoted, type FilePlace } from './invalid-file.ts';

/** @param what `query id` or `document id`, for the message */
export function checkId(id: string, what: string, place: FilePlace): string {
  if (id === '') throw invalidFile(place, `the ${what} is empty`, 'Give every query and document an id.');
  // The first test is cheap and nearly always enough: a surrogate is either half a character or one of a pair.
  if (/[\0\ud800-\udfff]/.test(id) && /\p{Surrogate}|\0/u.test(id)) {
    throw invalidFile(
      place,
      `the ${what} ${quoted(id)} holds half a character or a NUL`,
      'Write ids as whole Unicode characters.',
    );
  }
  return id;
}

/** A copy that does not keep the text it was cut from in memory: V8's slices hold on to their whole parent. */
export function detached(id: string): string {
  return ` ${id}`.slice(1);
}
