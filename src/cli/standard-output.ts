/** Handles a closed pipe (`| head`) or full disk on standard output, and a closed standard error. */

/** Output could not be written. */
export class OutputFailed extends Error {
  override readonly name = 'OutputFailed';
  /** the reader closed the pipe, as `head` does: not an error */
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
    // Progress without a reader is no reason to stop.
    process.stderr.on('error', () => undefined);
  }

  /** Waits for pending output; null if all of it was written. */
  async failure(): Promise<OutputFailed | null> {
    if (!this.#failure) await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
    return this.#failure;
  }
}
