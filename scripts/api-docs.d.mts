export function apiDocs(page: string): Promise<string>;
