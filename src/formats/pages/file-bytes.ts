import { RecordError, StageError } from '../../core/errors.ts';
import { openInputFile, unreadable } from '../inputs/input-file.ts';

/** A file of which a record is made. */
export interface RecordFile {
  readonly path: string;
  /** As the user named it, for messages. */
  readonly name: string;
}

/**
 * Hands over the bytes of a file, decompressed by its extension; resolves behind the last. The file is closed in any case.
 *
 * Errors: what `write` throws, behind which nothing is written; RecordError `unreadable`, or `cancelled` when `signal` aborts.
 */
export async function writeFileBytes(
  { path, name }: RecordFile,
  write: (chunk: Uint8Array) => void,
  signal: AbortSignal,
): Promise<void> {
  const { bytes, file } = openInputFile(path);
  const stop = () => file.destroy(new RecordError('cancelled', `${name}: the run was stopped before it had been read`));
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of recordErrors(name, bytes)) write(chunk);
  } finally {
    signal.removeEventListener('abort', stop);
    file.destroy();
  }
}

/** The chunks; what goes wrong with them is a failure of the record. */
async function* recordErrors(name: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* chunks;
  } catch (error) {
    if (error instanceof RecordError) throw error;
    const known = unreadable(name, error);
    throw known instanceof StageError ? new RecordError('unreadable', known.message, { cause: error }) : error;
  }
}
