/** The documents of a benchmark run as the model's prompts, encoded once for all contenders. */
import { parseManifest } from '../../src/model/manifest.ts';
import type { ScoringProfile } from '../../src/model/scoring-profile.ts';
import { documentText, encodePrompt, promptHead } from '../../src/rank1/prompt.ts';
import { promptQuery } from '../../src/rank1/query-template.ts';
import { createTokenizer, type Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import type { JudgedQuery, Prompt } from './types.ts';

interface SampleCollection {
  readonly id: string;
  readonly query: string;
  readonly documents: readonly { readonly title?: string; readonly text: string }[];
}

export async function fetchTokenizer(folderUrl: string): Promise<Tokenizer> {
  const json = async (name: string) => (await (await fetch(`${folderUrl}${name}`)).json()) as unknown;
  return createTokenizer(await json('tokenizer.json'), await json('tokenizer_config.json'));
}

export async function fetchProfile(folderUrl: string): Promise<ScoringProfile> {
  return parseManifest(await (await fetch(`${folderUrl}rank1.json`)).json()).profile;
}

/**
 * One query, as in real use: its own collection's documents first, then the other collections', over again when
 * more are asked for.
 * @param numWords of every document, cut from all texts in a row; null: the documents as they are
 */
export async function buildPrompts(
  samplesUrl: string,
  tokenizer: Tokenizer,
  profile: ScoringProfile,
  queryId: string,
  numDocuments: number,
  numWords: number | null = null,
): Promise<Prompt[]> {
  const fetchJson = async <T>(name: string) => (await (await fetch(`${samplesUrl}${name}`)).json()) as T;
  const { collections } = await fetchJson<{ collections: { id: string; file: string }[] }>('index.json');
  const all = await Promise.all(collections.map(({ file }) => fetchJson<SampleCollection>(file)));
  const own = all.find(({ id }) => id === queryId);
  if (!own)
    throw new Error(`no sample collection ${queryId}; there are ${all.map(({ id }) => id).join(', ')}`);
  const documents = [own, ...all.filter((other) => other !== own)].flatMap(
    (collection) => collection.documents,
  );
  const whole = documents.map(documentText);
  const texts = numWords === null ? whole : cutEvery(whole, numWords);
  const toPrompt = promptsOf(own.query, tokenizer, profile);
  const prompts = texts.slice(0, numDocuments).map(toPrompt);
  return Array.from({ length: numDocuments }, (_, i) => prompts[i % prompts.length]!);
}

export async function fetchJudgedPrompts(
  url: string,
  tokenizer: Tokenizer,
  profile: ScoringProfile,
): Promise<Prompt[]> {
  const queries = (await (await fetch(url)).json()) as JudgedQuery[];
  return queries.flatMap(({ query, documents }) =>
    documents.map(({ text }) => text).map(promptsOf(query, tokenizer, profile)),
  );
}

function promptsOf(query: string, tokenizer: Tokenizer, profile: ScoringProfile) {
  const asked = promptQuery({ query, options: {} }, profile);
  return (document: string): Prompt => ({
    text: `${promptHead(query)}${document}\n<think>`,
    tokenIds: [...encodePrompt(tokenizer, asked, document, profile)],
    query,
    document,
  });
}

function cutEvery(texts: readonly string[], numWords: number): string[] {
  const words = texts.flatMap((text) => text.split(/\s+/));
  const numTexts = Math.floor(words.length / numWords);
  return Array.from({ length: numTexts }, (_, i) => words.slice(i * numWords, (i + 1) * numWords).join(' '));
}
