export function elementDocs(manifest: unknown): Promise<string>;
