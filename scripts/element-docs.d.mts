export function elementDocs(manifest: unknown): Promise<string>;
export function table(head: string[], rows: string[][]): string;
export function code(text: string): string;
