import type { OutputState, Row, SinkWriter } from '../../core/stage/sink-writer.ts';

/** Files that are open at once. One that is written to again is opened again, and grows. */
const MAX_OPEN = 64;

/** What a checkpoint knows of the files of an output, by their paths as the user would name them. */
export type PartStates = Readonly<Record<string, OutputState>>;

/** How the files of an output are opened, ended and chosen. */
export interface Parts {
  /** Path of all of them, with its placeholder: by this a later run knows them for its own. */
  readonly path: string;
  /** Opens a file: begun anew, or cut back to the state and grown from there. */
  open(path: string, state: OutputState | undefined): Promise<SinkWriter>;
  /** Puts rows, in order, to the files that they go into. */
  place(rows: readonly Row[]): readonly { readonly path: string; readonly rows: readonly Row[] }[];
  /** Called when all files are closed, and on the disk: gives them their names. */
  finish(paths: readonly string[]): Promise<void>;
  /** What `place` needs to go on, as JSON. */
  state(): unknown;
}

interface PartFile {
  writer: SinkWriter | undefined;
  /** How far it is on the disk; of a file that is open, when it was opened. */
  state: OutputState | undefined;
}

/**
 * Writes rows into several files.
 *
 * Order: of the calls, within each file. Bound: 64 open files, what each gathers, and the rows of calls that were not waited for.
 * Errors: the first failure is thrown by every later call.
 */
export class SplitWriter implements SinkWriter {
  readonly #parts: Parts;
  /** In the order of their last use. */
  readonly #files = new Map<string, PartFile>();
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(parts: Parts, states: PartStates = {}) {
    this.#parts = parts;
    for (const [path, state] of Object.entries(states)) this.#files.set(path, { writer: undefined, state });
  }

  write(rows: readonly Row[]): void | Promise<void> {
    if (rows.length === 0) return undefined;
    return this.#enqueue(async () => {
      for (const { path, rows: ofPart } of this.#parts.place(rows)) await (await this.#open(path)).write(ofPart);
    });
  }

  flush(): Promise<void> {
    return this.#enqueue(async () => {
      for (const { writer } of this.#files.values()) await writer?.flush();
    });
  }

  mark(): Promise<OutputState> {
    return this.#enqueue(async () => {
      const marked = [...this.#files].map(async ([path, file]) => {
        if (file.writer !== undefined) file.state = await file.writer.mark();
        return [path, file.state] as const;
      });
      const files = Object.fromEntries(await Promise.all(marked));
      return {
        length: this.#files.size,
        tail: '',
        detail: { path: this.#parts.path, files, place: this.#parts.state() },
      };
    });
  }

  close(): Promise<void> {
    return this.#enqueue(async () => {
      for (const { writer } of this.#files.values()) {
        // On the disk before any has its name. What a checkpoint has marked is there already.
        await writer?.mark();
        await writer?.close();
      }
      await this.#parts.finish([...this.#files.keys()]);
    });
  }

  async abort(): Promise<void> {
    this.#failure ??= { error: new Error('the output was given up') };
    for (const { writer } of this.#files.values()) await writer?.abort();
  }

  async #open(path: string): Promise<SinkWriter> {
    const file = this.#files.get(path) ?? { writer: undefined, state: undefined };
    this.#files.delete(path);
    this.#files.set(path, file);
    if (file.writer !== undefined) return file.writer;
    await this.#makeRoom();
    file.writer = await this.#parts.open(path, file.state);
    return file.writer;
  }

  async #makeRoom(): Promise<void> {
    const open = [...this.#files.values()].filter(({ writer }) => writer !== undefined);
    const [oldest] = open;
    if (open.length < MAX_OPEN || oldest?.writer === undefined) return;
    oldest.state = await oldest.writer.mark();
    await oldest.writer.close();
    oldest.writer = undefined;
  }

  #enqueue<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    const result = this.#last.then(() => {
      if (this.#failure !== undefined) throw this.#failure.error;
      return work();
    });
    this.#last = result.then(
      () => {},
      (error: unknown) => {
        this.#failure ??= { error };
      },
    );
    return result;
  }
}
