/** The site's pages, in navigation order. Pages not listed here are reached from another page. */
import { msg } from '@lit/localize';

export interface SitePage {
  readonly id: string;
  /** relative, so that the site can be served from any folder */
  readonly href: string;
  /** localised, as are titles */
  readonly label: () => string;
  /** The English title is also the file's `<title>`, for clients without scripts. */
  readonly title: () => string;
  /** What it may fetch from other origins; absent if nothing. */
  readonly allows?: () => string;
}

export const SITE_PAGES: readonly SitePage[] = [
  {
    id: 'demo',
    href: './',
    label: () => msg('Demo'),
    title: () => msg('rank1-rerank: a reranker that reasons, in your browser'),
  },
  {
    id: 'triage',
    href: './triage.html',
    label: () => msg('Triage'),
    title: () => msg('Triage: sort your own documents by a question'),
  },
  {
    id: 'evaluate',
    href: './evaluate.html',
    label: () => msg('Evaluate'),
    title: () => msg('Evaluate: measure rankings in this browser'),
  },
  {
    id: 'models',
    href: './models.html',
    label: () => msg('Models'),
    title: () => msg('Models: what this device can run, and what it keeps'),
    allows: () => msg('models from the addresses you give it'),
  },
];
