export function bundleForBrowser(input: string, options?: object): Promise<string>;
export function bundleWorker(): Promise<string>;
