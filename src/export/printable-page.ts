/**
 * A report as one HTML file, to print or keep. It has no scripts and can load nothing; its own
 * Content-Security-Policy enforces this even if untrusted text got past the escaping.
 */
import {
  ENGLISH_WORDS,
  isReportedRelevant,
  logitDifferenceText,
  nothingSentence,
  reportedName,
  scoreText,
  wordFor,
  type Fact,
  type RankingReport,
  type ReportBasis,
  type ReportedDocument,
  type ReportWords,
} from './ranking-report.ts';

const STYLE = `
:root { color-scheme: light; font: 11pt/1.55 system-ui, 'Noto Sans', 'Noto Sans TC', sans-serif; color: #16181d; }
body { max-width: 46rem; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.3; letter-spacing: -0.01em; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 0 0 .25rem; overflow-wrap: anywhere; break-after: avoid; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .125rem 1rem; margin: 0 0 1.5rem; font-size: .9em; }
dt { color: #575d68; } dd { margin: 0; overflow-wrap: anywhere; }
article { padding: 1rem 0; border-top: 1px solid #d4d8de; }
.verdict { margin: 0 0 .5rem; font-size: .9em; color: #575d68; font-variant-numeric: tabular-nums; break-after: avoid; }
.verdict strong { color: #16181d; } .relevant .verdict strong { color: #12683f; }
.text, .chain { margin: 0 0 .5rem; white-space: pre-wrap; overflow-wrap: anywhere; orphans: 3; widows: 3; }
.chain { padding-inline-start: .875rem; border-inline-start: 2px solid #d4d8de; color: #3c414b; font-size: .9em; }
footer { padding-top: 1rem; border-top: 1px solid #d4d8de; color: #575d68; font-size: .85em; }
@media print { body { max-width: none; margin: 0; padding: 0; } @page { margin: 18mm; } }
`;

/** A complete HTML document with the same content as `formatMarkdown`. */
export function formatPrintablePage(report: RankingReport, words: ReportWords = ENGLISH_WORDS): string {
  const { query, instruction, model, device, dtype, createdAt, documents, basis } = report;
  const about: [string, string | undefined][] = [
    [words.instruction, instruction],
    [words.model, [model, dtype, device].filter(Boolean).join(', ')],
    [words.created, createdAt],
  ];
  const nothing = nothingSentence(report, words);
  return `<!doctype html>
<html lang="${escapeHtml(words.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`${words.title}: ${query}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1 dir="auto">${escapeHtml(query)}</h1>
${definitionList(about)}
${nothing === null ? '' : `<p><strong>${escapeHtml(nothing)}</strong></p>`}${documents.map((document) => article(document, report, words)).join('')}
${basis ? basisSections(basis, words) : ''}
</main>
<footer>${escapeHtml(words.madeBy)}</footer>
</body>
</html>
`;
}

function article(document: ReportedDocument, report: RankingReport, words: ReportWords): string {
  const { rank, verdict, text, reasoning, facts } = document;
  const relevant = isReportedRelevant(document, report);
  const figures = verdict
    ? [
        `${words.score} ${scoreText(verdict)}`,
        `${words.logitDifference} ${logitDifferenceText(verdict)}`,
        ...(verdict.forced ? [words.forced] : []),
        ...(verdict.instant ? [words.instant] : []),
      ]
    : [];
  if (document.truncated) figures.push(words.truncated);
  const label = verdict ? (relevant ? words.relevant : words.notRelevant) : words.noVerdict;
  const heading = `${rank === null ? '' : `${rank}. `}${reportedName(document, words)}`;
  return `<article${relevant ? ' class="relevant"' : ''}>
<h2 dir="auto">${escapeHtml(heading)}</h2>
<p class="verdict"><strong>${escapeHtml(label)}</strong>${figures.map((figure) => ` · ${escapeHtml(figure)}`).join('')}</p>
${factList(facts ?? {}, words)}
<p class="text" dir="auto">${escapeHtml(text)}</p>
${reasoning ? `<p class="chain" dir="auto" aria-label="${escapeHtml(words.reasoning)}">${escapeHtml(reasoning)}</p>` : ''}
</article>
`;
}

function basisSections({ settings, counts, notRead }: ReportBasis, words: ReportWords): string {
  const files = notRead.map(({ file, reason }) => [file, reason] as const);
  const sections = [
    [words.settings, factList(settings, words)],
    [words.counts, factList(counts, words)],
    [words.notRead, definitionList(files)],
  ] as const;
  return sections
    .filter(([, list]) => list !== '')
    .map(([name, list]) => `<article>\n<h2>${escapeHtml(name)}</h2>\n${list}\n</article>`)
    .join('\n');
}

function factList(facts: Readonly<Record<string, Fact>>, words: ReportWords): string {
  return definitionList(
    Object.entries(facts).map(([name, value]) => [wordFor(name, words), value === null ? '' : String(value)]),
  );
}

function definitionList(entries: readonly (readonly [string, string | undefined])[]): string {
  const filled = entries.filter(([, value]) => value);
  const rows = filled.map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd dir="auto">${escapeHtml(value ?? '')}</dd>`,
  );
  return rows.length === 0 ? '' : `<dl>${rows.join('')}</dl>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? '');
}
