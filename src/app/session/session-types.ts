/** What a triage session is made of, as it is stored and exported. */
import type { FinishReason, Outcome, QueryPreset, RerankMode } from '../../protocol/rerank-api.ts';
import type { ImportedFile } from '../import/import-types.ts';

/** All but `aborted`, which is no judgement. */
export const JUDGED_REASONS = [
  'verdict',
  'length',
  'loop',
  'prompt-too-long',
  'failed',
] as const satisfies readonly FinishReason[];

/** The person's choice. A verdict is the model's. */
export type Decision = 'keep' | 'drop' | 'unsure';

export interface Question {
  readonly query: string;
  readonly instruction: string;
  /** another meaning of "relevant"; null for the model's own */
  readonly preset: QueryPreset | null;
  readonly mode: RerankMode;
  /** how many passages of the shortlist are judged */
  readonly topK: number;
}

export interface SessionRecord {
  readonly id: string;
  readonly name: string;
  /** the person has given it no name yet */
  readonly isUntitled?: boolean;
  /** ISO 8601 */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** as it stands in the form */
  readonly question: Question;
  /** as it was put to the model last */
  readonly asked: Question | null;
  /** of the model that judged last: what it has judged is found again before a model is loaded */
  readonly dtype?: string;
  /** A run was begun and has not ended: it is gone on with when the session is opened again. */
  readonly running: boolean;
  /** How often the run was begun anew without one verdict since: a run that crashes the page must not do so for ever. */
  readonly numFruitlessStarts: number;
}

export interface FileRecord extends ImportedFile {
  readonly sessionId: string;
  /** place in the session, from 0 */
  readonly id: number;
}

/** What the model said of one text under one question; shared by all sessions. */
export interface Judgement extends Omit<Outcome, 'finishReason' | 'passage' | 'samples'> {
  /** of the model, its settings, the prompt and the text: see judgement-key.ts */
  readonly key: string;
  /** content hash of the text */
  readonly hash: string;
  readonly finishReason: Exclude<FinishReason, 'aborted'>;
}

export interface DecisionRecord {
  readonly sessionId: string;
  /** A decision is about a text under a question; another question asks anew. */
  readonly questionKey: string;
  readonly hash: string;
  readonly decision: Decision | null;
  readonly note: string;
}

/** A question as it was put, with the texts that were to be judged: what one goes back to. */
export interface AskedQuestion {
  readonly sessionId: string;
  /** of the question in its meaning: asked again, it takes the place of the one before */
  readonly questionKey: string;
  readonly question: Question;
  /** content hashes of the shortlist, best first */
  readonly hashes: readonly string[];
  /** of these, as many share a word with the question; the others are there to fill up */
  readonly numSharing: number;
  /** ISO 8601 */
  readonly askedAt: string;
}

/** Above it a run would take days; below it every passage of the folder may be judged, and all are listed. */
export const MAX_TOP_K = 10_000;

export const DEFAULT_QUESTION: Question = {
  query: '',
  instruction: '',
  preset: null,
  mode: 'reason',
  topK: 25,
};

export function newSession(name: string, now = new Date()): SessionRecord {
  const createdAt = now.toISOString();
  return {
    id: crypto.randomUUID(),
    name,
    isUntitled: true,
    createdAt,
    updatedAt: createdAt,
    question: DEFAULT_QUESTION,
    asked: null,
    running: false,
    numFruitlessStarts: 0,
  };
}
