/** Checks the scoring profile of a manifest or of a user's file. Both are untrusted. */
import { RANK1_PROFILE, type DocumentCut, type QueryForms, type ScoringProfile } from './scoring-profile.ts';

const MAX_TEXT_LENGTH = 10_000;
/** Forced verdicts and continuations are written in rank1's own words, with these. */
const OF_CHAINS = ['prompt', 'query', 'answers', 'trim'] as const;
const NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/;

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
  const { offset, scale } = record(fields['score'], 'score');
  if (!isNumber(offset)) throw new TypeError('score.offset is not a number');
  if (!isNumber(scale) || scale <= 0) throw new TypeError('score.scale is not a number above 0');
  const profile: ScoringProfile = {
    name,
    prompt: parts,
    query: query === null ? null : parseQuery(query),
    chain,
    answers: { true: yes, false: no },
    score: { offset, scale },
    quoteCue: parseQuoteCue(fields['quoteCue'] ?? null, chain),
    cut,
    trim,
  };
  const other = OF_CHAINS.find((field) => JSON.stringify(profile[field]) !== JSON.stringify(RANK1_PROFILE[field]));
  if (chain === 'think' && other)
    throw new TypeError(`${other} is not rank1's, which a chain needs; with chain "none" it may be any`);
  return profile;
}

function parseQuoteCue(value: unknown, chain: ScoringProfile['chain']): string | null {
  if (value === null) return null;
  const cue = text(value, 'quoteCue');
  if (chain === 'none') throw new TypeError('quoteCue needs a chain');
  if (!cue.endsWith('"')) throw new TypeError('quoteCue must end with a quotation mark');
  return cue;
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
