/** The command line entry: picks the subcommand and turns errors into one sentence and an exit code. */
import { errorMessage } from '../../errors.ts';
import { COMPARE_USAGE, parseCompareArguments, runCompare } from '../compare/compare-command.ts';
import { CONVERT_USAGE, parseConvertArguments } from './convert-arguments.ts';
import { runConvert } from './convert-command.ts';

interface Command {
  readonly usage: string;
  /** @throws TypeError or RangeError for wrong arguments */
  prepare(args: readonly string[]): () => Promise<void>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  convert: {
    usage: CONVERT_USAGE,
    prepare: (args) => {
      const parsed = parseConvertArguments(args);
      return () => runConvert(parsed);
    },
  },
  compare: {
    usage: COMPARE_USAGE,
    prepare: (args) => {
      const parsed = parseCompareArguments(args);
      return () => runCompare(parsed);
    },
  },
};

/** @returns the exit code: 0 done, 1 failed, 2 wrong arguments */
export async function main(args: readonly string[]): Promise<number> {
  const [name = '', ...rest] = args;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    console.error(
      `usage: rank1-rerank ${Object.keys(COMMANDS).join('|')} ... (--help after it for its options)`,
    );
    return 2;
  }
  if (rest.includes('--help')) {
    console.log(command.usage);
    return 0;
  }
  let exitCode = 2;
  try {
    const run = command.prepare(rest);
    exitCode = 1;
    await run();
    return 0;
  } catch (error) {
    console.error(`rank1-rerank ${name}: ${errorMessage(error)}`);
    return exitCode;
  }
}
