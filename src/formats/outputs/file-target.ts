import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StageError } from '../../core/errors.ts';
import type { OutputState } from '../../core/stage/sink-writer.ts';
import { type ByteTarget, sinkFailed } from './byte-target.ts';
import { linkTarget } from './link-target.ts';

/** What has a name here is open already (`/dev/stdout`, `/proc/self/fd/3`), if it is a file at all: another one of that name is no use to anyone. */
const IN_PLACE = /^\/(?:dev\/(?!shm\/)|proc\/)/;

/** The calls by which an output gets to the disk; a test puts failures in between. */
export interface FileDisk {
  readonly open: (path: string, flags: string, mode?: number) => Promise<FileHandle>;
  readonly rename: (from: string, to: string) => Promise<void>;
}

const realDisk: FileDisk = { open, rename };

/** Bytes before a checkpoint's end by which a file is known again. */
const TAIL_BYTES = 4096;

/**
 * A file that appears under its name when it is complete: until `close` it is `PATH.part` beside it.
 * A device or a named pipe that has the name is written to as it is.
 *
 * Each run has a new `PATH.part`, so that two at once don't write into one another's; the earlier one fails when it is closed.
 * Errors: StageError `SINK_FAILED` with the path and what the system said.
 */
export async function replacedFile(path: string, disk: FileDisk = realDisk): Promise<ByteTarget> {
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory() === true) throw sinkFailed(path, Object.assign(new Error(), { code: 'EISDIR' }));
  if (existing?.isFile() === false || IN_PLACE.test(path)) {
    return new FileTarget(path, await opened(disk, path, path, 'w'), existing?.isFile() === true ? 0 : null);
  }
  // A link stays one: what it points to is replaced.
  const realPath = await linkTarget(path);
  const partPath = `${realPath}.part`;
  const handle = await newFile(disk, path, partPath, existing?.mode);
  const file = new FileTarget(path, handle, 0);
  return {
    write: (bytes) => file.write(bytes),
    sync: () => file.sync(),
    close: async () => {
      await file.sync();
      const inode = await file.inode();
      await file.close();
      await checkName(path, partPath, inode);
      await nameFile(path, partPath, realPath, disk);
    },
    // What is there stays for people to look at, under the name that says that it is not whole.
    abort: () => file.abort(),
  };
}

/**
 * A file that grows from checkpoint to checkpoint: begun anew, or cut back to the state that a checkpoint recorded.
 *
 * Errors: StageError `SINK_FAILED`; what `verifyFile` would refuse is not checked again.
 */
export async function growingFile(
  path: string,
  state: OutputState | undefined,
  disk: FileDisk = realDisk,
): Promise<ByteTarget> {
  const handle = await opened(disk, path, path, state === undefined ? 'w' : 'r+');
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new StageError('SINK_FAILED', `${path}: a checkpoint needs a regular file.`);
    if (state === undefined) {
      await syncFolder(disk, path);
      return new FileTarget(path, handle, 0);
    }
    // A file that is as it was left stays untouched, its times included.
    if (found.size !== state.length) await handle.truncate(state.length);
    return new FileTarget(path, handle, state.length, await tailOf(handle, state.length));
  } catch (error) {
    await handle.close().catch(() => {});
    throw sinkFailed(path, error);
  }
}

/**
 * Makes sure that a file is what a checkpoint recorded, perhaps with more behind it. Touches nothing.
 *
 * Errors: StageError `CHECKPOINT_MISMATCH`: the file is gone, shorter, or has other contents.
 */
export async function verifyFile(path: string, state: OutputState): Promise<void> {
  const refuse = (what: string) =>
    new StageError('CHECKPOINT_MISMATCH', `${path}: ${what}. Put the file back, or start over with --restart.`);
  const handle = await open(path, 'r').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw refuse('the checkpoint knows this output, but it is gone');
    throw sinkFailed(path, error);
  });
  try {
    const { size } = await handle.stat();
    if (size < state.length) throw refuse(`it has ${size} bytes, but the checkpoint recorded ${state.length}`);
    if (hashOf(await tailOf(handle, state.length)) !== state.tail) {
      throw refuse(`it was changed by someone else since the checkpoint (its ${state.length} bytes end differently)`);
    }
  } finally {
    await handle.close();
  }
}

