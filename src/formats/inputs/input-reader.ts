import type { ReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { SourceItem } from '../../core/stage/source-item.ts';
import type { InputContext, Source, SourceIdentity, SourceResume, StageContext } from '../../core/stage.ts';
import { compressionOf, requireCompression } from '../compression.ts';
import { inputFileSize, openInputFile, unreadable } from './input-file.ts';
import { checkKnownInput, otherInput } from './known-input.ts';
import { type Prefix, PrefixHash } from './prefix-hash.ts';
import type { TextStart } from './text-lines.ts';

/** How what stands in an input becomes items. */
export interface InputFormat {
  /** Whether what stands behind the start of a line can be read without what is before. Asked of plain files only. */
  canBeginMidway(name: string): boolean;
  /** Whether it decompresses `.gz` files itself. */
  readonly decompressesGzip?: boolean;
  /** The items of an input, in order. Errors: StageError; with a `code`, those of the system and of parsers. */
  items(bytes: AsyncIterable<Buffer>, place: InputPlace): AsyncIterable<readonly SourceItem[]>;
  /** Looks into a file before anything is done. Errors: ConfigError, StageError. */
  check?(path: string, name: string): Promise<void>;
}

/** Where an input is read. */
export interface InputPlace {
  /** The input as the user named it. */
  readonly name: string;
  /** What the bytes begin with: the start of the input, or of a line. */
  readonly start: TextStart;
  /** The line of the first item that is wanted. */
  readonly firstLine: number;
}

const START: TextStart = { line: 1, offset: 0 };

/**
 * The source of one or more files (`.gz` and `.zst` decompressed) and standard input, in order: reads, hashes what it has
 * read, and begins where an earlier run has stopped.
 *
 * Only a plain file whose format allows it is begun midway; of others, what is before is read and passed over.
 * Errors: ConfigError from the constructor for a compression that this Node lacks.
 */
export class InputReader implements Source {
  readonly items: AsyncIterable<readonly SourceItem[]>;
  readonly #paths: readonly string[];
  readonly #format: InputFormat;
  readonly #context: StageContext;
  readonly #resume: SourceResume | undefined;
  #current: { readonly path: string; readonly hash: PrefixHash; readonly stream: Readable } | undefined;
  #file: ReadStream | undefined;
  /** Bytes of the files that are done, and of all files; null where standard input is among them. */
  #doneBytes = 0;
  #totalBytes: number | null = 0;
  readonly #sizes = new Map<string, number>();
  /** How much of each input was read before the current one, or by an earlier run, and a hash of that. */
  readonly #known: Map<string, Prefix>;
  /** Where reading of the current file began. */
  #startByte = 0;
  /** The hash of what is before the line at which reading begins. */
  #startHash: PrefixHash | undefined;

  constructor(paths: readonly string[], format: InputFormat, context: StageContext, resume: SourceResume | undefined) {
    for (const path of paths) requireCompression(compressionOf(path));
    this.#paths = paths;
    this.#format = format;
    this.#context = context;
    this.#resume = resume;
    this.#known = new Map(resume?.known.map(({ input, bytes, hash }) => [input, { bytes, hash }]));
    this.items = this.#read();
  }

  async open(): Promise<void> {
    for (const path of this.#paths) await this.#measure(path);
    await checkInputs(this.#paths, this.#format, this.#context);
    const lastKnown = this.#resume?.known.at(-1)?.input;
    for (const [path, known] of this.#known) await this.#checkKnown(path, known, path === lastKnown);
  }

  identity(): SourceIdentity {
    return this.#paths.flatMap((input) => {
      const known = this.#known.get(input);
      const now = this.#current?.path === input ? this.#current.hash.prefix : undefined;
      // One that an earlier run has read further is still known by that: lines there may be done.
      const prefix = known === undefined || (now?.bytes ?? 0) > known.bytes ? now : known;
      return prefix === undefined ? [] : [{ input, ...prefix }];
    });
  }

  progress(): { read: number; total: number | null } {
    return { read: this.#doneBytes + this.#startByte + (this.#file?.bytesRead ?? 0), total: this.#totalBytes };
  }

  close(): void {
    this.#current?.stream.destroy();
  }

  async *#read(): AsyncGenerator<readonly SourceItem[], void, undefined> {
    const from = this.#resume?.from;
    const first = from === undefined ? 0 : this.#paths.indexOf(from.input);
    for (const [index, path] of this.#paths.entries()) {
      if (index < first) {
        this.#doneBytes += this.#sizes.get(path) ?? 0;
        continue;
      }
      const start = index === first && from !== undefined ? from : START;
      try {
        for await (const items of this.#checkedItemsOf(path, start)) yield items;
      } catch (error) {
        throw unreadable(inputLabel(path), error);
      }
      await this.#finish(path);
    }
  }

  async #finish(path: string): Promise<void> {
    const size = this.#sizes.get(path);
    // Decompression ends where no further member begins; padding behind that counts as read.
    if (size !== undefined) await this.#current?.hash.readUpTo(size, this.#context.resolvePath(path));
    if (this.#current !== undefined) this.#known.set(path, this.#current.hash.prefix);
    this.#doneBytes += this.#startByte + (this.#file?.bytesRead ?? 0);
    this.#startByte = 0;
    this.#file = undefined;
    this.#current = undefined;
  }

  /**
   * The items of one input from a line on. What can be read only once could not be looked at before: its items wait until it
   * is known to be the same input. That bounds them by what an earlier run had read and not done.
   */
  async *#checkedItemsOf(path: string, start: TextStart): AsyncGenerator<readonly SourceItem[], void, undefined> {
    const { bytes, hash } = this.#open(path, start);
    const place = { name: path, start: this.#startByte > 0 ? start : START, firstLine: start.line };
    const waiting: (readonly SourceItem[])[] = [];
    for await (const items of this.#format.items(bytes, place)) {
      waiting.push(items);
      if (hash.isExpected === false) break;
      if (hash.isExpected === true) yield* waiting.splice(0);
    }
    if (hash.isExpected !== true) throw otherInput(inputLabel(path), 'what had been read of it has changed');
    yield* waiting;
  }

  #open(path: string, { offset }: TextStart): { readonly bytes: AsyncIterable<Buffer>; readonly hash: PrefixHash } {
    // What is read again has been checked where it is a file.
    const expected = this.#sizes.has(path) ? undefined : this.#resume?.known.find(({ input }) => input === path);
    const hash = this.#startHash ?? new PrefixHash(expected);
    if (path === '-') {
      const { stdin } = this.#context;
      this.#current = { path, hash, stream: stdin };
      return { bytes: hash.through(stdin), hash };
    }
    if (this.#startHash !== undefined) this.#startByte = offset;
    this.#startHash = undefined;
    const isStored = this.#format.decompressesGzip === true && compressionOf(path) === 'gz';
    const range = { start: this.#startByte, end: this.#endOf(path), seenBy: hash, isStored };
    const { bytes, file } = openInputFile(this.#context.resolvePath(path), range);
    this.#file = file;
    this.#current = { path, hash, stream: file };
    return { bytes, hash };
  }

  /** Where an input counts as ending behind which an earlier run has begun with the next: what were added now would shift the lines there. */
  #endOf(path: string): number | undefined {
    const known = this.#resume?.known ?? [];
    return this.#sizes.has(path) ? known.slice(0, -1).find(({ input }) => input === path)?.bytes : undefined;
  }

  async #measure(path: string): Promise<void> {
    const size = path === '-' ? null : await inputFileSize(this.#context.resolvePath(path), path);
    if (size === null) {
      this.#totalBytes = null;
      return;
    }
    this.#sizes.set(path, size);
    if (this.#totalBytes !== null) this.#totalBytes += size;
  }

  async #checkKnown(name: string, prefix: Prefix, isLast: boolean): Promise<void> {
    const size = this.#sizes.get(name);
    if (size === undefined) return;
    const from = this.#resume?.from;
    const isStart = from?.input === name && compressionOf(name) === undefined && this.#format.canBeginMidway(name);
    const input = { name, path: this.#context.resolvePath(name), size, prefix, isLast };
    const signal = AbortSignal.any([this.#context.signal, this.#context.stopSignal]);
    const hash = await checkKnownInput(input, isStart ? from.offset : 0, signal);
    if (isStart) this.#startHash = hash;
  }
}

/** Looks into those inputs that are files, as their format has it. Errors: ConfigError, StageError. */
export async function checkInputs(
  paths: readonly string[],
  format: InputFormat,
  { resolvePath }: InputContext,
): Promise<void> {
  for (const path of paths) {
    // What a pipe has can be read only once.
    const isFile = path !== '-' && (await inputFileSize(resolvePath(path), path)) !== null;
    if (isFile) await format.check?.(resolvePath(path), path);
  }
}

/** One path or several as a list. */
export function pathList(path: string | readonly string[]): readonly string[] {
  return typeof path === 'string' ? [path] : path;
}

/** What an input is called in messages. */
export function inputLabel(path: string): string {
  return path === '-' ? 'standard input' : path;
}
