import { z } from 'zod';
import { defineSink } from '../../core/stage.ts';
import { tsvFormat } from '../../formats/outputs/delimited.ts';
import { outputOptions, textRowWriter, verifyTextOutput } from '../../formats/outputs/row-writer.ts';

/** The sink `tsv`: tab-separated values without quotes. */
export const tsvSink = defineSink({
  name: 'tsv',
  summary:
    'Writes tab-separated values without quotes; TAB, newline and backslash in a value are written \\t, \\n, \\\\.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['fetch', 'links'],
    sink: { tsv: { path: 'links.tsv.gz', columns: ['source_url', 'parsed_url', 'text'] } },
  },
  extensions: ['tsv', 'tab', 'txt'],
  options: z.strictObject({
    ...outputOptions,
    header: z.boolean().default(true).describe('Whether the first line names the columns.'),
  }),
  create: ({ path, header }, request, context) =>
    textRowWriter(path, tsvFormat(request.columns, header), request, context),
  verify: verifyTextOutput,
});
