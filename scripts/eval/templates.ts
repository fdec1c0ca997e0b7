/** `--templates`: a JSON file of task name to query template, looked up as the reference does. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const PLACE = 'FILL_QUERY_HERE';

/**
 * The template of `{Dataset}_{subtask}`, else of `{Dataset}`, else none.
 *
 * @param task such as `BrightRetrieval_pony` or `SciFact`
 * @throws Error with a sentence for people
 */
export function findTemplate(file: string, task: string): string | null {
  const templates = parse(readFileSync(file, 'utf8'), basename(file));
  for (let name = task; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('_'))))
    if (Object.hasOwn(templates, name)) return templates[name]!;
  return null;
}

function parse(text: string, file: string): Record<string, string> {
  let templates: unknown;
  try {
    templates = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof templates !== 'object' || templates === null || Array.isArray(templates))
    throw new Error(`${file} must be a JSON object of task name to template.`);
  for (const [name, template] of Object.entries(templates)) {
    if (typeof template !== 'string' || !template.includes(PLACE))
      throw new Error(`${file}: the template of ${JSON.stringify(name)} must be a text that holds ${PLACE}.`);
  }
  return templates as Record<string, string>;
}
