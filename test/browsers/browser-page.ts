/** What the suite asks of a browser, however it is driven. A page of Playwright fits as it is. */
export interface BrowserPage {
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  /** Runs a function in the page. It can use nothing of its surroundings; argument and result are JSON. */
  evaluate<A, T>(inPage: (argument: A) => T | Promise<T>, argument: A): Promise<T>;
}

export interface OpenBrowser extends AsyncDisposable {
  readonly version: string;
  /** A page whose storage is empty, on its own. */
  newPage(): Promise<BrowserPage & AsyncDisposable>;
}
