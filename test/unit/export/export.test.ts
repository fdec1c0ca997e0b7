import Papa from 'papaparse';
import { describe, expect, it, vi } from 'vitest';
import { orderDocuments, readTrecRun, sourceFile, toSinglePrecision } from '../../../src/evaluation/index.ts';
import {
  ENGLISH_WORDS,
  EXPORT_FORMATS,
  exportRanking,
  formatCsv,
  formatJson,
  formatJsonLines,
  formatMarkdown,
  formatPrintablePage,
  formatTrec,
  type RankingReport,
  type ReportedDocument,
} from '../../../src/export/index.ts';

const HOSTILE = '<img src=x onerror=alert(1)>"\'& ```\n# heading\n```` [x](javascript:1)';

function reported(index: number, rest: Partial<ReportedDocument> = {}): ReportedDocument {
  return {
    rank: index + 1,
    index,
    text: `text ${index}`,
    verdict: { label: 'true', score: 0.98, logitDifference: 4 - 8 * index, forced: false },
    finishReason: 'verdict',
    truncated: false,
    reasoning: 'because',
    numPromptTokens: 30,
    numNewTokens: 7,
    ...rest,
  };
}

const UNJUDGED = reported(9, { rank: null, verdict: null, finishReason: 'prompt-too-long', reasoning: '' });

function report(documents: ReportedDocument[], rest: Partial<RankingReport> = {}): RankingReport {
  return { query: 'coldest city', createdAt: '2026-11-24T02:03:04.000Z', documents, ...rest };
}

describe('a score that is only a bound', () => {
  const bounded = (bound: 'at-least' | 'at-most') =>
    report([
      reported(0, {
        verdict: { label: 'true', score: 0.5, logitDifference: -0.25, forced: true, bound },
      }),
      reported(1),
    ]);

  it('has a column in CSV, empty for the others', () => {
    const rows = Papa.parse<Record<string, string>>(formatCsv(bounded('at-most')).slice(1), {
      header: true,
      skipEmptyLines: true,
    });
    expect(rows.data.map(({ bound }) => bound)).toEqual(['at-most', '']);
  });

  it.each([
    ['at-least', '≥'],
    ['at-most', '≤'],
  ] as const)('that is %s is written with %s for people, and no other is', (bound, sign) => {
    for (const text of [formatMarkdown(bounded(bound)), formatPrintablePage(bounded(bound))]) {
      expect(text).toContain(`score ${sign}0.500 · logit difference ${sign}−0.25`);
      expect(text.match(/[≥≤]/g)).toHaveLength(2);
    }
  });

  it('is marked as one in JSON and JSON lines, and no other score is', () => {
    const verdict = {
      label: 'true',
      score: 0.5,
      logitDifference: 0,
      forced: true,
      bound: 'at-least',
    } as const;
    const ranking = report([reported(0, { verdict }), reported(1)]);
    const { documents } = JSON.parse(formatJson(ranking)) as { documents: { bound?: string }[] };
    expect(documents.map(({ bound }) => bound)).toEqual(['at-least', undefined]);
    expect(formatJsonLines(ranking).match(/"bound"/g)).toHaveLength(1);
    expect(formatJsonLines(ranking)).toContain('"bound":"at-least"');
  });
});

describe('CSV', () => {
  const cells = (text: string): string[][] =>
    Papa.parse<string[]>(text.replace(/^\ufeff/, ''), { delimiter: ',' }).data;

  it('is read back by a CSV reader, whatever is in a text', () => {
    const text = 'a "quoted", text;\r\nover\tlines 中文 \u202e';
    const [header, row] = cells(formatCsv(report([reported(0, { text, facts: { note: 'x,y', page: 3 } })])));
    expect(header?.slice(-4)).toEqual(['note', 'page', 'text', 'reasoning']);
    expect(row?.slice(-4)).toEqual(['x,y', '3', text, 'because']);
  });

  it.each([
    ...['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1', '|calc', '%0A', '\ufeff=1', '\n=1'],
    ...['\0=1', '\0\0=1', ' \0=1', '\0\t1'],
  ])('does not let %j be a formula', (text) => {
    const documents = [
      reported(0, { text, title: text, id: text, reasoning: text, facts: { note: text, [text]: 1 } }),
    ];
    for (const row of cells(formatCsv(report(documents)))) {
      expect(row.filter((cell) => /^[\s\ufeff]*[=+@＝|%]|^[\t\r\n]/.test(cell) || cell === text)).toEqual([]);
    }
  });

  it('has no two columns of one name, whatever metadata is called', () => {
    const facts = { score: 5, text: 'x', page: 3, 'metadata.text': 'y', 'Where it stands': 1 };
    const words = { ...ENGLISH_WORDS, names: { title: 'Where it stands' } };
    const [header, row] = cells(formatCsv(report([reported(0, { facts })]), words));
    expect(new Set(header).size).toBe(header?.length);
    const valueOf = (name: string) => row?.[header?.indexOf(name) ?? -1];
    expect(['score', 'metadata.score', 'page', 'metadata.Where it stands'].map(valueOf)).toEqual([
      '0.98',
      '5',
      '3',
      '1',
    ]);
  });

  it('keeps negative numbers as numbers', () => {
    expect(cells(formatCsv(report([reported(1)])))[1]?.[5]).toBe('-4');
  });

  it('leaves empty what an unjudged document does not have', () => {
    expect(cells(formatCsv(report([UNJUDGED])))[1]?.slice(0, 8)).toEqual([
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      'prompt-too-long',
    ]);
  });
});

