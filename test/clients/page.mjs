/** Cohere's client in a page of another origin: what `fetch` may send there is decided by CORS. */
import * as cohere7 from 'cohere-ai-7';
import * as cohere8 from 'cohere-ai-8';
import { rankWithCohere } from './cohere.mjs';

globalThis.rankInPage = (clientVersion, apiVersion, asked) =>
  rankWithCohere[apiVersion]({ 7: cohere7, 8: cohere8 }[clientVersion], asked);
