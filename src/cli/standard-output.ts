/** The standard output when its reader leaves (`| head`) or its disk is full, and the standard error when nobody reads it. */

/** What was written did not arrive. */
export class OutputFailed extends Error {
  override readonly name = 'OutputFailed';
  /** the reader left, as `head` does when it has seen enough: no fault */
  readonly hasReaderLeft: boolean;

  constructor(cause: NodeJS.ErrnoException) {
    super(`The output could not be written (${cause.message}). Free some space, or write it elsewhere.`, {
      cause,
    });
    this.hasReaderLeft = cause.code === 'EPIPE';
  }
}

export class StandardOutput {
  #failure: OutputFailed | null = null;

  constructor() {
    process.stdout.on('error', (error) => (this.#failure ??= new OutputFailed(error)));
    // Progress that nobody reads is no reason to stop.
    process.stderr.on('error', () => undefined);
  }

  /** Waits for what was written so far; null when all of it arrived. */
  async failure(): Promise<OutputFailed | null> {
    if (!this.#failure) await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
    return this.#failure;
  }
}
