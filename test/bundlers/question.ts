/** Three documents of the demo page's first sample, and the verdicts that page gives them on the tests' model (WASM, 4 bits). */
import { readFileSync } from 'node:fs';

interface Sample {
  readonly query: string;
  readonly documents: readonly { readonly title: string; readonly text: string }[];
}

const sample = JSON.parse(
  readFileSync(new URL('../../public/samples/coldest-city.json', import.meta.url), 'utf8'),
) as Sample;

export const QUESTION: Sample = {
  query: sample.query,
  documents: ['Pour point', 'Yakutsk', 'Climate of Dubai'].map((wanted) =>
    sample.documents.find(({ title }) => title === wanted)!,
  ),
};

/** Label and score of each, in that order. */
export const VERDICTS = [
  ['false', 0.1922],
  ['true', 0.9235],
  ['false', 0.1778],
] as const;
