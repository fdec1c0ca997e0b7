/**
 * Tells when nothing was heard for too long. It counts its own ticks, not the clock: a page that was frozen, or a machine
 * that slept, hears nothing and misses nothing, so a gap counts as one tick.
 */
const NUM_TICKS = 20;

export class Watchdog {
  readonly #timer: ReturnType<typeof setInterval>;
  #numSilentTicks = 0;
  #resting = false;

  /** @param onSilence called once, after `limitMs` of silence; the watchdog has stopped then */
  constructor(limitMs: number, onSilence: () => void) {
    this.#timer = setInterval(() => {
      if (this.#resting) return;
      this.#numSilentTicks++;
      if (this.#numSilentTicks < NUM_TICKS) return;
      this.stop();
      onSilence();
    }, limitMs / NUM_TICKS);
  }

  heard(): void {
    this.#numSilentTicks = 0;
  }

  /** Silence is expected while `resting`. */
  rest(resting: boolean): void {
    this.#resting = resting;
    this.#numSilentTicks = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