describe('JSON', () => {
  it('holds everything, and reads back', () => {
    const parsed = JSON.parse(
      formatJson(report([reported(0, { id: 'a', title: HOSTILE })], { threshold: 0.5 })),
    );
    expect(parsed).toMatchObject({ query: 'coldest city', threshold: 0.5, version: 1 });
    expect(parsed.documents[0]).toMatchObject({
      rank: 1,
      id: 'a',
      title: HOSTILE,
      score: 0.98,
      reasoning: 'because',
    });
  });

  it('lines are one a document, even where a text holds line separators', () => {
    const text = 'a\nb\u2028c\u2029d\r';
    const lines = formatJsonLines(report([reported(0, { text }), UNJUDGED])).split(/[\n\r\u2028\u2029]/);
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ query: 'coldest city', text, label: 'true' });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ rank: null, finishReason: 'prompt-too-long' });
  });
});

describe('a TREC run', () => {
  it('is read back with logit differences, unique ids, and only what was judged', async () => {
    const documents = [reported(0, { id: 'a b' }), reported(1, { id: 'a b' }), reported(2), UNJUDGED];
    const run = await readTrecRun(sourceFile('x.run', formatTrec(report(documents), 'my topic')));
    expect([...run.keys()]).toEqual(['my_topic']);
    expect([...(run.get('my_topic') ?? [])]).toEqual([
      ['a_b', 4],
      ['a_b~2', -4],
      ['document-3', -12],
    ]);
  });

  const reportedAs = (id: string, logitDifference: number) =>
    reported(0, { id, verdict: { label: 'true', score: 0.9, logitDifference, forced: false } });
  const idsOf = (run: string) => run.split('\n').map((line) => line.split(' ')[2]);

  it('has no control characters of an id, which a terminal would obey, and an id stays one column', () => {
    const id = 'a\u001b]0;title\u0007b\u009b31mc\u200cd\u007f';
    const run = formatTrec(report([reportedAs(id, 4), reportedAs('\u001b', 3)]), 'q\u001b[2J');
    expect(run.split('\n').map((line) => line.split(' ').slice(0, 3))).toEqual([
      ['q_[2J', 'Q0', 'a_]0;title_b_31mc\u200cd_'],
      ['q_[2J', 'Q0', '_'],
      [''],
    ]);
  });

  it('has the order of the ranking where scores are equal, which tools break by id', () => {
    const run = formatTrec(report([reportedAs('a', 2), reportedAs('b', 2), reportedAs('c', 1)]));
    expect(idsOf(run).slice(0, 3)).toEqual(['a', 'b', 'c']);
  });

  it('has the order of the ranking where scores are equal in single precision, in which trec_eval 9 reads them', async () => {
    const [a, b] = [-0.3, -0.29999998].map((logit) => Math.fround(20.5) - Math.fround(logit));
    const run = formatTrec(report([reportedAs('a', a!), reportedAs('b', b!)]));
    const read = toSinglePrecision(await readTrecRun(sourceFile('x.run', run)));
    expect(orderDocuments(read.get('1')!)).toEqual(['a', 'b']);
  });

  it('counts the copies of an id, which is looked up but a few times for each', () => {
    const documents = ['x~3', ...Array<string>(400).fill('x')].map((id, place) => reportedAs(id, -place));
    const has = vi.spyOn(Map.prototype, 'has');
    const run = formatTrec(report(documents));
    expect(has.mock.calls.length).toBeLessThan(5 * documents.length);
    has.mockRestore();
    expect(idsOf(run).slice(0, 4)).toEqual(['x~3', 'x', 'x~2', 'x~4']);
    expect(new Set(idsOf(run)).size).toBe(documents.length + 1);
  });
});

