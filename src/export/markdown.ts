/** A report in Markdown. Untrusted texts are fenced or escaped, so that they cannot add markup. */
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

/** A report for people: query, settings, and a section per document with its passage and reasoning. */
export function formatMarkdown(report: RankingReport, words: ReportWords = ENGLISH_WORDS): string {
  const { query, instruction, model, device, dtype, createdAt, documents, basis } = report;
  const about: [string, string | undefined][] = [
    [words.question, query],
    [words.instruction, instruction],
    [words.model, [model, dtype, device].filter(Boolean).join(', ')],
    [words.created, createdAt],
  ];
  const nothing = nothingSentence(report, words);
  return `${[
    `# ${words.title}`,
    about.flatMap(([name, value]) => (value ? [`- **${name}:** ${escapeInline(value)}`] : [])).join('\n'),
    ...(nothing === null ? [] : [nothing]),
    ...documents.map((document) => section(document, report, words)),
    ...(basis ? basisSections(basis, words) : []),
    '---',
    words.madeBy,
  ].join('\n\n')}\n`;
}

function basisSections({ settings, counts, notRead }: ReportBasis, words: ReportWords): string[] {
  const list = (facts: Readonly<Record<string, Fact>>): string =>
    Object.entries(facts)
      .filter(([, value]) => value !== null && value !== '')
      .map(([name, value]) => `- ${escapeInline(wordFor(name, words))}: ${escapeInline(String(value))}`)
      .join('\n');
  const files = notRead
    .map(({ file, reason }) => `- ${escapeInline(file)}: ${escapeInline(reason)}`)
    .join('\n');
  return [
    `## ${words.settings}\n\n${list(settings)}`,
    `## ${words.counts}\n\n${list(counts)}`,
    ...(notRead.length > 0 ? [`## ${words.notRead}\n\n${files}`] : []),
  ];
}

function section(document: ReportedDocument, report: RankingReport, words: ReportWords): string {
  const { rank, verdict, text, reasoning, facts } = document;
  const heading = `## ${rank === null ? '–' : `${rank}.`} ${escapeInline(reportedName(document, words))}`;
  const label = isReportedRelevant(document, report) ? words.relevant : words.notRelevant;
  const figures = verdict
    ? [
        `**${label}**`,
        `${words.score} ${scoreText(verdict)}`,
        `${words.logitDifference} ${logitDifferenceText(verdict)}`,
        ...(verdict.forced ? [words.forced] : []),
        ...(verdict.instant ? [words.instant] : []),
      ]
    : [`**${words.noVerdict}**`];
  if (document.truncated) figures.push(words.truncated);
  const lines = Object.entries(facts ?? {}).flatMap(([name, value]) =>
    value === null || value === ''
      ? []
      : [`- ${escapeInline(wordFor(name, words))}: ${escapeInline(String(value))}`],
  );
  return [
    heading,
    figures.join(' · '),
    lines.join('\n'),
    `${words.passage}:\n\n${fenced(text)}`,
    reasoning && `${words.reasoning}:\n\n${fenced(reasoning)}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** Uses a fence longer than any run of backticks in the text, so that the text cannot end it. */
function fenced(text: string): string {
  let longest = 2;
  for (const [row] of text.matchAll(/`+/g)) longest = Math.max(longest, row.length);
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

function escapeInline(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_{}[\]<>#|~&]/g, '\\$&');
}
