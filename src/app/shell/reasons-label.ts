import { msg } from '@lit/localize';
import type { Reasons } from '../../protocol/rerank-api.ts';

export function reasonsLabel(reasons: Reasons): string {
  if (reasons === 'all') return msg('Think, then answer');
  return reasons === 'top' ? msg('Answer at once, think about the best') : msg('Answer at once');
}
