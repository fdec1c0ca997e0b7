/** The command line entry: picks the subcommand and turns errors into one sentence and an exit code. */
import { errorMessage } from '../../errors.ts';
import { CONVERT_USAGE, runConvert } from './convert-command.ts';

const COMMANDS: Readonly<Record<string, { run(args: readonly string[]): Promise<void>; usage: string }>> = {
  convert: { run: runConvert, usage: CONVERT_USAGE },
};

/** @returns the exit code: 0 done, 1 failed, 2 wrong arguments */
export async function main(args: readonly string[]): Promise<number> {
  const [name = '', ...rest] = args;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    console.error(
      `usage: rank1-rerank ${Object.keys(COMMANDS).join('|')} ... (add --help for a command's options)`,
    );
    return 2;
  }
  if (rest.includes('--help')) {
    console.log(command.usage);
    return 0;
  }
  try {
    await command.run(rest);
    return 0;
  } catch (error) {
    const wrongUse = error instanceof TypeError || error instanceof RangeError;
    console.error(`rank1-rerank ${name}: ${errorMessage(error)}`);
    return wrongUse ? 2 : 1;
  }
}
