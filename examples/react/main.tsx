/** The element as a React component; `<rank1-rerank>` itself works too, as React 19 sets properties of custom elements. */
import { Rank1Rerank } from 'rank1-rerank/react';
import type { Rank1EventMap } from 'rank1-rerank/element';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { DOCUMENTS } from '../documents.ts';

function App() {
  const [query, setQuery] = useState('Which city is the coldest?');
  const [best, setBest] = useState('nothing yet');
  const onComplete = ({ detail }: Rank1EventMap['rank1-complete']) =>
    setBest(detail.results[0]?.document.title ?? '');
  return (
    <>
      <h1>A reranker in React</h1>
      <label>
        Question <input value={query} onChange={(event) => setQuery(event.target.value)} />
      </label>
      <Rank1Rerank
        query={query}
        documents={DOCUMENTS}
        model="/models/rank1-rerank-model/"
        onRank1Complete={onComplete}
      />
      <p>
        Best: <output id="best">{best}</output>
      </p>
    </>
  );
}

createRoot(document.querySelector('#app') as Element).render(<App />);
