/** Figures of the results that are kept, of models that may be measured in part. */
import os from 'node:os';
import type { QueryResult } from '../../src/evaluation/index.ts';
import type { LoadedQuery } from '../../src/evaluation/runner/loaded-collection.ts';
import { modeFigures, ndcgOfResults, referenceFigures, type Measured, type Values } from './figures.ts';
import type { Mode } from './measure.ts';
import { setOf, type SetName } from './sets.ts';
import type { ReportFigures } from './tables.ts';

/** Where results are kept. */
export interface KeptResults {
  /** of the model, with its weights */
  readonly name: string;
  /** in the order of the set's queries */
  results(set: SetName, mode: Mode): Promise<readonly QueryResult[]>;
  speed(set: SetName, mode: Mode): number | null;
}

/** @param sets all queries of each\n * @param limit of queries of each set */
export async function collect(
  { main: model, compared }: { readonly main: KeptResults | null; readonly compared: KeptResults | null },
  sets: ReadonlyMap<SetName, readonly LoadedQuery[]>,
  modes: readonly Mode[],
  limit: number,
): Promise<ReportFigures> {
  const measured: ReportFigures['measured'][number][] = [];
  const kept = async (from: KeptResults | null, set: SetName, mode: Mode): Promise<Measured | null> => {
    const results = (await from?.results(set, mode))?.slice(0, limit) ?? [];
    const queries = sets.get(set)!.slice(0, results.length);
    if (results.some(({ qid }, index) => qid !== queries[index]?.qid))
      throw new Error(`The kept results of ${set}, ${mode} are of other queries. Choose another --work.`);
    return results.length === 0 ? null : { queries, results, documentsPerSecond: from!.speed(set, mode) };
  };
  const values = (from: Measured | null): Values | undefined =>
    from ? ndcgOfResults(from.results, from.queries) : undefined;
  for (const set of sets.keys()) {
    const chain = values(await kept(model, set, 'chain'));
    for (const mode of modes) {
      const own = await kept(model, set, mode);
      if (!own) continue;
      const others = {
        chain: mode === 'chain' ? undefined : chain,
        compared: values(await kept(compared, set, mode)),
      };
      measured.push({ set, mode, ...modeFigures(set, own, others) });
    }
  }
  const references = [...sets].filter(([set]) => setOf(set).holds === undefined);
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${os.availableParallelism()} cores of ${os.cpus()[0]?.model.trim() ?? 'an unknown processor'}, Node ${process.versions.node}`,
    model: model?.name ?? null,
    comparedWith: compared?.name ?? null,
    references: Object.fromEntries(references.map(([set, queries]) => [set, referenceFigures(set, queries)])),
    measured,
  };
}
