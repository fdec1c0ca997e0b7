import { provideResizeObserver } from '@lit-labs/virtualizer/polyfillLoaders/ResizeObserver.js';

/**
 * Defers the virtualizer's resize callbacks by a frame. Otherwise its layout within the callback resizes observed
 * ancestors, which WebKit reports as a page error ("ResizeObserver loop") at every step of a run.
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
