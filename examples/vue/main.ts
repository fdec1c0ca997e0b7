/** Vue sets a property where the element has one, so documents can be given as they are. */
import 'rank1-rerank/element';
import type { Rank1EventMap } from 'rank1-rerank/element';
import { createApp, defineComponent, h, ref } from 'vue';
import { DOCUMENTS } from '../documents.ts';

/** In a template: `<rank1-rerank :query="query" :documents="documents" @rank1-complete="onComplete" />` */
const App = defineComponent(() => {
  const query = ref('Which city is the coldest?');
  const best = ref('nothing yet');
  const onInput = (event: Event): void => void (query.value = (event.target as HTMLInputElement).value);
  const onComplete = ({ detail }: Rank1EventMap['rank1-complete']): void =>
    void (best.value = detail.results[0]?.document.title ?? '');
  return () => [
    h('h1', 'A reranker in Vue'),
    h('label', ['Question ', h('input', { value: query.value, onInput })]),
    h('rank1-rerank', {
      query: query.value,
      documents: DOCUMENTS,
      model: '/models/rank1-rerank-model/',
      'onRank1-complete': onComplete,
    }),
    h('p', ['Best: ', h('output', { id: 'best' }, best.value)]),
  ];
});

createApp(App).mount('#app');
