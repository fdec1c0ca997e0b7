/** The page of the remote notice: the element on a remote engine, at the address in the fragment. */
import '../../src/ui/index.ts';
import { createReranker } from '../../src/index.ts';

const element = document.createElement('rank1-rerank');
element.reranker = createReranker({
  endpoint: decodeURIComponent(location.hash.slice(1)),
  maxAttempts: 1,
});
document.body.append(element);
