/**
 * Finds nearly identical texts, such as form letters or versions of a page. One-permutation MinHash (Broder,
 * 1997; Li et al., 2012) over shingles of three words finds candidates, which are then compared exactly.
 */
import { nextTask } from '../../base/async.ts';

/** Jaccard similarity of the two texts' shingles. */
const MIN_SIMILARITY = 0.6;
const SHINGLE_WORDS = 3;
const NUM_BINS = 32;
/** Bins per band: texts at the minimum similarity almost certainly share a band. */
const BAND_BINS = 2;
const MIN_SHINGLES = 8;
const SLICE = 200;

/** For each text, the first text it resembles, or itself if there is none. Yields to the page. */
export async function groupNearDuplicates(texts: readonly string[]): Promise<number[]> {
  const leaders: number[] = [];
  const shingles: ReadonlySet<number>[] = [];
  const bands = new Map<string, number[]>();
  for (const [place, text] of texts.entries()) {
    const own = shinglesOf(text);
    shingles.push(own);
    const keys = own.size < MIN_SHINGLES ? [] : bandKeys(own);
    const candidates = new Set(keys.flatMap((key) => bands.get(key) ?? []));
    const like = [...candidates].find((other) => similarity(own, shingles[other] ?? own) >= MIN_SIMILARITY);
    leaders.push(like ?? place);
    // Compare with group leaders only, so that a chain of small changes cannot join dissimilar texts.
    if (like === undefined)
      for (const key of keys) {
        const known = bands.get(key);
        if (known) known.push(place);
        else bands.set(key, [place]);
      }
    if (place % SLICE === SLICE - 1) await nextTask();
  }
  return leaders;
}

function shinglesOf(text: string): Set<number> {
  const words =
    text.toLowerCase().match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{M}\p{N}]+/gu) ??
    [];
  const hashes = words.map(hashOf);
  const shingles = new Set<number>();
  for (let at = 0; at + SHINGLE_WORDS <= hashes.length; at++) {
    let hash = 0;
    for (let k = 0; k < SHINGLE_WORDS; k++) hash = mix(hash ^ (hashes[at + k] ?? 0));
    shingles.add(hash);
  }
  return shingles;
}

/** The minimum hash of each bin, two bins per key; empty bins give no key. */
function bandKeys(shingles: ReadonlySet<number>): string[] {
  const least = new Array<number>(NUM_BINS).fill(Infinity);
  for (const hash of shingles) {
    const bin = hash % NUM_BINS;
    least[bin] = Math.min(least[bin] ?? Infinity, hash);
  }
  const keys: string[] = [];
  for (let bin = 0; bin < NUM_BINS; bin += BAND_BINS) {
    const band = least.slice(bin, bin + BAND_BINS);
    if (band.every(Number.isFinite)) keys.push(`${bin}:${band.join()}`);
  }
  return keys;
}

function similarity(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let numShared = 0;
  for (const hash of a) if (b.has(hash)) numShared++;
  return numShared / (a.size + b.size - numShared);
}

/** FNV-1a. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return mix(hash);
}

function mix(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (once ^ (once >>> 13)) >>> 0;
}
