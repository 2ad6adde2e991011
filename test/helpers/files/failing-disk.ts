import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';

/** A disk that fails from one call on, as a process that is killed there would leave it. */
export class FailingDisk {
  /** What was called, in order: `open`, `write`, `sync` and so on. */
  readonly calls: string[] = [];
  #failsAt: number;
  /** What each file that was written to is sure to have after a power cut; null for one that may be gone. */
  readonly #durable = new Map<string, Buffer | null>();

  /** `failsAt`: calls that succeed. */
  constructor(failsAt = Number.POSITIVE_INFINITY) {
    this.#failsAt = failsAt;
  }

  readonly open = async (path: string, flags: string): Promise<FileHandle> => {
    this.#count('open');
    if (flags !== 'r' && !this.#durable.has(path)) this.#durable.set(path, await readFile(path).catch(() => null));
    const handle = await open(path, flags);
    const counted =
      <Arguments extends unknown[], Result>(name: string, method: (...given: Arguments) => Promise<Result>) =>
      async (...given: Arguments) => {
        this.#count(name);
        return await method.apply(handle, given);
      };
    return {
      stat: counted('stat', handle.stat),
      truncate: counted('truncate', handle.truncate),
      writeFile: counted('write', handle.writeFile),
      write: async (bytes: Buffer, offset: number, length: number, position: number) => {
        // What is killed in its midst has written a part.
        await handle.write(bytes, offset, Math.ceil(length / 2), position);
        this.#count('write');
        return await handle.write(bytes, offset, length, position);
      },
      sync: async () => {
        this.#count('sync');
        await handle.sync();
        if (flags !== 'r') this.#durable.set(path, await readFile(path));
      },
      // Closed for real in any case: a process that is killed holds nothing open either.
      close: async () => {
        await handle.close();
        this.#count('close');
      },
    } as unknown as FileHandle;
  };

  readonly rename = async (from: string, to: string): Promise<void> => {
    this.#count('rename');
    await rename(from, to);
    this.#durable.set(to, this.#durable.get(from) ?? null);
    this.#durable.delete(from);
  };

  /** Works again. */
  heal(): void {
    this.#failsAt = Number.POSITIVE_INFINITY;
  }

  /** Brings every file back to what its last fsync has seen. */
  async cutPower(): Promise<void> {
    for (const [path, bytes] of this.#durable) {
      if (bytes === null) await rm(path, { force: true });
      else await writeFile(path, bytes);
    }
  }

  #count(name: string): void {
    this.calls.push(name);
    if (this.calls.length > this.#failsAt) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
  }
}
