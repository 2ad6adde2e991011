import { z } from 'zod';
import { defineSource } from '../../core/stage.ts';
import { checkInputs, InputReader, pathList } from '../../formats/inputs/input-reader.ts';
import { tableOptions, urlColumns } from '../../formats/tables/table-options.ts';
import { jsonTables } from '../../formats/tables/url-tables.ts';

/** The source `jsonl`: JSON objects, one a line, with a key for the URL. */
export const jsonlSource = defineSource({
  name: 'jsonl',
  summary:
    'Reads a JSON object a line, with a key for the URL; the other keys go along as columns, lists and maps as JSON text.',
  example: {
    source: { jsonl: { path: 'shops.jsonl', column: 'url' } },
    steps: ['fetch', 'links'],
    sink: { jsonl: { path: 'links.jsonl', columns: ['input.category', 'source_url', 'parsed_url'] } },
  },
  options: z.strictObject(tableOptions),
  mainOption: 'path',
  hasColumns: true,
  check: ({ path, column }, context) => checkInputs(pathList(path), jsonTables(urlColumns(column, context)), context),
  create: ({ path, column }, context, resume) =>
    new InputReader(pathList(path), jsonTables(urlColumns(column, context)), context, resume),
});
