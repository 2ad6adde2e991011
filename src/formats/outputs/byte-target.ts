import type { Writable } from 'node:stream';
import { StageError } from '../../core/errors.ts';
import type { OutputState } from '../../core/stage/sink-writer.ts';

/** Where an output's bytes go. One call at a time: each is awaited before the next. Errors: StageError. */
export interface ByteTarget {
  /** Resolves when the operating system has the bytes. */
  write(bytes: Buffer): Promise<void>;
  /** Resolves when everything written so far is on the disk, and says what is there. */
  sync(): Promise<OutputState>;
  /** Resolves when the output is complete and closed. */
  close(): Promise<void>;
  /** Closes without completing. Never throws. */
  abort(): Promise<void>;
}

/**
 * A standard stream, which is never ended or destroyed.
 *
 * Errors: StageError `READER_GONE` when its reader has closed it, `SINK_FAILED` otherwise.
 */
export function standardTarget(stream: Writable): ByteTarget {
  return {
    write: (bytes) =>
      new Promise<void>((resolve, reject) => {
        // A failure comes as an event too, after the callback, and nobody else waits for it.
        const ignore = () => {};
        stream.once('error', ignore);
        stream.write(bytes, (error) => {
          if (error != null) {
            reject(standardError(error));
            return;
          }
          stream.off('error', ignore);
          resolve();
        });
      }),
    // There is nothing to come back to: build.ts lets no checkpoint stand beside standard output.
    sync: async () => ({ length: 0, tail: '' }),
    close: async () => {},
    abort: async () => {},
  };
}

/** What a failed write of an output is to the run: StageError `SINK_FAILED` with its name, what the system said, and what helps. */
export function sinkFailed(name: string, error: unknown): StageError {
  if (error instanceof StageError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const advice = ADVICE[code ?? ''] ?? message;
  return new StageError('SINK_FAILED', `${name}: can't be written: ${advice}`, { cause: error });
}

function standardError(error: Error): StageError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') {
    return new StageError('READER_GONE', 'the reader of the standard output has closed it', { cause: error });
  }
  return sinkFailed('standard output', error);
}

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'permission denied (EACCES).',
  EDQUOT: 'the disk quota is used up (EDQUOT). Free some space, then run the command again.',
  EIO: 'the disk failed (EIO).',
  EISDIR: 'it is a folder (EISDIR).',
  ENOENT: 'its folder does not exist (ENOENT). Make the folder, then run the command again.',
  ENOSPC: 'the disk is full (ENOSPC). Free some space, then run the command again.',
  EROFS: 'the file system is read-only (EROFS).',
};
