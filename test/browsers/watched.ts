import type { BrowserPage } from './browser-page.ts';

interface Watched {
  /** text of the last file that was saved */
  readonly saved: string;
  /** messages of errors that nothing caught */
  readonly errors: readonly string[];
}

/** From now on, what the page saves, and what goes wrong in it. */
export function watch(page: BrowserPage): Promise<void> {
  return page.evaluate(() => {
    const watched = { saved: [] as Blob[], errors: [] as string[] };
    Object.assign(window, { watched });
    window.addEventListener('error', ({ message }) => watched.errors.push(message));
    window.addEventListener('unhandledrejection', ({ reason }) => watched.errors.push(String(reason)));
    const createObjectURL = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob) => {
      watched.saved.push(blob as Blob);
      return createObjectURL(blob);
    };
  }, null);
}

export function readWatched(page: BrowserPage): Promise<Watched> {
  return page.evaluate(async () => {
    const { watched } = window as unknown as { watched: { saved: Blob[]; errors: string[] } };
    return { saved: (await watched.saved.at(-1)?.text()) ?? '', errors: watched.errors };
  }, null);
}
