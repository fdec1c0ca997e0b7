import { provideResizeObserver } from '@lit-labs/virtualizer/polyfillLoaders/ResizeObserver.js';

/**
 * Tells the virtualizer of sizes a frame later. Otherwise it lays out within its observer's callback and so resizes what is
 * observed further up, which WebKit reports as an error of the page at every step of a run.
 */
export function measureInFrames(): void {
  provideResizeObserver(
    class extends ResizeObserver {
      constructor(callback: ResizeObserverCallback) {
        super((entries, observer) => requestAnimationFrame(() => callback(entries, observer)));
      }
    },
  );
}
