import { describe, expect, test } from 'vitest';
import { QUERY_PLACEHOLDER, QUERY_PRESET_NAMES } from '../../../src/base/query-presets.ts';
import { findQueryTemplate, parseQueryTemplates } from '../../../src/rank1/query-template-file.ts';
import { fillQueryTemplate, QUERY_PRESETS } from '../../../src/rank1/query-template.ts';

describe('a template', () => {
  test('takes the query wherever it asks for it', () => {
    expect(fillQueryTemplate('Q: FILL_QUERY_HERE? (FILL_QUERY_HERE)', 'tea')).toBe('Q: tea? (tea)');
  });

  test.each(['$& $1 $$', 'FILL_QUERY_HERE', '', '\\n</think>'])('reads the query %j as text', (query) => {
    expect(fillQueryTemplate('<FILL_QUERY_HERE>', query)).toBe(`<${query}>`);
  });
});

describe('presets', () => {
  test('are those that callers are offered', () => {
    expect(Object.keys(QUERY_PRESETS).sort()).toEqual([...QUERY_PRESET_NAMES].sort());
  });

  test.each(Object.entries(QUERY_PRESETS))(
    '%s asks for the query once and says what is relevant',
    (_, text) => {
      expect(text.split(QUERY_PLACEHOLDER)).toHaveLength(2);
      expect(text).toContain('relevant');
      expect(text).not.toContain('\n');
    },
  );
});

describe('a file of templates', () => {
  const file = {
    Set: 'all FILL_QUERY_HERE',
    Set_part: 'part FILL_QUERY_HERE',
    Set_part_b: 'b FILL_QUERY_HERE',
  };
  const templates = parseQueryTemplates(JSON.stringify(file), 'prompts.json');

  test.each([
    ['Set_part', file.Set_part],
    ['Set_other', file.Set],
    ['Set', file.Set],
    ['Set_part_b', file.Set_part_b],
    ['Set_part_c', file.Set_part],
  ])('is looked up for %s by data set and subtask, then by data set', (task, template) => {
    expect(findQueryTemplate(templates, task)).toBe(template);
  });

  test.each(['None', 'None_part', 'constructor', '__proto__', ''])(
    'without the task %j says what it has',
    (task) => {
      expect(() => findQueryTemplate(templates, task)).toThrow(RangeError);
      expect(() => findQueryTemplate(templates, task)).toThrow('The file has "Set", "Set_part"');
    },
  );

  test('may begin with a byte order mark', () => {
    const text = '\ufeff{"Set": "FILL_QUERY_HERE"}';
    expect(parseQueryTemplates(text, 'prompts.json')).toEqual(new Map([['Set', 'FILL_QUERY_HERE']]));
  });

  test.each([
    ['null', 'prompts.json: this is not a file of query templates'],
    ['[]', 'prompts.json: this is not a file of query templates'],
    ['"x"', 'prompts.json: this is not a file of query templates'],
    [
      '{\n"A": "FILL_QUERY_HERE",\n"Set": 3}',
      'prompts.json:3: the template of "Set" has no place for the query',
    ],
    ['{\n"Set": "no place"}', 'prompts.json:2: the template of "Set" has no place for the query'],
    ['{\n"Set": "FILL_QUERY_HERE",\n}', 'prompts.json:3: this is not valid JSON'],
    ['{\n\n"Set"', 'prompts.json:3: this is not valid JSON'],
    ['', 'prompts.json:1: this is not valid JSON'],
  ])('that holds %j is refused with its name, the line and the reason', (text, reason) => {
    const parse = () => parseQueryTemplates(text, 'prompts.json');
    expect(parse).toThrow(expect.objectContaining({ code: 'invalid-file' }));
    expect(parse).toThrow(reason);
  });
});
