import { z } from 'zod';
import { defineSink } from '../../core/stage.ts';
import { csvFormat } from '../../formats/outputs/delimited.ts';
import { outputOptions, textRowWriter, verifyTextOutput } from '../../formats/outputs/row-writer.ts';

/** The sink `csv`: comma-separated values by RFC 4180. */
export const csvSink = defineSink({
  name: 'csv',
  summary: 'Writes comma-separated values, quoted where needed (RFC 4180), lines ended by LF.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['fetch', 'links'],
    sink: {
      csv: { path: 'links.csv', columns: ['source_url', 'parsed_url', 'text'], bom: true, spreadsheetSafe: true },
    },
  },
  extensions: ['csv'],
  options: z.strictObject({
    ...outputOptions,
    header: z.boolean().default(true).describe('Whether the first line names the columns.'),
    bom: z
      .boolean()
      .default(false)
      .describe('Whether the file starts with a byte order mark, which some spreadsheets need for UTF-8.'),
    spreadsheetSafe: z
      .boolean()
      .default(false)
      .describe('Whether a value that a spreadsheet would run as a formula gets an apostrophe in front.'),
  }),
  create: ({ path, header, bom, spreadsheetSafe }, request, context) => {
    const choices = { hasHeader: header, hasByteOrderMark: bom, isSpreadsheetSafe: spreadsheetSafe };
    return textRowWriter(path, csvFormat(request.columns, choices), request, context);
  },
  verify: verifyTextOutput,
});
