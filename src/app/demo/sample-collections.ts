/** Sample collections that ship with the page: question, documents and sources. */
import { msg, str } from '@lit/localize';
import type { RerankDocument } from '../../protocol/rerank-api.ts';

export interface SampleSource {
  readonly source: string;
  readonly licence: string;
  readonly url?: string;
}

export interface SampleDocument extends RerankDocument {
  readonly metadata: SampleSource;
}

export interface SampleCollection {
  readonly query: string;
  readonly attribution: string;
  /** changes made to the texts, as their licences require */
  readonly changes: string;
  /** whether the default model has seen them in training */
  readonly trainingNote: string;
  readonly documents: readonly SampleDocument[];
}

export interface SampleListing {
  readonly id: string;
  readonly label: string;
  readonly file: string;
}

const FOLDER = 'samples/';

export async function listSamples(): Promise<readonly SampleListing[]> {
  const { collections } = (await fetchJson('index.json')) as { collections: SampleListing[] };
  return collections;
}

export async function fetchSample(listing: SampleListing): Promise<SampleCollection> {
  return (await fetchJson(listing.file)) as SampleCollection;
}

async function fetchJson(file: string): Promise<unknown> {
  const response = await fetch(new URL(FOLDER + file, document.baseURI));
  if (!response.ok)
    throw new Error(
      msg(str`The samples could not be read (${response.status}). You can still paste your own documents.`),
    );
  return response.json();
}
