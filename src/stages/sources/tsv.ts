import { z } from 'zod';
import { defineSource } from '../../core/stage.ts';
import { InputReader, pathList } from '../../formats/inputs/input-reader.ts';
import { TSV } from '../../formats/tables/delimited-records.ts';
import { columnNamesOption, tableOptions, urlColumns } from '../../formats/tables/table-options.ts';
import { delimitedTables } from '../../formats/tables/url-tables.ts';

/** The source `tsv`: tables with a column of URLs, as the sink of that name writes them. */
export const tsvSource = defineSource({
  name: 'tsv',
  summary:
    'Reads tab-separated values with a column of URLs; the other columns go along. No quotes: a tab in a value is written as \\t.',
  options: z.strictObject({ ...tableOptions, columns: columnNamesOption() }),
  mainOption: 'path',
  hasColumns: true,
  create: ({ path, column, columns }, context, resume) => {
    const format = delimitedTables(TSV, urlColumns(column, context), columns);
    return new InputReader(pathList(path), format, context, resume);
  },
});
