import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { StageError } from '../../core/errors.ts';
import { compressionOf, decompressor } from '../compression.ts';
import type { PrefixHash } from './prefix-hash.ts';

/** A file that is being read. */
export interface InputFile {
  /** The bytes, decompressed. An error of the file comes out here as well. */
  readonly bytes: AsyncIterable<Buffer>;
  /** The file as stored, to be destroyed where the bytes are not read to their end. */
  readonly file: ReadStream;
}

/** Which bytes of a file are read, as stored, and who sees them pass. */
export interface InputRange {
  /** The first byte; of a plain file only. */
  readonly start?: number;
  /** The file is taken to end there; left out, where it ends. Not below `start`. */
  readonly end?: number | undefined;
  readonly seenBy?: PrefixHash;
  /** Whether the bytes are wanted as stored, though they are compressed. */
  readonly isStored?: boolean;
}

/** Opens a file, decompressed by its extension (`.gz`, `.zst`) unless it is wanted as stored. */
export function openInputFile(path: string, { start = 0, end, seenBy, isStored = false }: InputRange = {}): InputFile {
  const compression = compressionOf(path);
  // Node takes the last byte, and none before the first.
  const isEmpty = end !== undefined && end <= start;
  // With a start, even 0, Node reads at positions, which a pipe (`<(zcat urls.gz)`) does not have.
  const range = { ...(start > 0 && { start }), ...(end !== undefined && !isEmpty && { end: end - 1 }) };
  const file = createReadStream(path, range);
  if (isEmpty) file.push(null);
  const seen = seenBy === undefined ? file : seenBy.through(file);
  if (compression === undefined || isStored) return { bytes: seen, file };
  return { bytes: pipeline(seen, decompressor(compression), () => {}), file };
}

/**
 * The size of a file in bytes as stored; null for a pipe or a device, which has none that says how much will come.
 *
 * `name` is the file's name for messages. Errors: StageError `SOURCE_UNREADABLE` where it isn't there or is a folder.
 */
export async function inputFileSize(path: string, name: string): Promise<number | null> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(name, error);
  });
  if (found.isDirectory()) throw new StageError('SOURCE_UNREADABLE', `${name}: can't be read: it is a folder.`);
  return found.isFile() ? found.size : null;
}

/** Turns an error of the system, a decompressor or a parser into a StageError that names the file. Any other is a bug and comes back as it is. */
export function unreadable(name: string, error: unknown): unknown {
  if (error instanceof StageError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  return new StageError('SOURCE_UNREADABLE', `${name}: can't be read: ${reasonOf(code, name, message)}`, {
    cause: error,
  });
}

function reasonOf(code: string, name: string, message: string): string {
  if (code === 'ENOENT') return missing(name);
  return code === 'EISDIR' ? 'it is a folder.' : `${message.replace(/\.$/, '')} (${code}).`;
}

/** Node reads arguments and folders as UTF-8: other bytes are this character then, and lead to no file. */
const REPLACEMENT = '\uFFFD';

function missing(name: string): string {
  return name.includes(REPLACEMENT)
    ? 'there is no such file, or its name is not UTF-8: rename it then, or read it from standard input.'
    : 'there is no such file.';
}
