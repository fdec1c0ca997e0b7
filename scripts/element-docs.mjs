// Writes docs/element.md, the element's reference, from custom-elements.json.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import prettier from 'prettier';

const ROOT = new URL('..', import.meta.url);

/** @returns the reference in Markdown, formatted with Prettier */
export function elementDocs(manifest) {
  const [module] = manifest.modules;
  const [element] = module.declarations;
  const fields = element.members.filter(({ kind }) => kind === 'field');
  const methods = element.members.filter(({ kind }) => kind === 'method');
  const settable = fields.filter(({ readonly }) => !readonly);
  const readable = fields.filter(({ readonly }) => readonly);
  const text = [
    `# \`<${element.tagName}>\``,
    '<!-- Made by `npm run docs:elements` from the comments in src/ui/rank1-rerank/rank1-rerank.ts. -->',
    element.description,
    '## Properties and attributes',
    table(
      ['property', 'attribute', 'type', 'meaning'],
      settable.map(({ name, attribute, type, description, default: initial }) => [
        code(name),
        attribute ? code(attribute) : '–',
        code(type?.text ?? ''),
        `${description ?? ''}${initial && initial !== "''" ? ` Default: ${code(initial)}.` : ''}`,
      ]),
    ),
    '## Read-only properties',
    table(
      ['property', 'type', 'meaning'],
      readable.map(({ name, type, description }) => [code(name), code(type?.text ?? ''), description ?? '']),
    ),
    '## Methods',
    table(
      ['method', 'returns', 'meaning'],
      methods.map(({ name, parameters = [], return: result, description }) => [
        code(
          `${name}(${parameters.map((each) => `${each.name}: ${each.type?.text ?? 'unknown'}`).join(', ')})`,
        ),
        code(result?.type?.text ?? 'void'),
        description ?? '',
      ]),
    ),
    '## Events',
    'All bubble and cross shadow roots; none can be cancelled. Their details are typed: `Rank1EventMap` of `rank1-rerank/element`. Updates, stats and states are described in [api.md](api.md#progress).',
    named('event', element.events),
    '## Slots',
    named('slot', element.slots),
    '## CSS parts',
    named('part', element.cssParts),
    '## CSS custom properties',
    named('property', element.cssProperties),
  ].join('\n\n');
  return prettier.format(text, { parser: 'markdown', printWidth: 110 });
}

function named(kind, all = []) {
  return table(
    [kind, 'meaning'],
    all.map(({ name, description = '' }) => [code(name), description]),
  );
}

export function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines
    .map(
      (cells) => `| ${cells.map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`,
    )
    .join('\n');
}

export function code(text) {
  return text === '' ? '' : `\`${text}\``;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const manifest = JSON.parse(readFileSync(new URL('custom-elements.json', ROOT), 'utf8'));
  writeFileSync(new URL('docs/element.md', ROOT), await elementDocs(manifest));
}
