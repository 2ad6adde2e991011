import { z } from 'zod';
import { defineSink } from '../../core/stage.ts';
import { jsonLinesFormat } from '../../formats/outputs/json-lines.ts';
import { outputOptions, textRowWriter, verifyTextOutput } from '../../formats/outputs/row-writer.ts';

/** The sink `jsonl`: one JSON object a line. */
export const jsonlSink = defineSink({
  name: 'jsonl',
  summary: 'Writes one JSON object a line, its keys the columns.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['fetch', 'links'],
    sink: { jsonl: { path: 'links.jsonl', columns: ['parsed_url', 'internal', 'position'] } },
  },
  extensions: ['jsonl', 'ndjson'],
  options: z.strictObject({
    ...outputOptions,
  }),
  create: ({ path }, request, context) => textRowWriter(path, jsonLinesFormat(request.columns), request, context),
  verify: verifyTextOutput,
});
