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

const ADDRESS = /^https?:\/\/[^/]*([^?#]*)/i;

/**
 * The profile of a published model. Only its own name counts, the last one of a path; in an address, where a revision or a
 * folder may follow, the last that is known. A GGUF file may be named by its folder instead.
 * @param source repository name, path or address
 * @returns null if unknown
 */
export function knownProfile(source: string): ScoringProfile | null {
  const [, address] = ADDRESS.exec(source) ?? [];
  const path = (address ?? source).toLowerCase().split(/[/\\]/);
  const [own = '', ...folders] = path.filter((part) => part !== '').toReversed();
  const others = address === undefined ? folders.slice(0, own.endsWith('.gguf') ? 1 : 0) : folders;
  const other = others.map(profileNamed).find((profile) => profile !== null) ?? null;
  // Any model may lie in a folder called rank1.
  return profileNamed(own) ?? (other === RANK1_PROFILE ? null : other);
}

function profileNamed(name: string): ScoringProfile | null {
  const known = [...KNOWN_PROFILES.keys()].find((id) => new RegExp(`(^|[_-])${id}(?![a-z0-9])`).test(name));
  return KNOWN_PROFILES.get(known ?? '') ?? null;
}
