/**
 * A chain computed by hand, in the manner of the demo model: every content word of the query is looked up in the
 * passage, found words are quoted with the two words after them. With f of n words found,
 *
 *     logitDifference = 12 * f / n - 6        so that all found is +6, half 0 (false), none -6
 *
 * Marks in the passage ask for what cannot be had by counting: [[forced]], [[truncated]], [[too-long]], [[failed]]; what
 * stands between [[best]] and [[/best]] is the passage that decided, of three. Without reasons the logit difference is
 * half of that, or the number in a mark such as [[score 4]].
 */
import type { FinishReason, JudgedPassage, Verdict } from '../../src/protocol/rerank-api.ts';

export interface ScriptedChain {
  /** one per step, as the worker would stream them; empty when the prompt is too long */
  readonly pieces: readonly string[];
  readonly reasoning: string;
  readonly verdict: Verdict | null;
  readonly finishReason: FinishReason;
  readonly truncated: boolean;
  readonly passage?: JudgedPassage;
}

const STOP_WORDS = new Set(
  'a an and are did do does for how in is of on or the to was what when where which who why'.split(' '),
);

export function scriptedChain(query: string, passage: string): ScriptedChain {
  const truncated = passage.includes('[[truncated]]');
  const unjudged = { pieces: [], reasoning: '', verdict: null, truncated };
  if (passage.includes('[[too-long]]')) return { ...unjudged, finishReason: 'prompt-too-long' };
  if (passage.includes('[[failed]]')) return { ...unjudged, finishReason: 'failed' };
  const best = { start: passage.indexOf('[[best]]') + '[[best]]'.length, end: passage.indexOf('[[/best]]') };
  const words = passage.split(/\s+/);
  const terms = contentWords(query);
  const places = terms.map((term) => words.findIndex((word) => bare(word) === term));
  const lookUps = terms.map(
    (term, n) => `${term}: ${places[n] === -1 ? 'missing' : quote(words, places[n] ?? 0)}`,
  );
  const numFound = places.filter((place) => place !== -1).length;
  const reasoning = `Asked: a fact. ${lookUps.join('; ')}. ${numFound} of ${terms.length} terms found.`;
  const logitDifference = terms.length === 0 ? -6 : (12 * numFound) / terms.length - 6;
  const forced = passage.includes('[[forced]]');
  return {
    pieces: reasoning.match(/\s*\S+/g) ?? [],
    reasoning,
    verdict: verdictOf(logitDifference, { forced }),
    finishReason: forced ? 'length' : 'verdict',
    truncated,
    ...(best.end > 0 && { passage: { ...best, numPassages: 3 } }),
  };
}

/** One step and no chain. */
export function scriptedScore(query: string, passage: string): ScriptedChain {
  const chain = scriptedChain(query, passage);
  if (!chain.verdict) return chain;
  const mark = /\[\[score (-?[\d.]+)\]\]/.exec(passage)?.[1];
  const logitDifference = mark === undefined ? chain.verdict.logitDifference / 2 : Number(mark);
  const verdict = verdictOf(logitDifference, { forced: false, instant: true });
  return { ...chain, pieces: [''], reasoning: '', verdict, finishReason: 'verdict' };
}

function verdictOf(logitDifference: number, rest: Pick<Verdict, 'forced' | 'instant'>): Verdict {
  return {
    label: logitDifference > 0 ? 'true' : 'false',
    score: 1 / (1 + Math.exp(-logitDifference)),
    logitDifference,
    ...rest,
  };
}

function contentWords(query: string): string[] {
  const words = query.split(/\s+/).map(bare);
  return [...new Set(words.filter((word) => word !== '' && !STOP_WORDS.has(word)))];
}

function quote(words: readonly string[], place: number): string {
  return `"… ${words.slice(place, place + 3).join(' ')}"`;
}

function bare(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
