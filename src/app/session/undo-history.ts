/** The user's steps, undone in reverse order. */
export interface UndoStep {
  readonly kind: 'decision' | 'note' | 'removal';
  /** number of passages decided on, or of files removed */
  readonly count: number;
  readonly undo: () => Promise<void>;
}

const MAX_STEPS = 100;

export class UndoHistory {
  #steps: UndoStep[] = [];

  /** The next step to undo. */
  get last(): UndoStep | null {
    return this.#steps.at(-1) ?? null;
  }

  add(step: UndoStep): void {
    this.#steps = [...this.#steps.slice(1 - MAX_STEPS), step];
  }

  async undo(): Promise<UndoStep | null> {
    const step = this.#steps.pop() ?? null;
    await step?.undo();
    return step;
  }

  /** Decisions and notes belong to one question; removals of files to all. */
  leaveQuestion(): void {
    this.#steps = this.#steps.filter(({ kind }) => kind === 'removal');
  }
}
