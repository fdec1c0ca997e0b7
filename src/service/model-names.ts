/** What stored models are called. */

/** From the last parts of the address that say something: `jhu-clsp/rank1-0.5b/resolve/main/` is `rank1-0.5b`. */
export function proposeName(url: string): string {
  const parts = new URL(url).pathname.split('/').filter(Boolean);
  const resolve = parts.indexOf('resolve');
  const revision = resolve > 0 ? parts[resolve + 1] : undefined;
  const last = (resolve > 0 ? parts[resolve - 1] : parts.at(-1)) ?? 'model';
  const suffix = revision && revision !== 'main' ? `-${revision.slice(0, 12)}` : '';
  return cleanName(`${last}${suffix}`);
}

/** What a person or a folder calls it, as one part of a path and of a URL. */
export function cleanName(wanted: string): string {
  const name = wanted
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  return name.slice(0, 100) || 'model';
}

/** `name`, or `name-2`, `name-3`, … where that is taken. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let nth = 2; taken.has(free); nth++) free = `${name}-${nth}`;
  return free;
}
