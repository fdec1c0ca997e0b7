/**
 * Templates that redefine what "relevant" means: texts with FILL_QUERY_HERE that replace the query in the prompt, like
 * the reference's prompts for data sets.
 */
import type { RerankRequest } from '../protocol/rerank-api.ts';
import { QUERY_PLACEHOLDER, type QueryPreset } from '../base/query-presets.ts';
import { RANK1_PROFILE, type ScoringProfile } from '../model/scoring-profile.ts';
import { literal, plain, queryWithInstruction, type Segment } from './prompt.ts';
import presets from './presets.json' with { type: 'json' };

/** In this project's own words; the reference's texts are not copied. */
export const QUERY_PRESETS: Readonly<Record<QueryPreset, string>> = presets;

/** The template with every placeholder replaced; the query is never read as a pattern. */
export function fillQueryTemplate(template: string, query: string): string {
  return template.split(QUERY_PLACEHOLDER).join(query);
}

/**
 * What is inserted as the query: the query in its template, with the instruction. rank1 appends the instruction to the
 * query inside the template, as in the reference; a profile with its own slot for the instruction puts it there.
 */
export function promptQuery(
  { query, options }: Pick<RerankRequest, 'query' | 'options'>,
  profile: ScoringProfile = RANK1_PROFILE,
): readonly Segment[] {
  const { form, instruction, template, text } = pieces(query, options, profile);
  return fillSlots(form, template === undefined ? text : fillQueryTemplate(template, text), instruction);
}

export function textOf(segments: readonly Segment[]): string {
  return segments.map(({ text }) => text).join('');
}

/** Length of `promptQuery` in characters, without building the text: a template may repeat the query many times. */
export function promptQueryLength(
  { query, options }: Pick<RerankRequest, 'query' | 'options'>,
  profile: ScoringProfile = RANK1_PROFILE,
): number {
  const { form, instruction, template, text } = pieces(query, options, profile);
  const around = textOf(fillSlots(form, '', instruction)).length;
  if (template === undefined) return around + text.length;
  const parts = template.split(QUERY_PLACEHOLDER);
  return around + parts.reduce((sum, part) => sum + part.length, (parts.length - 1) * text.length);
}

function pieces(query: string, options: RerankRequest['options'], profile: ScoringProfile) {
  const { queryTemplate, preset } = options;
  const template = queryTemplate ?? (preset && QUERY_PRESETS[preset]);
  if (profile.query === null)
    return {
      form: '{query}',
      instruction: '',
      template,
      text: queryWithInstruction(query, options.instruction),
    };
  const { plain, instructed, defaultInstruction } = profile.query;
  const given = options.instruction?.trim() ? options.instruction : defaultInstruction;
  const form = given === null ? plain : instructed;
  return { form, instruction: given ?? '', template, text: query };
}

/** Values are never searched for slots. */
function fillSlots(form: string, query: string, instruction: string): readonly Segment[] {
  const values: Readonly<Record<string, string>> = { '{query}': query, '{instruction}': instruction };
  return form.split(/(\{query\}|\{instruction\})/).map((piece) => {
    const value = values[piece];
    return value === undefined ? literal(piece) : plain(value);
  });
}
