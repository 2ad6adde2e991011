import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { dirname } from 'node:path';
import { z } from 'zod';
import { StageError } from '../core/errors.ts';
import type { Fingerprint } from '../core/hashes/fingerprint.ts';
import { sinkFailed } from './outputs/byte-target.ts';

/** How a log gets to the disk; a test puts failures in between. */
export interface LogDisk {
  readonly open: (path: string, flags: string) => Promise<FileHandle>;
}

const logState = z.strictObject({
  /** Fingerprints. */
  count: z.int().nonnegative(),
  /** A hash of all of them. */
  hash: z.string(),
});

/** How far a log is on the disk, and by what it is known again. */
export type LogState = z.output<typeof logState>;

const WORD_BYTES = 4;
const RECORD_BYTES = 2 * WORD_BYTES;
/** Bytes that may wait to be written. */
const WAITING_BYTES = 2 ** 20;
const READ_BYTES = 2 ** 20;
/** The file is little endian everywhere. */
const IS_BIG_ENDIAN = endianness() === 'BE';

/**
 * A file to which fingerprints are appended, 8 bytes each (little endian, the low word first).
 *
 * A checkpoint names how many of them belong to it. What stands behind is passed over when it is taken up, and overwritten: so
 * a crash at any moment leaves a file that is true to the checkpoint. The file is not touched before there is something to write.
 * Bound: 1 MiB that waits to be written, if its user waits for `save` whenever it is full.
 */
export class FingerprintLog {
  readonly #path: string;
  readonly #disk: LogDisk;
  readonly #hash = createHash('sha256');
  /** What is not on the disk: `#length` bytes, of which the hash has `#hashed`. */
  #waiting = Buffer.allocUnsafe(2 ** 16);
  #length = 0;
  #hashed = 0;
  /** Fingerprints on the disk. */
  #saved = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string, disk: LogDisk = { open }) {
    this.#path = path;
    this.#disk = disk;
  }

  /** True when `save` has to be waited for before more is appended. */
  get isFull(): boolean {
    return this.#length >= WAITING_BYTES;
  }

  /**
   * Reads back what a checkpoint knows of the log (`state`: what `save` gave), in order, many at a time: a low and a high word
   * each, in memory that is the log's again once `take` has returned. Called before anything is appended.
   * `expect` is told how many there will be. Touches nothing.
   *
   * Errors: StageError `CHECKPOINT_MISMATCH`: the file is gone, shorter, or has other contents. What the functions throw.
   */
  async load(
    state: unknown,
    take: (words: Uint32Array) => void,
    expect: (count: number) => void = () => {},
  ): Promise<void> {
    const known = logState.safeParse(state);
    if (!known.success) throw this.#mismatch('the checkpoint does not say how far it goes');
    const { count, hash } = known.data;
    expect(count);
    if (count > 0) await this.#read(count * RECORD_BYTES, take);
    this.#saved = count;
    if (this.#digest() !== hash) throw this.#mismatch('it was changed by someone else since the checkpoint');
  }

  /** Puts a fingerprint behind the others. */
  append({ low, high }: Fingerprint): void {
    if (this.#length === this.#waiting.length) this.#waiting = Buffer.concat([this.#waiting], 2 * this.#length);
    this.#waiting.writeUInt32LE(low, this.#length);
    this.#waiting.writeUInt32LE(high, this.#length + 4);
    this.#length += RECORD_BYTES;
  }

  /**
   * Resolves when all that was appended before the call is on the disk, with the state to come back to.
   *
   * Errors: StageError `SINK_FAILED`. What could not be written is tried again at the next call.
   */
  async save(): Promise<LogState> {
    this.#hash.update(this.#waiting.subarray(this.#hashed, this.#length));
    this.#hashed = this.#length;
    const state = { count: this.#saved + this.#length / RECORD_BYTES, hash: this.#digest() };
    // One write at a time; who asked for the one before is told of its failure.
    this.#writing = this.#writing.catch(() => {}).then(() => this.#write(state.count));
    await this.#writing;
    return state;
  }

  async #write(count: number): Promise<void> {
    const end = (count - this.#saved) * RECORD_BYTES;
    // Another call has done it.
    if (end <= 0) return;
    const bytes = this.#waiting.subarray(0, end);
    try {
      await this.#append(bytes);
    } catch (error) {
      throw sinkFailed(this.#path, error);
    }
    this.#saved = count;
    this.#waiting.copyWithin(0, end, this.#length);
    this.#length -= end;
    this.#hashed -= end;
  }

  /** Opened for each write: a run that ends early saves once more, when nobody is left to close a file. */
  async #append(bytes: Buffer): Promise<void> {
    const start = this.#saved * RECORD_BYTES;
    const file = await this.#disk.open(this.#path, start === 0 ? 'w' : 'r+');
    try {
      if (start > 0) await this.#cut(file, start);
      for (let done = 0; done < bytes.length; ) {
        done += (await file.write(bytes, done, bytes.length - done, start + done)).bytesWritten;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    if (start > 0) return;
    // The new name has to be on the disk as well (fsync(2)), before a checkpoint speaks of it.
    const folder = await this.#disk.open(dirname(this.#path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** Removes what a run wrote that was killed before its checkpoint said so. */
  async #cut(file: FileHandle, length: number): Promise<void> {
    const { size } = await file.stat();
    if (size < length) throw this.#mismatch(`it was shortened by someone else to ${size} bytes`);
    if (size > length) await file.truncate(length);
  }

  async #read(length: number, take: (words: Uint32Array) => void): Promise<void> {
    const file = await this.#disk.open(this.#path, 'r').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        throw this.#mismatch('the checkpoint knows it, but it is gone');
      throw this.#mismatch(`it can't be read: ${(error as Error).message}`);
    });
    try {
      const words = new Uint32Array(Math.min(length, READ_BYTES) / WORD_BYTES);
      const buffer = Buffer.from(words.buffer);
      for (let position = 0; position < length; ) {
        const bytes = await filled(file, buffer.subarray(0, length - position), position);
        if (bytes.length === 0)
          throw this.#mismatch(`it has fewer than the ${length} bytes that the checkpoint recorded`);
        this.#hash.update(bytes);
        if (IS_BIG_ENDIAN) bytes.swap32();
        take(words.subarray(0, bytes.length / WORD_BYTES));
        position += bytes.length;
      }
    } finally {
      await file.close();
    }
  }

  /** The hash so far; more may come. */
  #digest(): string {
    return this.#hash.copy().digest('base64url');
  }

  #mismatch(what: string): StageError {
    const text = `${this.#path}: ${what}. Put the file back, or start over with --restart.`;
    return new StageError('CHECKPOINT_MISMATCH', text);
  }
}

/** The bytes of a file from `position` on, as many as `buffer` has room for; none where the file ends before. */
async function filled(file: FileHandle, buffer: Buffer, position: number): Promise<Buffer> {
  for (let done = 0; done < buffer.length; ) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, position + done);
    if (bytesRead === 0) return buffer.subarray(0, 0);
    done += bytesRead;
  }
  return buffer;
}
