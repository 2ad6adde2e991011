import type { ColumnChoice, OutputColumn } from '../columns/output-columns.ts';
import { type Locator, type Path, type Problem, problemAt, quoted, unknownName } from './problems.ts';

/** A sink's option `columns`: names, and maps of a name to the one that it gets in the output. */
export type ColumnsOption = readonly (string | Readonly<Record<string, string>>)[];

/** The columns of an output, as far as its options name what there is. */
export interface ResolvedColumns<Entry> {
  readonly columns: readonly OutputColumn<Entry>[];
  readonly problems: readonly Problem[];
}

/** Gives the columns that an output's option names; those that it has by default where it names none. */
export function resolveColumns<Entry>(
  locator: Locator,
  { options, path }: { readonly options: Readonly<Record<string, unknown>>; readonly path: Path },
  choice: ColumnChoice<Entry>,
): ResolvedColumns<Entry> {
  const option = options['columns'] as ColumnsOption | undefined;
  if (option === undefined) {
    const columns = choice.defaults.flatMap((name) => choice.find(name, name) ?? []);
    const problems = columns.length > 0 ? [] : [problemAt(locator, path, 'no column is left that it could write')];
    return { columns, problems };
  }
  const columns: OutputColumn<Entry>[] = [];
  const problems: Problem[] = [];
  for (const [index, item] of option.entries()) {
    const place = [...path, 'columns', index];
    for (const [name, header] of typeof item === 'string' ? [[item, item] as const] : Object.entries(item)) {
      const column = choice.find(name, header);
      if (column === undefined)
        problems.push(problemAt(locator, place, unknownName('column', name, choice.names), { code: 'unknown-column' }));
      else if (columns.some((other) => other.header === header)) {
        problems.push(problemAt(locator, place, `the column ${quoted(header)} is there twice`));
      } else columns.push(column);
    }
  }
  return { columns, problems };
}
