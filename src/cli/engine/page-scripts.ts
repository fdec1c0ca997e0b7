/** The code that runs in the headless browser, as texts: built from the sources, or taken from the package. */
export interface PageScripts {
  /** src/cli/page/engine-page.ts, bundled */
  readonly page: string;
  /** workers/package.worker.ts, bundled */
  readonly worker: string;
}
