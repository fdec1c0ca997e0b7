/** The oracle's chains on the demo model; see test/oracle/conformance/make_fixtures.py for every field. */
import { readFileSync } from 'node:fs';

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

export const oracle = JSON.parse(
  readFileSync(new URL('../fixtures/conformance/demo-chains.json', import.meta.url), 'utf8'),
) as OracleFixture;

/** Chains that ran to the end or to the fixture's longest limit; the others are cut short on purpose. */
const longest = Math.max(...oracle.cases.map((chain) => chain.maxNewTokens));
export const wholeChains = oracle.cases.filter((chain) => chain.maxNewTokens === longest);
export const cutChains = oracle.cases.filter((chain) => chain.maxNewTokens < longest);
