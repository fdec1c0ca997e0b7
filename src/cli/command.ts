/** The interface of a subcommand, and what the process gives it. */

/** Paths that differ between a checkout and an installed package. */
export interface CommandContext {
  readonly version: string;
  /** model folder or URL to use if none is named; null if there is no default */
  readonly defaultModel: string | null;
  /** files published for browsers; in a checkout they exist only after a build */
  readonly packageFolder: string;
  /** module that runs the model in a thread: workers/node.worker.ts, as source or bundled */
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
  /** finished, but some documents got no verdict */
  incomplete: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
