import { z } from 'zod';
import type { OutputState, Row, SinkRequest, SinkWriter } from '../../core/stage/sink-writer.ts';
import type { StageContext } from '../../core/stage.ts';
import { type FileDisk, verifyFile } from './file-target.ts';
import { openTextOutput } from './text-output.ts';

/** How a text format writes. */
export interface RowFormat {
  /** What stands once at the top: a header, a byte order mark, or nothing. */
  readonly head: string;
  /** The text of rows, each with its terminator. */
  encode(rows: readonly Row[]): string;
}

/** The options that every text sink has. */
export const outputOptions = {
  path: z
    .string()
    .min(1)
    .default('-')
    .describe('File to write; `-` is standard output. `.gz` and `.zst` compress.')
    .meta({ file: 'output' }),
  columns: columnsOption(),
};

/** The option of every sink that chooses and names its columns. */
export function columnsOption() {
  return z
    .array(z.union([z.string(), z.record(z.string(), z.string())]))
    .min(1)
    .optional()
    .describe('Columns, in order; a map such as `parsed_url: link` gives one another name. Left out: the default ones.')
    .meta({ examples: [['source_url', 'parsed_url']] });
}

/**
 * Makes a sink's writer of a text format and the path of an output. The head is written at once, also when no row follows;
 * an output that is taken up has it. `disk`: a test puts failures in between.
 */
export async function textRowWriter(
  path: string,
  format: RowFormat,
  request: SinkRequest,
  context: StageContext,
  disk?: FileDisk,
): Promise<SinkWriter> {
  const output = await openTextOutput(path, request, context, disk);
  if (request.checkpoint?.state === undefined) await output.append(format.head);
  return {
    write: (rows) => (rows.length === 0 ? undefined : output.append(format.encode(rows))),
    flush: () => output.flush(),
    mark: () => output.mark(),
    close: () => output.close(),
    abort: () => output.abort(),
  };
}

/** The `verify` of every text sink. */
export function verifyTextOutput(
  { path }: { readonly path: string },
  state: OutputState,
  context: StageContext,
): Promise<void> {
  return verifyFile(context.resolvePath(path), state);
}
