/** The oracle's chains on the demo model; see test/oracle/conformance/make_fixtures.py for every field. */
import { readFileSync } from 'node:fs';
import { IS_FULL } from '../tier.ts';

export interface OracleChain {
  readonly query: string;
  readonly document: string;
  readonly maxNewTokens: number;
  readonly promptTokenIds: number[];
  readonly newTokenIds: number[];
  readonly smallestMargin: number;
  readonly forcedPromptTokenIds?: number[];
  readonly forced: boolean;
  readonly label: 'true' | 'false';
  readonly score: number;
  readonly logitDifference: number;
}

interface OracleFixture {
  readonly weightsSha256: string;
  readonly cases: OracleChain[];
}

/** @param name of a fixture of make_fixtures.py */
export function readOracle(name: 'demo' | 'default'): OracleFixture {
  const file = new URL(`../fixtures/conformance/${name}-chains.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as OracleFixture;
}

export const oracle = readOracle('demo');

/** Chains that ran to the end or to the fixture's longest limit; the others are cut short on purpose. */
const longest = Math.max(...oracle.cases.map((chain) => chain.maxNewTokens));
export const wholeChains = oracle.cases.filter((chain) => chain.maxNewTokens === longest);
export const cutChains = oracle.cases.filter((chain) => chain.maxNewTokens < longest);

/**
 * A software GPU takes seconds a step: `npm test` decodes two chains of few tokens, the full run ten of all lengths. One of
 * the two goes on when the other has ended.
 */
export const slowDeviceChains = IS_FULL
  ? [...shortWholeChains(5), ...[1, 5, 11, 18, 26].map((limit) => cutChainsAt(limit).at(-1)!)]
  : [...middleOf(cutChainsAt(1), 1), ...middleOf(cutChainsAt(5), 1)];

/** Of chains of up to 32 steps: the one with the shortest prompt, the one with the longest, and those evenly between. */
function shortWholeChains(count: number): OracleChain[] {
  const short = byPromptLength(wholeChains.filter(({ newTokenIds }) => newTokenIds.length <= 32));
  return Array.from({ length: count }, (_, i) => short[Math.round((i / (count - 1)) * (short.length - 1))]!);
}

/** Those of up to 240 prompt tokens that are cut after `maxNewTokens`, the shortest prompt first. */
function cutChainsAt(maxNewTokens: number): OracleChain[] {
  const isShort = ({ promptTokenIds }: OracleChain) => promptTokenIds.length <= 240;
  return byPromptLength(cutChains.filter((chain) => chain.maxNewTokens === maxNewTokens && isShort(chain)));
}

/** Not the shortest: a GPU runs a prefix once only where enough tokens follow. */
function middleOf(chains: readonly OracleChain[], count: number): OracleChain[] {
  const start = Math.floor((chains.length - count + 1) / 2);
  return chains.slice(start, start + count);
}

function byPromptLength(chains: readonly OracleChain[]): OracleChain[] {
  return [...chains].sort((a, b) => a.promptTokenIds.length - b.promptTokenIds.length);
}