/** Gives a complete file its name, on the disk as well. Errors: StageError `SINK_FAILED` of `shownPath`. */
export async function nameFile(
  shownPath: string,
  partPath: string,
  path: string,
  disk: FileDisk = realDisk,
): Promise<void> {
  try {
    await disk.rename(partPath, path);
    await syncFolder(disk, path);
  } catch (error) {
    throw sinkFailed(shownPath, error);
  }
}

class FileTarget implements ByteTarget {
  readonly #path: string;
  readonly #handle: FileHandle;
  #length: number;
  /** A pipe or a device has no positions to write at. */
  readonly #hasPositions: boolean;
  /** The file's last bytes. */
  #tail: Buffer;
  /** What the disk has; undefined where that isn't known, or is less than has been written. */
  #synced: OutputState | undefined;

  /** `length`: bytes that the file has; null of what is no file. */
  constructor(path: string, handle: FileHandle, length: number | null, tail: Buffer = Buffer.alloc(0)) {
    this.#path = path;
    this.#handle = handle;
    this.#length = length ?? 0;
    this.#hasPositions = length !== null;
    this.#tail = tail;
  }

  write(bytes: Buffer): Promise<void> {
    this.#synced = undefined;
    return this.#guarded(async () => {
      for (let done = 0; done < bytes.length; ) {
        const position = this.#hasPositions ? this.#length : null;
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, position);
        done += bytesWritten;
        this.#length += bytesWritten;
      }
      const joined = bytes.length >= TAIL_BYTES ? bytes : Buffer.concat([this.#tail, bytes]);
      this.#tail = Buffer.from(joined.subarray(-TAIL_BYTES));
    });
  }

  sync(): Promise<OutputState> {
    // Of many files, few grow from one checkpoint to the next.
    if (this.#synced !== undefined) return Promise.resolve(this.#synced);
    return this.#guarded(async () => {
      await this.#handle.sync().catch((error: unknown) => {
        // A device has nothing to bring to a disk.
        if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
      });
      this.#synced = { length: this.#length, tail: hashOf(this.#tail) };
      return this.#synced;
    });
  }

  /** By which the file is known, whatever its name is now. */
  inode(): Promise<number> {
    return this.#guarded(async () => (await this.#handle.stat()).ino);
  }

  close(): Promise<void> {
    return this.#guarded(() => this.#handle.close());
  }

  abort(): Promise<void> {
    return this.#handle.close().catch(() => {});
  }

  async #guarded<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw sinkFailed(this.#path, error);
    }
  }
}

async function opened(
  disk: FileDisk,
  shownPath: string,
  path: string,
  flags: string,
  mode?: number,
): Promise<FileHandle> {
  try {
    return await disk.open(path, flags, mode);
  } catch (error) {
    throw sinkFailed(shownPath, error);
  }
}

/** Opens a file that nobody else has open. One that an earlier run left unfinished is removed. */
async function newFile(disk: FileDisk, shownPath: string, path: string, mode: number | undefined): Promise<FileHandle> {
  await rm(path, { force: true }).catch((error: unknown) => {
    throw sinkFailed(shownPath, error);
  });
  return await opened(disk, shownPath, path, 'wx', mode);
}

/** Makes sure that a file still has its name, which another run takes for its own. */
async function checkName(shownPath: string, path: string, inode: number): Promise<void> {
  const named = await stat(path).catch(() => undefined);
  if (named?.ino === inode) return;
  throw new StageError('SINK_FAILED', `${shownPath}: another run has begun to write it meanwhile. Run one at a time.`);
}

/** Brings a new name to the disk (fsync(2): the entry in the folder is not synced with the file). */
async function syncFolder(disk: FileDisk, path: string): Promise<void> {
  const folder = await disk.open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function tailOf(handle: FileHandle, length: number): Promise<Buffer> {
  const tail = Buffer.alloc(Math.min(length, TAIL_BYTES));
  for (let done = 0; done < tail.length; ) {
    const { bytesRead } = await handle.read(tail, done, tail.length - done, length - tail.length + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return tail;
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url');
}
