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

/** A hub's address of a revision: `/resolve/main`, `/tree/refs/pr/1`. */
const REVISION = /\/(resolve|tree)\/(refs\/[^/]+\/)?[^/]+/;

/**
 * The profile of a published model. Only its own name counts, the last one of a path: any model may lie in a folder called
 * rank1. A GGUF file may be named by its folder instead.
 * @param source repository name, path or address
 * @returns null if unknown
 */
export function knownProfile(source: string): ScoringProfile | null {
  const path = source.toLowerCase().replace(REVISION, '').split(/[/\\]/);
  const [own = '', folder = ''] = path.filter((part) => part !== '').toReversed();
  return profileNamed(own) ?? (own.endsWith('.gguf') ? profileNamed(folder) : null);
}

function profileNamed(name: string): ScoringProfile | null {
  const known = [...KNOWN_PROFILES.keys()].find((id) => new RegExp(`(^|[_-])${id}(?![a-z0-9])`).test(name));
  return KNOWN_PROFILES.get(known ?? '') ?? null;
}
