/** Saves a session as one file, for backup or another device. Loaded files are untrusted until validated. */
import { msg, str } from '@lit/localize';
import * as z from 'zod/mini';
import type { ExportedFile } from '../../export/index.ts';
import { contentHash } from '../import/content-hash.ts';
import { IMPORT_NOTE_CODES, UNREAD_REASONS } from '../import/import-notes.ts';
import { DOCUMENT_PARTS, FILE_KINDS } from '../import/import-types.ts';
import { QUERY_PRESET_NAMES } from '../../base/query-presets.ts';
import { judgementKey } from './judgement-key.ts';
import { PageError } from '../shell/page-error.ts';
import { hashesOf, type SessionStore } from './session-store.ts';
import {
  JUDGED_REASONS,
  MAX_TOP_K,
  type FileRecord,
  type Judgement,
  type SessionRecord,
  JUDGING_MODES,
} from './session-types.ts';

const FORMAT = 'rank1-rerank/triage-session';
const VERSION = 1;
const MAX_BYTES = 512 * 2 ** 20;

export async function exportSession(store: SessionStore, session: SessionRecord): Promise<ExportedFile> {
  const files = await store.getFiles(session.id);
  const questions = await store.getQuestions(session.id);
  const decisions = await store.getDecisions(session.id);
  const judgements = await store.findJudgements(hashesOf(files));
  const content = { format: FORMAT, version: VERSION, session, files, questions, decisions, judgements };
  const day = new Date().toISOString().slice(0, 10);
  return {
    name: `triage-session-${day}.json`,
    mediaType: 'application/json',
    text: `${JSON.stringify(content)}\n`,
  };
}

/**
 * Stores the file's session as a new one, atomically; never replaces an existing session.
 * @throws Rank1Error `invalid-file` or `storage`
 */
export async function importSession(store: SessionStore, file: Blob): Promise<SessionRecord> {
  if (file.size > MAX_BYTES) throw invalid(msg('it is far too large'));
  const { session, files, questions = [], decisions, judgements } = parseSessionFile(await file.text());
  const id = crypto.randomUUID();
  const hashes = new Set<string>();
  for (const { passages } of files) {
    const hashed = await Promise.all(passages.map(({ text }) => contentHash(text)));
    for (const [place, { hash }] of passages.entries()) {
      // With a wrong hash, one text's verdict would be stored under another.
      if (hash !== hashed[place]) throw invalid(msg('a text in it was changed'));
      hashes.add(hash);
    }
  }
  const own = judgements.filter(
    ({ key, hash }) => hashes.has(hash) && key === judgementKey(key.slice(0, 64), hash),
  );
  const { dtype, ...rest } = session;
  const record: SessionRecord = {
    ...rest,
    ...(dtype !== undefined && { dtype }),
    id,
    running: false,
    numFruitlessStarts: 0,
    updatedAt: new Date().toISOString(),
  };
  await store.putWholeSession({
    session: record,
    files: files.map((fileRecord, place) => ({ ...fileRecord, sessionId: id, id: place }) as FileRecord),
    questions: questions.map((question) => ({ ...question, sessionId: id })),
    decisions: decisions.map((decision) => ({ ...decision, sessionId: id })),
    judgements: own as Judgement[], // judgements made on this device take precedence over the file's
  });
  return record;
}

/** @throws Rank1Error `invalid-file` */
export function parseSessionFile(json: string) {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch {
    throw invalid(msg('it is not JSON'));
  }
  const result = sessionFileSchema().safeParse(content, { jitless: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.slice(0, 4).join('.') ?? '';
  throw invalid(place ? msg(str`${place} is not as it should be`) : msg('it is not as it should be'));
}

function sessionFileSchema() {
  z.config({ jitless: true }); // the page's policy forbids generated code
  const text = z.string().check(z.maxLength(200_000));
  const count = z.int().check(z.minimum(0));
  const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
  const question = z.object({
    query: text,
    instruction: text,
    preset: z.nullable(z.enum(QUERY_PRESET_NAMES)),
    mode: z.enum(JUDGING_MODES),
    topK: z.int().check(z.minimum(1), z.maximum(MAX_TOP_K)),
    top: z.optional(z.int().check(z.minimum(1), z.maximum(MAX_TOP_K))),
    explained: z.optional(z.boolean()),
  });
  const verdict = z.object({
    label: z.enum(['true', 'false']),
    score: z.number().check(z.minimum(0), z.maximum(1)),
    logitDifference: z.number(),
    forced: z.boolean(),
    instant: z.optional(z.literal(true)),
    bound: z.optional(z.enum(['at-least', 'at-most'])),
  });
  const date = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/));
  const passage = z.object({
    text,
    hash,
    page: z.optional(count),
    record: z.optional(count),
    column: z.optional(text),
    part: z.optional(z.enum(DOCUMENT_PARTS)),
    label: z.optional(text),
    firstLine: z.optional(count),
    lastLine: z.optional(count),
  });
  const note = { numbers: z.optional(z.array(count)), name: z.optional(text) };
  return z.object({
    format: z.literal(FORMAT),
    version: z.literal(VERSION),
    session: z.object({
      name: text,
      createdAt: date,
      question,
      asked: z.nullable(question),
      dtype: z.optional(text),
    }),
    files: z.array(
      z.object({
        path: text,
        dropId: z.optional(text),
        kind: z.nullable(z.enum(FILE_KINDS)),
        numBytes: count,
        passages: z.array(passage),
        encoding: z.optional(text),
        warnings: z.array(z.object({ code: z.enum(IMPORT_NOTE_CODES), ...note })),
        error: z.nullable(z.object({ code: z.enum(UNREAD_REASONS), ...note })),
      }),
    ),
    questions: z.optional(
      z.array(
        z.object({ questionKey: hash, question, hashes: z.array(hash), numSharing: count, askedAt: date }),
      ),
    ),
    decisions: z.array(
      z.object({
        questionKey: hash,
        hash,
        decision: z.nullable(z.enum(['keep', 'drop', 'unsure'])),
        note: text,
      }),
    ),
    judgements: z.array(
      z.object({
        key: z.string().check(z.regex(/^[0-9a-f]{64}:[0-9a-f]{64}$/)),
        hash,
        verdict: z.nullable(verdict),
        reasoning: text,
        finishReason: z.enum(JUDGED_REASONS),
        truncated: z.boolean(),
        maxTokens: z.optional(count),
        numPromptTokens: count,
        numNewTokens: count,
      }),
    ),
  });
}

function invalid(problem: string): PageError {
  return new PageError('invalid-file', msg(str`This is not a session file that can be opened: ${problem}.`));
}
