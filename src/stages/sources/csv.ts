import { z } from 'zod';
import { defineSource, type InputContext } from '../../core/stage.ts';
import { checkInputs, type InputFormat, InputReader, pathList } from '../../formats/inputs/input-reader.ts';
import { columnNamesOption, tableOptions, urlColumns } from '../../formats/tables/table-options.ts';
import { delimitedTables } from '../../formats/tables/url-tables.ts';

const options = z.strictObject({
  ...tableOptions,
  columns: columnNamesOption(),
  delimiter: z
    .string()
    .regex(/^[^"\r\n]$/, { error: 'expected one character, no quote or line end' })
    .default(',')
    .describe('What stands between the cells.')
    .meta({ examples: [';'] }),
});

/** The source `csv`: tables with a column of URLs, by RFC 4180. */
export const csvSource = defineSource({
  name: 'csv',
  summary: 'Reads comma-separated values (RFC 4180) with a column of URLs; the other columns go along.',
  example: {
    source: { csv: { path: 'shops.csv', column: 'url' } },
    steps: ['fetch', 'links'],
    sink: { csv: { path: 'links.csv', columns: ['input.category', 'source_url', 'parsed_url'] } },
  },
  options,
  mainOption: 'path',
  hasColumns: true,
  check: (given, context) => checkInputs(pathList(given.path), formatOf(given, context), context),
  create: (given, context, resume) => new InputReader(pathList(given.path), formatOf(given, context), context, resume),
});

function formatOf({ column, columns, delimiter }: z.output<typeof options>, context: InputContext): InputFormat {
  return delimitedTables({ delimiter, isQuoted: true }, urlColumns(column, context), columns);
}
