/** Files of query templates: a JSON object from task name to template. */
import { Rank1Error } from '../base/errors.ts';
import { QUERY_PLACEHOLDER } from '../base/query-presets.ts';

export type QueryTemplates = ReadonlyMap<string, string>;

/**
 * @param content of the JSON file, with or without a byte order mark
 * @param file its name, for error messages
 * @throws Rank1Error `invalid-file`, with the line if known, unless it maps names to templates that contain
 *   FILL_QUERY_HERE
 * @example
 * const templates = parseQueryTemplates('{"SciFact": "a claim that FILL_QUERY_HERE"}', 'templates.json');
 * const queryTemplate = findQueryTemplate(templates, 'SciFact');
 */
export function parseQueryTemplates(content: string, file: string): QueryTemplates {
  const text = content.replace(/^\ufeff/, '');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(
      `${file}:${faultLine(text, error)}`,
      `this is not valid JSON (${(error as Error).message}).`,
    );
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw invalid(file, 'this is not a file of query templates. It must be {task name: template}.');
  const templates = new Map<string, string>();
  for (const [task, template] of Object.entries(json)) {
    if (typeof template !== 'string' || !template.includes(QUERY_PLACEHOLDER)) {
      const name = JSON.stringify(task);
      throw invalid(
        `${file}:${keyLine(text, name)}`,
        `the template of ${name} has no place for the query. Write ${QUERY_PLACEHOLDER} where it belongs.`,
      );
    }
    templates.set(task, template);
  }
  return templates;
}

/**
 * The template of `{dataset}_{subtask}`, else of `{dataset}`, as in the reference. A subtask may contain underscores,
 * so the name loses its last part until a template is found.
 *
 * @param task such as `BrightRetrieval_pony` or `SciFact`
 * @throws RangeError when there is neither
 */
export function findQueryTemplate(templates: QueryTemplates, task: string): string {
  for (let name = task; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('_')))) {
    const template = templates.get(name);
    if (template !== undefined) return template;
  }
  const known = [...templates.keys()].slice(0, 10).map((name) => JSON.stringify(name));
  throw new RangeError(
    `There is no query template for ${JSON.stringify(task)}. The file has ${known.join(', ') || 'none'}${templates.size > 10 ? ', …' : ''}.`,
  );
}

function invalid(place: string, reason: string): Rank1Error {
  return new Rank1Error('invalid-file', `${place}: ${reason}`);
}

/** From the engine's message, which has the line, the offset, or neither: then the last line. */
function faultLine(text: string, error: unknown): number {
  const [, line] = /line (\d+)/.exec(String(error)) ?? [];
  const [, offset = text.length] = /position (\d+)/.exec(String(error)) ?? [];
  return line === undefined ? lineAt(text, Number(offset)) : Number(line);
}

/** The last occurrence: of duplicate keys JSON.parse takes the last. */
function keyLine(text: string, name: string): number {
  return lineAt(text, Math.max(0, text.lastIndexOf(name)));
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;
