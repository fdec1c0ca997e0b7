/** Localised headings of exported decisions. */
import { msg } from '@lit/localize';
import type { ReportWords } from '../../export/index.ts';
import { reportWords } from '../../ui/ranking-report.ts';

/** @param remoteHost that judged; null if it was this device */
export function exportWords(remoteHost: string | null): ReportWords {
  return {
    ...reportWords(remoteHost),
    names: {
      rank: msg('Rank'),
      id: msg('Identifier'),
      title: msg('Where it stands'),
      label: msg('Verdict'),
      score: msg('Score'),
      logit_difference: msg('Logit difference'),
      forced: msg('Asked to decide'),
      finish_reason: msg('How it ended'),
      truncated: msg('Shortened'),
      tokens: msg('Tokens'),
      bound: msg('Bound'),
      instant: msg('Without reasoning'),
      decision: msg('Your decision'),
      note: msg('Note'),
      file: msg('File'),
      page: msg('Page'),
      part: msg('Part'),
      record: msg('Record'),
      column: msg('Column'),
      first_line: msg('First line'),
      last_line: msg('Last line'),
      also_in: msg('Also in'),
      text: msg('Passage'),
      reasoning: msg('Reasoning'),
      session: msg('Session'),
      passages_to_judge: msg('Passages to judge'),
      mode: msg('How'),
      passages_to_reason_about: msg('Passages to think about'),
      preset: msg('A passage is relevant when'),
      files_read_whole: msg('Files read whole'),
      files_read_in_part: msg('Files read in part'),
      files_not_read: msg('Files not read'),
      passages: msg('Passages'),
      judged: msg('Judged'),
      relevant: msg('Relevant'),
      kept: msg('Kept'),
      dropped: msg('Dropped'),
      unsure: msg('Unsure'),
    },
  };
}
