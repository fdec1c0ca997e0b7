// Fills the tables of docs/api.md, each between `<!-- table: TypeName -->` and `<!-- end -->`, from the comments of the
// public types.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import prettier from 'prettier';
import ts from 'typescript';
import { code, table } from './element-docs.mjs';

const ROOT = new URL('..', import.meta.url);
const PAGE = new URL('docs/api.md', ROOT);
const TABLE = /(<!-- table: (\w+) -->).*?(<!-- end -->)/gs;
/** More values than these are a table of their own. */
const MAX_VALUES_IN_CELL = 4;

/** @returns `page` with new tables, formatted with Prettier */
export async function apiDocs(page) {
  const { checker, types } = publicTypes();
  const text = page.replace(TABLE, (_, start, name, end) =>
    [start, tableOf(checker, types.get(name)), end].join('\n\n'),
  );
  return prettier.format(text, {
    ...(await prettier.resolveConfig(fileURLToPath(PAGE))),
    parser: 'markdown',
  });
}

function publicTypes() {
  const entry = fileURLToPath(new URL('src/index.ts', ROOT));
  const program = ts.createProgram([entry], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2024.d.ts', 'lib.dom.d.ts'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry));
  const types = checker.getExportsOfModule(module).map((symbol) => {
    const isAlias = symbol.flags & ts.SymbolFlags.Alias;
    return [symbol.name, isAlias ? checker.getAliasedSymbol(symbol) : symbol];
  });
  return { checker, types: new Map(types) };
}

function tableOf(checker, symbol) {
  const [declaration] = symbol.declarations;
  if (symbol.name === 'QueryPreset') return tableOfPresets(checker.getDeclaredTypeOfSymbol(symbol));
  if (ts.isTypeAliasDeclaration(declaration) && ts.isUnionTypeNode(declaration.type))
    return tableOfUnion(checker, declaration.type);
  const members = checker
    .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
    .filter(({ valueDeclaration }) => !valueDeclaration?.name.getText().startsWith('#'));
  return table(
    [ts.isClassDeclaration(declaration) ? 'member' : 'name', 'type', 'meaning'],
    members.map((member) => [nameOf(member), code(typeOf(checker, member)), meaningOf(checker, member)]),
  );
}

function tableOfPresets({ types }) {
  const templates = JSON.parse(readFileSync(new URL('src/rank1/presets.json', ROOT), 'utf8'));
  return table(
    ['preset', 'what the model reads in place of the query'],
    types.map(({ value }) => [code(value), templates[value]]),
  );
}

/** A row for each member, which is a string, or an object told from the others by `type`. */
function tableOfUnion(checker, { types, parent }) {
  const file = parent.getSourceFile().text;
  const rows = types.map((node, index) => {
    const before = file.slice(types[index - 1]?.end ?? parent.name.end, node.getStart());
    const [, comment = ''] = /\/\*\*(.*?)\*\//s.exec(before) ?? [];
    const type = checker.getTypeFromTypeNode(node);
    const meaning = comment.replace(/^\s*\*/gm, '').trim();
    if (type.isStringLiteral()) return [code(type.value), meaning];
    const fields = checker.getPropertiesOfType(type).filter(({ name }) => name !== 'type');
    const { value } = checker.getTypeOfSymbol(type.getProperty('type'));
    return [code(value), fields.map(nameOf).join(', ') || '–', meaning];
  });
  return table(rows[0].length === 2 ? ['value', 'meaning'] : ['type', 'fields', 'meaning'], rows);
}

function nameOf({ name, flags, valueDeclaration: declaration }) {
  if (declaration && ts.isMethodDeclaration(declaration)) {
    const parameters = declaration.parameters.map((each) =>
      each.initializer ? `${each.name.getText()}?` : each.name.getText(),
    );
    return code(`${name}(${parameters.join(', ')})`);
  }
  return code(flags & ts.SymbolFlags.Optional ? `${name}?` : name);
}

function typeOf(checker, { declarations: [{ type: node }] }) {
  const type = checker.getTypeFromTypeNode(node);
  const values = (type.types ?? []).filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
  const areFew = values.length > 0 && values.length <= MAX_VALUES_IN_CELL;
  if (areFew && values.every((each) => each.isStringLiteral()))
    return values.map(({ value }) => `'${value}'`).join(' | ');
  return node
    .getText()
    .replace(/\s+/g, ' ')
    .replace(/^\((.*)\) \| undefined$| \| undefined$/, '$1')
    .replaceAll('<D>', '')
    .replace(/\bD\b/, 'DocumentInput');
}

function meaningOf(checker, symbol) {
  const meaning = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  const throws = symbol.getJsDocTags(checker).filter(({ name }) => name === 'throws');
  const sentences = [meaning, ...throws.map(({ text }) => `Throws ${ts.displayPartsToString(text)}`)];
  return sentences.filter(Boolean).map(asSentence).join(' ');
}

function asSentence(text) {
  const start = text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
  return /[.:]$/.test(start) ? start : `${start}.`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(PAGE, await apiDocs(readFileSync(PAGE, 'utf8')));
