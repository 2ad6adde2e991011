import { type FileHandle, open, rename } from 'node:fs/promises';
import type { FileDisk } from '../../../src/formats/outputs/file-target.ts';

/** What a disk does at one of its calls. `short`: a write takes half of the bytes, and says so. */
export interface Fault {
  /** Number of the call, from 0. */
  readonly at: number;
  readonly code: 'EIO' | 'ENOSPC' | 'short';
  /** Calls of this name alone count; left out, all do. */
  readonly of?: string;
  /** Whether all later ones fail as well. A disk that has failed once and works again is the harder case: what it lost stays lost. */
  readonly isLasting?: boolean;
}

/** A real disk with one fault. Its calls are `open`, `rename` and what is called of the files. */
export class FaultyDisk implements FileDisk {
  /** Names of the calls so far. */
  readonly calls: string[] = [];
  hasFailed = false;
  readonly #fault: Fault | undefined;
  #counted = 0;

  constructor(fault?: Fault) {
    this.#fault = fault;
  }

  readonly open = async (path: string, flags: string, mode?: number): Promise<FileHandle> => {
    this.#call('open');
    const handle = await open(path, flags, mode);
    const found = await handle.stat();
    return this.#guarded(handle, { size: found.size, isFile: found.isFile() });
  };

  readonly rename = async (from: string, to: string): Promise<void> => {
    this.#call('rename');
    await rename(from, to);
  };

  /** The methods of a handle that outputs use, each of them a call. */
  #guarded(handle: FileHandle, { size, isFile }: { readonly size: number; readonly isFile: boolean }): FileHandle {
    let synced = size;
    const counted =
      <Arguments extends unknown[], Result>(name: string, method: (...given: Arguments) => Promise<Result>) =>
      async (...given: Arguments) => {
        this.#call(name);
        return await method.apply(handle, given);
      };
    const write = async (bytes: Buffer, start: number, length: number, position: number | null) => {
      const isShort = this.#call('write');
      return await handle.write(bytes, start, isShort ? length >> 1 : length, position);
    };
    const sync = async () => {
      try {
        this.#call('sync');
        await handle.sync();
        if (isFile) synced = (await handle.stat()).size;
      } catch (error) {
        // What a failed fsync has left unwritten is gone for good (fsync(2)).
        if (isFile) await handle.truncate(Math.min(synced, (await handle.stat()).size));
        throw error;
      }
    };
    const close = async () => {
      // Closed for real in any case, so that no test leaves a file open.
      await handle.close();
      this.#call('close');
    };
    const methods = {
      stat: counted('stat', handle.stat),
      truncate: counted('truncate', handle.truncate),
      read: counted('read', handle.read as (...given: unknown[]) => Promise<unknown>),
      sync,
      write,
      close,
    };
    return methods as unknown as FileHandle;
  }

  /** Notes a call. Throws where it fails; gives true where it is a write that is short. */
  #call(name: string): boolean {
    this.calls.push(name);
    const { at = -1, code = 'EIO', of = name, isLasting = false } = this.#fault ?? {};
    if (of !== name) return false;
    const number = this.#counted;
    this.#counted += 1;
    if (number !== at && !(isLasting && number > at && at >= 0)) return false;
    this.hasFailed = true;
    if (code === 'short') return name === 'write';
    throw Object.assign(new Error(`${code}: the disk of a test failed`), { code });
  }
}
