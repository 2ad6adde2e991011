import { z } from 'zod';
import { StageError } from '../../core/errors.ts';
import { defineSink } from '../../core/stage.ts';
import { columnsOption } from '../../formats/outputs/row-writer.ts';
import { typedColumns } from '../../formats/typed/typed-column.ts';

/**
 * The sink `parquet`: rows into a Parquet file, column by column, compressed.
 *
 * A file without its end can't be read, so that it can't grow over several runs: it takes no part in checkpoints.
 */
export const parquetSink = defineSink({
  name: 'parquet',
  summary: 'Writes a Parquet file: columns with their types, compressed with Snappy. It takes no part in checkpoints.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['fetch', 'links'],
    sink: { parquet: { path: 'links.parquet', columns: ['source_url', 'parsed_url', 'internal'] } },
  },
  extensions: ['parquet'],
  options: z.strictObject({
    path: z
      .string()
      .min(1)
      .describe('The file.')
      .meta({ file: 'output', isAlwaysFile: true, examples: ['links.parquet'] }),
    columns: columnsOption(),
  }),
  create: async ({ path }, request, context) => {
    // Loaded where it is used: the library takes longer to load than a short run to end.
    const { openParquetFile } = await import('../../formats/typed/parquet-file.ts');
    const output = await openParquetFile(context.resolvePath(path), typedColumns(request));
    return {
      write: (rows) => output.append(rows),
      flush: () => output.flush(),
      mark: () => Promise.reject(new StageError('SINK_FAILED', `${path}: a Parquet file can't be marked.`)),
      close: () => output.close(),
      abort: () => output.abort(),
    };
  },
});