describe('a report for people', () => {
  it('in Markdown keeps hostile text within fences and escapes', () => {
    const text = formatMarkdown(report([reported(0, { text: HOSTILE, title: HOSTILE, reasoning: HOSTILE })]));
    expect(text).toContain(`\`\`\`\`\`text\n${HOSTILE}\n\`\`\`\`\``);
    const outside = text.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '');
    expect(outside).not.toMatch(/(?<!\\)[<[`]/);
    expect(outside.match(/^#+ /gm)).toEqual(['# ', '## ']);
  });

  it('as a page has no tag that a text brought', () => {
    const page = formatPrintablePage(
      report(
        [reported(0, { text: HOSTILE, title: HOSTILE, reasoning: HOSTILE, facts: { [HOSTILE]: HOSTILE } })],
        {
          query: HOSTILE,
          model: HOSTILE,
        },
      ),
    );
    expect(page).not.toMatch(/<img|<script|onerror=alert\(1\)>/);
    expect(page).toContain("default-src 'none'");
  });

  const judged = (score: number, rest: Partial<ReportedDocument> = {}) =>
    reported(0, {
      verdict: { label: score < 0.5 ? 'false' : 'true', score, logitDifference: 0, forced: false },
      ...rest,
    });
  const waiting = reported(1, { rank: null, verdict: null, finishReason: null });
  const stopped = reported(1, { rank: null, verdict: null, finishReason: 'aborted' });
  const failed = reported(1, { rank: null, verdict: null, finishReason: 'failed' });
  const NOTHING = 'Nothing is relevant.';
  const UNKNOWN = 'No document could be judged.';

  it.each([
    ['one is relevant', [judged(0.9), failed], undefined, null],
    ['one is relevant at the threshold', [judged(0.4)], 0.3, null],
    ['none is', [judged(0.1), failed], undefined, NOTHING],
    ['none is at the threshold', [judged(0.9)], 0.99, NOTHING],
    ['no document could be judged', [failed, UNJUDGED], undefined, UNKNOWN],
    ['one waits', [judged(0.1), waiting], undefined, null],
    ['one is judged without reasoning so far', [judged(0.1, { finishReason: null })], undefined, null],
    ['all wait', [waiting], undefined, null],
    ['the run was stopped', [judged(0.1), stopped], undefined, null],
    ['there is no document', [], undefined, null],
  ])('says what is known: %s', (_, documents, threshold, expected) => {
    for (const format of [formatMarkdown, formatPrintablePage]) {
      const text = format(report(documents, { threshold }));
      expect([NOTHING, UNKNOWN].filter((sentence) => text.includes(sentence))).toEqual(
        expected === null ? [] : [expected],
      );
    }
  });
});

describe('an exported file', () => {
  it.each(EXPORT_FORMATS)(
    '%s has a name without words of the query, and survives an empty ranking',
    (format) => {
      const file = exportRanking(report([]), format);
      expect(file.name).toMatch(/^ranking-20261124T020304\.[a-z]+$/);
      expect(file.mediaType).toContain('charset=utf-8');
    },
  );

  it('of an unknown format is refused', () => {
    expect(() => exportRanking(report([]), 'toString' as never)).toThrow(RangeError);
  });
});

describe('what a report rests on', () => {
  const basis = {
    settings: { session: '=evil', passages_to_judge: 25 },
    counts: { files_not_read: 1 },
    notRead: [{ file: '<b>scan.pdf', reason: 'no text layer' }],
  };
  const based = report([reported(0)], { basis });
  const words = { ...ENGLISH_WORDS, names: { score: 'Score', files_not_read: 'Files not read' } };

  it('follows the table of a CSV after an empty line, and cannot be run there', () => {
    const { data } = Papa.parse<string[]>(formatCsv(based, words).slice(1));
    expect(data[0]).toContain('Score');
    expect(data[0]).toContain('logit_difference');
    expect(data.slice(2, 7)).toEqual([
      [''],
      ['session', "'=evil"],
      ['passages_to_judge', '25'],
      ['Files not read', '1'],
      ['Not read', '<b>scan.pdf', 'no text layer'],
    ]);
  });

  it('is in every other format for people and programs, as text', () => {
    expect(JSON.parse(formatJson(based))).toMatchObject({ basis });
    expect(formatMarkdown(based, words)).toContain('- Files not read: 1');
    expect(formatMarkdown(based, words)).not.toMatch(/^- <b>/m);
    expect(formatPrintablePage(based, words)).toContain('<dt>&lt;b&gt;scan.pdf</dt>');
    expect(formatCsv(report([reported(0)]))).not.toContain('\r\n\r\n');
  });
});
