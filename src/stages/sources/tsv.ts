import { z } from 'zod';
import { defineSource, type InputContext } from '../../core/stage.ts';
import { checkInputs, type InputFormat, InputReader, pathList } from '../../formats/inputs/input-reader.ts';
import { TSV } from '../../formats/tables/delimited-records.ts';
import { columnNamesOption, tableOptions, urlColumns } from '../../formats/tables/table-options.ts';
import { delimitedTables } from '../../formats/tables/url-tables.ts';

const options = z.strictObject({ ...tableOptions, columns: columnNamesOption() });

/** The source `tsv`: tables with a column of URLs, as the sink of that name writes them. */
export const tsvSource = defineSource({
  name: 'tsv',
  summary:
    'Reads tab-separated values with a column of URLs; the other columns go along. No quotes: a tab in a value is written as \\t.',
  example: {
    source: { tsv: { path: 'shops.tsv', columns: ['url', 'category'] } },
    steps: ['fetch', 'links'],
    sink: { tsv: { path: 'links.tsv', columns: ['input.category', 'source_url', 'parsed_url'] } },
  },
  options,
  mainOption: 'path',
  hasColumns: true,
  check: (given, context) => checkInputs(pathList(given.path), formatOf(given, context), context),
  create: (given, context, resume) => new InputReader(pathList(given.path), formatOf(given, context), context, resume),
});

function formatOf({ column, columns }: z.output<typeof options>, context: InputContext): InputFormat {
  return delimitedTables(TSV, urlColumns(column, context), columns);
}
