/** The pages of the site, in the order of the navigation. A page not listed here is reached from another one. */
import { msg } from '@lit/localize';

export interface SitePage {
  readonly id: string;
  /** relative, so that the site works from any folder */
  readonly href: string;
  /** in the language in force, as are titles */
  readonly label: () => string;
  /** In English it is the `<title>` of the file too, for whoever runs no scripts. */
  readonly title: () => string;
  /** What it may fetch from elsewhere; left out where that is nothing. */
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
