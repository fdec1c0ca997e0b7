/** What the person did, to be undone from the last step back. */
export interface UndoStep {
  readonly kind: 'decision' | 'note' | 'removal';
  /** passages decided on, or files removed */
  readonly count: number;
  readonly undo: () => Promise<void>;
}

const MAX_STEPS = 100;

export class UndoHistory {
  #steps: UndoStep[] = [];

  /** What would be undone. */
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

  clear(): void {
    this.#steps = [];
  }
}
