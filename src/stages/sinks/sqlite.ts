import { z } from 'zod';
import type { SinkRequest } from '../../core/stage/sink-writer.ts';
import { defineSink } from '../../core/stage.ts';
import { columnsOption } from '../../formats/outputs/row-writer.ts';
import { growingSqliteFile, replacedSqliteFile, verifySqliteFile } from '../../formats/typed/sqlite-file.ts';
import type { SqliteTable } from '../../formats/typed/sqlite-table.ts';
import { typedColumns } from '../../formats/typed/typed-column.ts';

/**
 * The sink `sqlite`: rows into a table of a SQLite database.
 *
 * Rows that were marked by a checkpoint are committed, and others can read them meanwhile.
 */
export const sqliteSink = defineSink({
  name: 'sqlite',
  summary: 'Writes rows into a table of a SQLite database; true and false are stored as 1 and 0.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['fetch', 'links'],
    sink: { sqlite: { path: 'links.sqlite', table: 'links', columns: ['source_url', 'parsed_url', 'internal'] } },
  },
  extensions: ['sqlite', 'sqlite3', 'db'],
  options: z.strictObject({
    path: z
      .string()
      .min(1)
      .describe('The database file.')
      .meta({ file: 'output', isAlwaysFile: true, examples: ['links.sqlite'] }),
    table: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'expected a name of letters, digits and _' })
      .default('links')
      .describe('Name of the table.'),
    columns: columnsOption(),
  }),
  checkColumns: (_options, columns) => {
    const names = columns.map((name) => name.toLowerCase());
    const twice = columns.find((_name, index) => names.indexOf(names[index] ?? '') < index);
    const message = `SQLite does not tell capital letters from small ones: there would be two columns ${twice}`;
    return twice === undefined ? [] : [{ path: ['columns'], message }];
  },
  create: async ({ path, table }, request, context) => {
    const file = context.resolvePath(path);
    const sqliteTable = tableOf(table, request);
    const output =
      request.checkpoint === undefined
        ? await replacedSqliteFile(file, sqliteTable)
        : await growingSqliteFile(file, sqliteTable, request.checkpoint.state);
    return {
      write: (rows) => output.append(rows),
      flush: async () => await output.flush(),
      mark: async () => await output.mark(),
      close: () => output.close(),
      abort: () => output.abort(),
    };
  },
  verify: ({ path, table }, state, context, request) =>
    verifySqliteFile(context.resolvePath(path), tableOf(table, request), state),
});

function tableOf(name: string, request: SinkRequest): SqliteTable {
  return { name, columns: typedColumns(request) };
}
