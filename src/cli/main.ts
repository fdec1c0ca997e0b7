/**
 * The command line's entry point: selects the subcommand, and turns errors into one sentence and an exit
 * code.
 */
import { errorMessage, isRank1Error } from '../base/errors.ts';
import { CONVERT_USAGE, parseConvertArguments } from '../convert/node/convert-arguments.ts';
import { runConvert } from '../convert/node/convert-command.ts';
import { assetsCommand } from './assets/assets-command.ts';
import { compareCommand } from './compare/compare-command.ts';
import { EXIT, type Command, type CommandContext } from './command.ts';
import { doctorCommand } from './doctor/doctor-command.ts';
import { evalCommand } from './eval/eval-command.ts';
import { modelsCommand } from './models/models-command.ts';
import { rerankCommand } from './rerank/rerank-command.ts';
import { serveCommand } from './serve/serve-command.ts';
import { OutputFailed, StandardOutput } from './standard-output.ts';
import { Interrupted, untilInterrupted } from './until-interrupted.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  rerank: rerankCommand,
  serve: serveCommand,
  eval: evalCommand,
  models: modelsCommand,
  assets: assetsCommand,
  doctor: doctorCommand,
  convert: {
    summary: 'turn a Hugging Face checkpoint into a model folder',
    usage: CONVERT_USAGE,
    prepare: (args) => {
      const parsed = parseConvertArguments(args);
      return () => untilInterrupted((signal) => runConvert(parsed, signal));
    },
  },
  compare: compareCommand,
};

/** Commands for which a bad file is an input error. */
const READ_FILES: readonly string[] = ['rerank', 'eval', 'compare'];

/** @returns the exit code, see `EXIT` */
export async function main(args: readonly string[], context: CommandContext): Promise<number> {
  const output = new StandardOutput();
  const exitCode = await runCommand(args, context);
  const failure = await output.failure();
  if (!failure) return exitCode;
  if (failure.hasReaderLeft) return EXIT.done;
  console.error(`rank1-rerank: ${failure.message}`);
  return EXIT.failed;
}

async function runCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const [name = '', ...rest] = args;
  if (name === '--version') {
    console.log(context.version);
    return EXIT.done;
  }
  if (name === '--help') {
    console.log(overview());
    return EXIT.done;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    console.error(overview());
    return EXIT.wrongArguments;
  }
  if (rest.includes('--help')) {
    console.log(command.usage);
    return EXIT.done;
  }
  let exitCode: number = EXIT.wrongArguments;
  try {
    const run = command.prepare(rest);
    exitCode = EXIT.failed;
    return (await run(context)) ?? EXIT.done;
  } catch (error) {
    if (error instanceof OutputFailed) return EXIT.failed; // reported once, when the rest has been written
    console.error(`rank1-rerank ${name}: ${errorMessage(error)}`);
    if (error instanceof Interrupted) return EXIT.interrupted;
    return isRank1Error(error, 'invalid-file') && READ_FILES.includes(name) ? EXIT.wrongInput : exitCode;
  }
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `usage: rank1-rerank ${Object.keys(COMMANDS).join('|')} ... (--help after it for its options)\n\n${lines.join('\n')}`;
}
