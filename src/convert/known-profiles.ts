/** Scoring profiles of published models. */
import { parseScoringProfile } from '../model/parse-scoring-profile.ts';
import { RANK1_PROFILE, type ScoringProfile } from '../model/scoring-profile.ts';
import published from './known-profiles.json' with { type: 'json' };

const { 'mxbai-rerank-base-v2': mxbaiBase } = published;

export const KNOWN_PROFILES: ReadonlyMap<string, ScoringProfile> = new Map([
  ['rank1', RANK1_PROFILE],
  ...Object.entries({
    ...published,
    'mxbai-rerank-large-v2': { ...mxbaiBase, score: { offset: 6, scale: 1 } },
  }).map(([name, profile]) => [name, parseScoringProfile({ name, ...profile })] as const),
]);

/** The profile of a published model. @param source repository name or path that contains it @returns null if unknown */
export function knownProfile(source: string): ScoringProfile | null {
  const name = source.toLowerCase();
  const known = [...KNOWN_PROFILES.keys()].find((id) => new RegExp(`(^|[/_-])${id}(?![a-z])`).test(name));
  return KNOWN_PROFILES.get(known ?? '') ?? null;
}
