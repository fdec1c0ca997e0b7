/** Expected results of run options; see test/oracle/modes/make_option_fixtures.py for every field. */
import { readFileSync } from 'node:fs';
import type { RunOptions } from '../../src/protocol/rerank-api.ts';

export interface OptionChain {
  readonly promptTokenIds: number[];
  readonly numThought: number;
  readonly reasoning: string;
  readonly finishReason: string;
  readonly forced: boolean;
  readonly label: 'true' | 'false';
  readonly score: number;
  readonly logitDifference: number;
}
export interface OptionRequest {
  readonly query: string;
  readonly title: string | null;
  readonly text: string;
  readonly options: RunOptions;
}
export type OptionCase = OptionRequest & OptionChain;
export type SampledCase = OptionRequest & { readonly chains: readonly OptionChain[]; readonly score: number };

export const optionsOracle = JSON.parse(
  readFileSync(new URL('../fixtures/modes/demo-options.json', import.meta.url), 'utf8'),
) as { weightsSha256: string; prompts: OptionCase[]; guard: OptionCase[]; samples: SampledCase[] };

export const documentOf = ({ title, text }: OptionRequest) => (title === null ? { text } : { title, text });
