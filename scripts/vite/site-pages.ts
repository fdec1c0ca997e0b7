/** The pages of the site, and the security policy they are served with. */
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const META_POLICY = /<meta\s+http-equiv="Content-Security-Policy"\s+content="([^"]+)"\s*\/?>/;

/** Every HTML file directly in `root` is a page. */
export function listPages(root: string): string[] {
  return readdirSync(root).filter((name) => name.endsWith('.html'));
}

/** The policy in a page's `<meta>`; null if it has none. */
export function readPolicy(pageHtml: string): string | null {
  return META_POLICY.exec(pageHtml)?.[1] ?? null;
}

/**
 * `vite preview` also sends each page's own policy as a header, plus `frame-ancestors`, which a `<meta>` cannot set. See
 * docs/decisions/0050-one-policy-a-page.md.
 */
export function policyHeaders(root: string): Plugin {
  return {
    name: 'rank1-policy-headers',
    configurePreviewServer(server) {
      server.middlewares.use((request: IncomingMessage, response: ServerResponse, next) => {
        const path = new URL(request.url ?? '/', 'http://localhost').pathname;
        const page = path === '/' ? 'index.html' : path.slice(1);
        if (listPages(root).includes(page)) {
          const policy = readPolicy(readFileSync(join(root, page), 'utf8'));
          if (policy) response.setHeader('Content-Security-Policy', `${policy}; frame-ancestors 'self'`);
        }
        next();
      });
    },
  };
}
