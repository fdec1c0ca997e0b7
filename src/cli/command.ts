/** What a subcommand is, and what it gets from the process it runs in. */

/** Where things lie; a checkout and an installed package differ in it. */
export interface CommandContext {
  readonly version: string;
  /** the model folder that is taken where none is named */
  readonly defaultModel: string;
  /** what is published for browsers; a checkout has it once it was built */
  readonly packageFolder: string;
  /** the module that runs the model in a thread: workers/node.worker.ts, as it is or bundled */
  readonly engineThread: URL;
}

export type RunCommand = (context: CommandContext) => Promise<ExitCode | void>;

export interface Command {
  /** one line */
  readonly summary: string;
  readonly usage: string;
  /** @throws TypeError or RangeError for wrong arguments */
  prepare(args: readonly string[]): RunCommand;
}

/** Documented in docs/cli.md; scripts rely on them. */
export const EXIT = {
  done: 0,
  failed: 1,
  wrongArguments: 2,
  wrongInput: 3,
  /** the work was done, but some documents got no verdict */
  incomplete: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
