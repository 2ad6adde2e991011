import { createHash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { StageError } from '../core/errors.ts';
import { compressionOf, decompressor } from './compression.ts';

/** A file that is being read. */
export interface InputFile {
  /** The bytes, decompressed. An error of the file comes out here as well. */
  readonly bytes: Readable;
  /** The file as stored. */
  readonly file: ReadStream;
}

/** Opens a file, decompressed by its extension (`.gz`, `.zst`). `start`: the byte of a plain file to begin with. */
export function openInputFile(path: string, start = 0): InputFile {
  const compression = compressionOf(path);
  const file = createReadStream(path, { start });
  const bytes = compression === undefined ? file : pipeline(file, decompressor(compression), () => {});
  return { bytes, file };
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

/** By what a file is known again. */
export interface FileHead {
  /** How many of its first bytes were hashed. */
  readonly bytes: number;
  readonly hash: string;
  /** The whole file's, in bytes. */
  readonly size: number;
}

/**
 * By what a file is known again: a hash of its first bytes, at most 64 KiB or `bytes`. Null for a pipe or a device.
 *
 * Errors: those of the system.
 */
export async function fileHead(path: string, bytes = HEAD_BYTES): Promise<FileHead | null> {
  const found = await stat(path);
  if (!found.isFile()) return null;
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(bytes);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes; length += read) {
      read = (await file.read(head, length, bytes - length, length)).bytesRead;
    }
    const hash = createHash('sha256').update(head.subarray(0, length)).digest('base64url');
    return { bytes: length, hash, size: found.size };
  } finally {
    await file.close();
  }
}

const HEAD_BYTES = 64 * 1024;

/** Turns an error of the system, a decompressor or a parser into a StageError that names the file. Any other is a bug and comes back as it is. */
export function unreadable(name: string, error: unknown): unknown {
  if (error instanceof StageError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const reason = code === 'ENOENT' ? 'there is no such file.' : `${message.replace(/\.$/, '')} (${code}).`;
  return new StageError('SOURCE_UNREADABLE', `${name}: can't be read: ${reason}`, { cause: error });
}
