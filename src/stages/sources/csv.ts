import { z } from 'zod';
import { defineSource } from '../../core/stage.ts';
import { InputReader, pathList } from '../../formats/inputs/input-reader.ts';
import { columnNamesOption, tableOptions, urlColumns } from '../../formats/tables/table-options.ts';
import { delimitedTables } from '../../formats/tables/url-tables.ts';

/** The source `csv`: tables with a column of URLs, by RFC 4180. */
export const csvSource = defineSource({
  name: 'csv',
  summary: 'Reads comma-separated values (RFC 4180) with a column of URLs; the other columns go along.',
  options: z.strictObject({
    ...tableOptions,
    columns: columnNamesOption(),
    delimiter: z
      .string()
      .regex(/^[^"\r\n]$/, { error: 'expected one character, no quote or line end' })
      .default(',')
      .describe('What stands between the cells.')
      .meta({ examples: [';'] }),
  }),
  mainOption: 'path',
  hasColumns: true,
  create: ({ path, column, columns, delimiter }, context, resume) => {
    const format = delimitedTables({ delimiter, isQuoted: true }, urlColumns(column, context), columns);
    return new InputReader(pathList(path), format, context, resume);
  },
});
