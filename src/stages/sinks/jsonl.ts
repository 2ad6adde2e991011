import { z } from 'zod';
import { defineSink } from '../../core/stage.ts';
import { jsonLinesFormat } from '../../formats/json-lines.ts';
import { outputOptions, textRowWriter, verifyTextOutput } from '../../formats/row-writer.ts';

/** The sink `jsonl`: one JSON object a line. */
export const jsonlSink = defineSink({
  name: 'jsonl',
  summary: 'Writes one JSON object a line, its keys the columns.',
  extensions: ['jsonl', 'ndjson'],
  options: z.strictObject({
    ...outputOptions,
  }),
  create: ({ path }, request, context) => textRowWriter(path, jsonLinesFormat(request.columns), request, context),
  verify: verifyTextOutput,
});
