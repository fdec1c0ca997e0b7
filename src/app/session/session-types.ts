/** A triage session's records, as stored and exported. */
import type { FinishReason, Outcome, QueryPreset } from '../../protocol/rerank-api.ts';
import type { ImportedFile } from '../import/import-types.ts';

/** All but `aborted`, which is not a judgement. */
export const JUDGED_REASONS = [
  'verdict',
  'length',
  'loop',
  'prompt-too-long',
  'failed',
] as const satisfies readonly FinishReason[];

/** The user's choice; a verdict is the model's. */
export type Decision = 'keep' | 'drop' | 'unsure';

/** `reason`: reasons for all passages. `top`: scores, then reasons for the best. `instant`: scores alone. */
export const JUDGING_MODES = ['reason', 'top', 'instant'] as const;
export type JudgingMode = (typeof JUDGING_MODES)[number];

export interface Question {
  readonly query: string;
  readonly instruction: string;
  /** another definition of "relevant"; null for the model's own */
  readonly preset: QueryPreset | null;
  readonly mode: JudgingMode;
  /** number of passages to reason about in mode `top`; the default if unset */
  readonly top?: number | undefined;
  /** whether in mode `top` the page's second model, if any, gives the reasons */
  readonly explained?: boolean | undefined;
  /** number of shortlisted passages to judge */
  readonly topK: number;
}

export interface SessionRecord {
  readonly id: string;
  readonly name: string;
  /** true until the user names it */
  readonly isUntitled?: boolean;
  /** ISO 8601 */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** as currently entered in the form */
  readonly question: Question;
  /** as last put to the model */
  readonly asked: Question | null;
  /** `versionOf` the model that judged last, so that its judgements are found before a model is loaded */
  readonly dtype?: string;
  /** A run has started and not ended; it resumes when the session is reopened. */
  readonly running: boolean;
  /** Consecutive restarts without a verdict, so that a run that crashes the page is not retried forever. */
  readonly numFruitlessStarts: number;
}

export interface FileRecord extends ImportedFile {
  readonly sessionId: string;
  /** position in the session, from 0 */
  readonly id: number;
  /** shared by all that was read from one dropped file; sessions from older versions did not store it */
  readonly dropId?: string;
}

/** A file that was read and is in no session yet. */
export type NewFile = Omit<FileRecord, 'sessionId' | 'id'>;

/** The model's outcome for one text and question; shared by all sessions. */
export interface Judgement extends Omit<Outcome, 'finishReason' | 'passage' | 'samples'> {
  /** covers model, settings, prompt and text: see judgement-key.ts */
  readonly key: string;
  /** content hash of the text */
  readonly hash: string;
  readonly finishReason: Exclude<FinishReason, 'aborted'>;
}

export interface DecisionRecord {
  readonly sessionId: string;
  /** A decision is about one text and question; another question needs a new decision. */
  readonly questionKey: string;
  readonly hash: string;
  readonly decision: Decision | null;
  readonly note: string;
}

/** A question that was asked, with its shortlist, so that the user can go back to it. */
export interface AskedQuestion {
  readonly sessionId: string;
  /** of the question's meaning; asking it again replaces the earlier record */
  readonly questionKey: string;
  readonly question: Question;
  /** content hashes of the shortlist, best first */
  readonly hashes: readonly string[];
  /** how many of these share a word with the question; the others fill up the list */
  readonly numSharing: number;
  /** ISO 8601 */
  readonly askedAt: string;
}

/** More would take days; folders with fewer passages are judged and listed in full. */
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
