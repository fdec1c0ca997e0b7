/** Who decides when a scripted worker takes its next step. */
export interface Pace {
  nextStep(): Promise<void>;
}

/** Steps only as often as the test says. */
export class ManualPace implements Pace {
  #credits = 0;
  #wakes: (() => void)[] = [];

  async nextStep(): Promise<void> {
    while (this.#credits === 0) await new Promise<void>((resolve) => this.#wakes.push(resolve));
    this.#credits -= 1;
  }

  release(numSteps: number): void {
    this.#credits += numSteps;
    this.#wakes.splice(0).forEach((wake) => wake());
  }
}

/** One step every `stepMs`. */
export class SteadyPace implements Pace {
  readonly #stepMs: number;

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  nextStep(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.#stepMs));
  }
}
