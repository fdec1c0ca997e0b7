/** Has elements judge the list of the first, one after the other. */
import type { Rank1RerankElement } from '../../ui/rank1-rerank/rank1-rerank.ts';
import type { ComparedRanking } from './comparison.ts';

export interface Judge {
  readonly label: string;
  readonly element: Rank1RerankElement;
}

/**
 * Rankings of what the first element asks for at the start, whatever is edited meanwhile. Its own ranking is kept if it
 * is complete and of the same. Null if a run was stopped or failed, which its element then says in view, or if the first
 * element was given another list meanwhile.
 */
export async function judgeInTurn(
  judges: readonly [Judge, ...Judge[]],
  onTurn: (judge: Judge) => void,
): Promise<ComparedRanking[] | null> {
  const [{ element: first }] = judges;
  const question = questionOf(first);
  const isKept = first.controller.isRankingOf(first.request);
  const rankings: ComparedRanking[] = [];
  for (const judge of judges) {
    onTurn(judge);
    const { element, label } = judge;
    if (element !== first) Object.assign(element, question);
    if (!(element === first && isKept) && !(await hasJudged(element))) return null;
    rankings.push({ label, results: element.results });
  }
  return first.documents === question.documents ? rankings : null;
}

async function hasJudged(element: Rank1RerankElement): Promise<boolean> {
  const summary = await element.rerank();
  if (!summary) element.scrollIntoView({ block: 'start' });
  return summary !== null && !summary.aborted;
}

function questionOf(element: Rank1RerankElement) {
  const { query, documents, instruction, device, maxNewTokens, preset } = element;
  return { query, documents, instruction, device, maxNewTokens, preset };
}
