/** Instant verdicts and rethought chains of the oracle; see test/oracle/modes/make_fixtures.py for every field. */
import { readFileSync } from 'node:fs';

export interface OracleVerdict {
  readonly query: string;
  readonly document: string;
  readonly label: 'true' | 'false';
  readonly score: number;
  readonly logitDifference: number;
}
export interface InstantCase extends OracleVerdict {
  readonly promptTokenIds: number[];
}
export interface RethinkCase extends OracleVerdict {
  readonly rethink: number;
  readonly maxNewTokens: number;
  readonly turns: { readonly promptTokenIds: number[]; readonly newTokenIds: number[] }[];
  readonly forced: boolean;
  readonly reasoning: string;
}

export const modesOracle = JSON.parse(
  readFileSync(new URL('../fixtures/modes/demo-modes.json', import.meta.url), 'utf8'),
) as { weightsSha256: string; instant: InstantCase[]; rethink: RethinkCase[] };
