/**
 * How a model is asked whether a document is relevant, and how its answer becomes a score: data in the model folder's
 * manifest, so that a reranker is supported by describing it. Untrusted when read.
 */
import profiles from './scoring-profiles.json' with { type: 'json' };

export interface ScoringProfile {
  readonly name: string;
  /**
   * The whole prompt, roles and special tokens included, with `{query}` and `{document}` once each. Every part is
   * tokenized by itself, as the model's own code does; special tokens are recognised here and never in texts.
   */
  readonly prompt: readonly string[];
  /** What replaces `{query}`. null: the query itself, with an instruction appended after a space. */
  readonly query: QueryForms | null;
  /** `think`: the model reasons until `</think>` and then answers. `none`: its next token is the answer. */
  readonly chain: 'think' | 'none';
  /**
   * The texts whose logits are read; without a second one, the first logit alone is the score. Without a chain each must
   * be one token. A chain writes its answer as text, so the first token counts.
   */
  readonly answers: { readonly true: string; readonly false: string | null };
  /** From x, logit(true) - logit(false) or logit(true): the score is sigmoid((x - offset) / scale). */
  readonly score: { readonly offset: number; readonly scale: number };
  readonly cut: DocumentCut;
  /** whether white space around query and document is dropped */
  readonly trim: boolean;
}

export interface QueryForms {
  /** with `{query}`: the form without an instruction */
  readonly plain: string;
  /** with `{instruction}` and `{query}` */
  readonly instructed: string;
  /** used if the caller gives none */
  readonly defaultInstruction: string | null;
}

/** Only the document is ever cut: a prompt that lost its end would be answered at random. */
export interface DocumentCut {
  /** `token`: at any token; needs `{document}` at the end of its part. `word`: before the word that does not fit. */
  readonly at: 'token' | 'word';
  /** of the whole prompt; null: the model's context */
  readonly maxTokens: number | null;
  /** of a document, in code points; null: any number */
  readonly maxCharacters: number | null;
}

const MAX_TEXT_LENGTH = 10_000;
const NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/;

export const SCORING_PROFILES: ReadonlyMap<string, ScoringProfile> = new Map(
  Object.entries({
    ...profiles,
    'mxbai-rerank-large-v2': {
      ...profiles['mxbai-rerank-base-v2'],
      score: { offset: 6, scale: 1 },
    },
  }).map(([name, profile]) => [name, parseScoringProfile({ name, ...profile })]),
);

/** The reference protocol of rank1 (rank1/chain-protocol.ts), which models without a profile follow. */
export const RANK1_PROFILE = SCORING_PROFILES.get('rank1')!;

/** The profile of a published model, by its repository's name; null if it is not known. */
export function knownProfile(source: string): ScoringProfile | null {
  const name = source.toLowerCase();
  const known = [...SCORING_PROFILES.keys()].find((id) => new RegExp(`(^|[/_-])${id}(?![a-z])`).test(name));
  return SCORING_PROFILES.get(known ?? '') ?? null;
}

/** @throws TypeError that names the field */
export function parseScoringProfile(json: unknown): ScoringProfile {
  const fields = record(json, 'profile');
  const { name, prompt, query, chain } = fields;
  if (typeof name !== 'string' || !NAME.test(name)) throw new TypeError('its name is not a plain name');
  if (!Array.isArray(prompt) || prompt.length === 0 || prompt.length > 100)
    throw new TypeError('prompt is not a list of parts');
  const parts = prompt.map((part, index) => text(part, `prompt[${index}]`));
  for (const slot of ['{query}', '{document}']) once(parts.join(''), slot, 'prompt');
  if (parts.join('').indexOf('{query}') > parts.join('').indexOf('{document}'))
    throw new TypeError('prompt must hold {query} before {document}, so that documents share it');
  if (chain !== 'think' && chain !== 'none') throw new TypeError('chain must be "think" or "none"');
  const { trim } = fields;
  if (typeof trim !== 'boolean') throw new TypeError('trim is not true or false');
  const cut = parseCut(fields['cut']);
  const documentPart = parts.find((part) => part.includes('{document}'))!;
  if (cut.at === 'token' && !documentPart.endsWith('{document}'))
    throw new TypeError('cut.at "token" needs {document} at the end of its part');
  const answers = record(fields['answers'], 'answers');
  const yes = text(answers['true'], 'answers.true');
  const no = answers['false'] === null ? null : text(answers['false'], 'answers.false');
  if (chain === 'think' && no === null) throw new TypeError('a chain needs two answers');
  const { offset, scale } = record(fields['score'], 'score');
  if (!isNumber(offset)) throw new TypeError('score.offset is not a number');
  if (!isNumber(scale) || scale <= 0) throw new TypeError('score.scale is not a number above 0');
  return {
    name,
    prompt: parts,
    query: query === null ? null : parseQuery(query),
    chain,
    answers: { true: yes, false: no },
    score: { offset, scale },
    cut,
    trim,
  };
}

function parseQuery(value: unknown): QueryForms {
  const { plain, instructed, defaultInstruction } = record(value, 'query');
  return {
    plain: once(text(plain, 'query.plain'), '{query}', 'query.plain'),
    instructed: ['{query}', '{instruction}'].reduce(
      (form, slot) => once(form, slot, 'query.instructed'),
      text(instructed, 'query.instructed'),
    ),
    defaultInstruction:
      defaultInstruction === null ? null : text(defaultInstruction, 'query.defaultInstruction'),
  };
}

function parseCut(value: unknown): DocumentCut {
  const { at, maxTokens, maxCharacters } = record(value, 'cut');
  if (at !== 'token' && at !== 'word') throw new TypeError('cut.at must be "token" or "word"');
  return {
    at,
    maxTokens: limit(maxTokens, 'maxTokens'),
    maxCharacters: limit(maxCharacters, 'maxCharacters'),
  };
}

function limit(value: unknown, field: string): number | null {
  if (value === null || (Number.isSafeInteger(value) && (value as number) > 0)) return value as number | null;
  throw new TypeError(`cut.${field} must be null or a whole number above 0`);
}

function text(value: unknown, field: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_TEXT_LENGTH && value.isWellFormed())
    return value;
  throw new TypeError(`${field} is not a text of 1 to ${MAX_TEXT_LENGTH} characters`);
}

function once(value: string, slot: string, field: string): string {
  if (value.split(slot).length === 2) return value;
  throw new TypeError(`${field} must hold ${slot} once`);
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new TypeError(`${field} is not an object`);
}
