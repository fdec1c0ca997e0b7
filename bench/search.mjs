// What the search of the triage page finds, and how fast: recall@25 on three public collections, against the search that
// it replaced (MiniSearch: whole words and what begins with them), and milliseconds a question at 20,000 passages:
//   npx tsx bench/search.mjs <folder with cranfield/, liveqa_med_nih/, selqa/>
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { gunzipSync } from 'node:zlib';
import MiniSearch from 'minisearch';
import { loadLanguageDetector } from '../src/app/shortlist/languages.ts';
import { Shortlist } from '../src/app/shortlist/shortlist.ts';

const DEPTH = 25;
const NUM_PASSAGES = 20_000;
const COLLECTIONS = {
  'SelQA dev': 'selqa/dev.eval.jsonl.gz',
  Cranfield: 'cranfield/bm25_top100.eval.jsonl.gz',
  'LiveQA-Med (NIH)': 'liveqa_med_nih/nih_only.eval.jsonl.gz',
};

const folder = process.argv[2];
if (folder === undefined) throw new Error('Give the folder that holds the collections');
const detectLanguage = await loadLanguageDetector();

async function index(texts) {
  const shortlist = new Shortlist();
  await shortlist.add(texts.map((text, place) => ({ index: place, text, language: detectLanguage(text) })));
  return shortlist;
}

function oldSearch(texts) {
  const search = new MiniSearch({
    fields: ['text'],
    tokenize: (text) =>
      text
        .normalize('NFKC')
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu) ?? [],
    processTerm: (term) => term,
    searchOptions: { prefix: (term) => term.length >= 4, weights: { prefix: 0.4, fuzzy: 0 } },
  });
  search.addAll(texts.map((text, id) => ({ id, text })));
  return (query) => search.search(query).map(({ id }) => id);
}

/** Mean share of a question's relevant passages that are among the first found. */
function recall(queries, texts, search) {
  const places = new Map(texts.map((text, place) => [text, place]));
  const shares = queries.flatMap(({ query, candidates }) => {
    const relevant = candidates.filter(({ grade }) => (grade ?? 0) > 0).map(({ text }) => places.get(text));
    const wanted = new Set(relevant);
    if (wanted.size === 0) return [];
    const numFound = search(query)
      .slice(0, DEPTH)
      .filter((place) => wanted.has(place)).length;
    return [numFound / wanted.size];
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

async function measureSpeed(queries, sentences) {
  const passages = Array.from({ length: NUM_PASSAGES }, (_, place) =>
    Array.from({ length: 6 }, (__, k) => sentences[(place * 7 + k * 131) % sentences.length]).join(' '),
  );
  const start = performance.now();
  const shortlist = await index(passages);
  const seconds = (performance.now() - start) / 1000;
  const times = queries.slice(0, 101).map(({ query }) => {
    const begin = performance.now();
    shortlist.search(query);
    return performance.now() - begin;
  });
  times.sort((a, b) => a - b);
  console.log(
    `${NUM_PASSAGES} passages indexed in ${seconds.toFixed(1)} s; a question takes ${times[50].toFixed(0)} ms (median of 101), at most ${times.at(-1).toFixed(0)} ms`,
  );
}

for (const [name, file] of Object.entries(COLLECTIONS)) {
  const lines = gunzipSync(readFileSync(path.join(folder, file)))
    .toString('utf8')
    .trim()
    .split('\n');
  const queries = lines.map((line) => JSON.parse(line));
  const texts = [...new Set(queries.flatMap(({ candidates }) => candidates.map(({ text }) => text)))];
  const before = recall(queries, texts, oldSearch(texts));
  const shortlist = await index(texts);
  const now = recall(queries, texts, (query) => shortlist.search(query));
  console.log(
    `${name}: ${queries.length} questions, ${texts.length} passages: recall@${DEPTH} ${before.toFixed(3)} before, ${now.toFixed(3)} now`,
  );
  if (name === 'SelQA dev') await measureSpeed(queries, texts);
}
