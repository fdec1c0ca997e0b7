/** A file of a session in tests: its passages, and what else a record needs. */
import type { FileRecord } from '../../src/app/session/session-types.ts';

export function fileRecord(id: number, ...texts: string[]): FileRecord {
  const passages = texts.map((text) => ({ text, hash: `hash of ${text}` }));
  return {
    sessionId: 's',
    id,
    path: `${id}.txt`,
    kind: 'text',
    numBytes: 1,
    passages,
    warnings: [],
    error: null,
  };
}
