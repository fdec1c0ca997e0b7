/** A session that was saved opens again, whatever is in it: nothing that is written is refused when it is read. */
import { expect, test } from 'vitest';
import type { FinishReason } from '../../../src/protocol/rerank-api.ts';
import { contentHash } from '../../../src/app/import/content-hash.ts';
import { IMPORT_NOTE_CODES } from '../../../src/app/import/import-notes.ts';
import { judgementKey, runKey } from '../../../src/app/session/judgement-key.ts';
import { MemoryStore } from '../../../src/app/session/memory-store.ts';
import { exportSession, importSession } from '../../../src/app/session/session-file.ts';
import { newSession, type Judgement, type Question } from '../../../src/app/session/session-types.ts';
import { QUERY_PRESET_NAMES } from '../../../src/base/query-presets.ts';

/** A compile error here is a new reason that session files must hold. */
const REASONS: Record<Exclude<FinishReason, 'aborted'>, true> = {
  verdict: true,
  length: true,
  loop: true,
  'prompt-too-long': true,
  failed: true,
};

async function filledStore() {
  const store = new MemoryStore();
  const question: Required<Question> = {
    ...{ query: 'q', instruction: 'i', preset: QUERY_PRESET_NAMES[0] ?? null },
    ...{ mode: 'top', top: 3, explained: true, topK: 9 },
  };
  const session = { ...newSession('Saved'), question, asked: question, dtype: 'q4f16' };
  const key = await runKey('revision', 'q4f16', question, 'reason');
  const judgements = await Promise.all(
    Object.keys(REASONS).map(async (reason): Promise<Judgement> => {
      const hash = await contentHash(reason);
      const verdict =
        reason === 'verdict'
          ? ({ label: 'true', score: 1, logitDifference: 9, forced: false, bound: 'at-least' } as const)
          : null;
      const finishReason = reason as keyof typeof REASONS;
      const rest = { reasoning: 'r', truncated: true, numPromptTokens: 1, numNewTokens: 2 };
      return { key: judgementKey(key, hash), hash, verdict, finishReason, ...rest };
    }),
  );
  const row = { record: 3, column: 'ruling', part: 'sheet', label: 'One' } as const;
  const places = [{ page: 1, firstLine: 1, lastLine: 2 }, row, {}];
  const passages = judgements.map(({ hash, finishReason }, place) => ({
    text: finishReason,
    hash,
    ...places[place % places.length],
  }));
  const warnings = IMPORT_NOTE_CODES.map((code) => ({ code, numbers: [1, 2], name: 'big5' }));
  const file = { path: 'a.pdf', kind: 'pdf', numBytes: 9, passages, warnings, error: null } as const;
  await store.putSession(session);
  await store.putFiles([{ ...file, sessionId: session.id, id: 0, dropId: 'drop' }]);
  await store.putJudgements(judgements);
  const decided = { sessionId: session.id, questionKey: key, decision: 'keep', note: 'n' } as const;
  await store.putDecisions([{ ...decided, hash: judgements[0]?.hash ?? '' }]);
  const hashes = judgements.map(({ hash }) => hash);
  const asked = { sessionId: session.id, questionKey: key, question, hashes, numSharing: 1 };
  await store.putQuestion({ ...asked, askedAt: '2026-11-28T00:00:00.000Z' });
  return { store, session, judgements };
}

test('every reason, preset, note and place comes back', async () => {
  const { store, session, judgements } = await filledStore();
  const saved = await exportSession(store, session);
  const other = new MemoryStore();
  const opened = await importSession(other, new Blob([saved.text]));
  expect(opened).toMatchObject({ name: 'Saved', asked: session.asked, dtype: 'q4f16', running: false });
  const without = (files: readonly object[]) => files.map((file) => ({ ...file, sessionId: '' }));
  expect(without(await other.getFiles(opened.id))).toEqual(without(await store.getFiles(session.id)));
  expect(without(await other.getDecisions(opened.id))).toEqual(without(await store.getDecisions(session.id)));
  expect(without(await other.getQuestions(opened.id))).toEqual(without(await store.getQuestions(session.id)));
  expect(await other.getJudgements(judgements.map(({ key }) => key))).toEqual(judgements);
});

test('what this browser has judged itself is not replaced by what a file says', async () => {
  const { store, session, judgements } = await filledStore();
  const saved = await exportSession(store, session);
  const other = new MemoryStore();
  const [first] = judgements;
  if (!first) throw new Error('no judgement');
  await other.putJudgements([{ ...first, reasoning: 'its own' }]);
  await importSession(other, new Blob([saved.text]));
  expect((await other.getJudgements([first.key]))[0]?.reasoning).toBe('its own');
});

test('a session that is deleted takes its texts along, but not the verdicts that another session needs', async () => {
  const { store, session, judgements } = await filledStore();
  const copy = await importSession(store, new Blob([(await exportSession(store, session)).text]));
  await store.deleteSession(session.id);
  expect(await store.getFiles(session.id)).toEqual([]);
  expect(await store.findJudgements(judgements.map(({ hash }) => hash))).toHaveLength(judgements.length);
  await store.deleteSession(copy.id);
  expect(await store.findJudgements(judgements.map(({ hash }) => hash))).toEqual([]);
});
