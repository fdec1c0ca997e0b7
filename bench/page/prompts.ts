/** The documents of a benchmark run as rank1 prompts, encoded once for all contenders. */
import { documentText, encodePrompt, promptHead } from '../../src/rank1/prompt.ts';
import { createTokenizer, type Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import type { Prompt } from './types.ts';

interface SampleCollection {
  readonly id: string;
  readonly query: string;
  readonly documents: readonly { readonly title?: string; readonly text: string }[];
}

export async function fetchTokenizer(folderUrl: string): Promise<Tokenizer> {
  const json = async (name: string) => (await (await fetch(`${folderUrl}${name}`)).json()) as unknown;
  return createTokenizer(await json('tokenizer.json'), await json('tokenizer_config.json'));
}

/**
 * One query, as in real use: its own collection's documents first, then the other collections', over again when
 * more are asked for.
 */
export async function buildPrompts(
  samplesUrl: string,
  tokenizer: Tokenizer,
  queryId: string,
  numDocuments: number,
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
  const prompts = documents.slice(0, numDocuments).map((sample): Prompt => {
    const document = documentText(sample);
    return {
      text: `${promptHead(own.query)}${document}\n<think>`,
      tokenIds: [...encodePrompt(tokenizer, own.query, document)],
      query: own.query,
      document,
    };
  });
  return Array.from({ length: numDocuments }, (_, i) => prompts[i % prompts.length]!);
}
