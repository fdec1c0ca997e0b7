import { DOCUMENTS } from '../documents.ts';

const element = document.querySelector('rank1-rerank');
if (element) Object.assign(element, { documents: DOCUMENTS });
element?.addEventListener('rank1-complete', ({ detail }) => {
  const best = document.querySelector('#best');
  if (best) best.textContent = detail.results[0]?.document.title ?? '';
});
