/** `rank1-rerank compare`: two models, or one model in exact and in fast arithmetic. */
import { COMPARE_USAGE, parseCompareArguments, runCompare } from '../../convert/compare/compare-command.ts';
import type { Command } from '../command.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { FAST_USAGE, isFastComparison, parseFastArguments, runFastComparison } from './fast-comparison.ts';

export const compareCommand: Command = {
  summary: 'measure what a quantised model, or fast arithmetic, loses',
  usage: `${COMPARE_USAGE}\n${FAST_USAGE}`,
  prepare: (args) => {
    if (isFastComparison(args)) {
      const parsed = parseFastArguments(args);
      return (context) => untilInterrupted((signal) => runFastComparison(parsed, context, signal));
    }
    const parsed = parseCompareArguments(args);
    return () => untilInterrupted((signal) => runCompare(parsed, signal));
  },
};
