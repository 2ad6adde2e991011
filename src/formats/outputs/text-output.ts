import type { StageError } from '../../core/errors.ts';
import type { OutputState, SinkRequest } from '../../core/stage/sink-writer.ts';
import type { StageContext } from '../../core/stage.ts';
import { compressionOf, requireCompression } from '../compression.ts';
import { type ByteTarget, standardTarget } from './byte-target.ts';
import { compressedTarget } from './compressed-target.ts';
import { type FileDisk, growingFile, replacedFile } from './file-target.ts';

/** Characters that are gathered before they are written: a write a row costs more than the row. */
const COALESCE_CHARACTERS = 64 * 1024;
/** Longest time a row waits for others, in milliseconds: short enough to look immediate to whoever reads the pipe. */
const COALESCE_MS = 20;

/**
 * A text output: gathers what is appended and writes it in larger pieces.
 *
 * Order: of the calls; text has its place when `append` returns. Bound: 64 KiB characters and what callers append while they ignore `room`.
 * Errors: the first failed write is thrown by every later call.
 */
export class TextOutput {
  readonly #target: ByteTarget;
  readonly #failed: ((error: StageError) => void) | undefined;
  #gathered = '';
  /** Ends with the last operation that was begun; never rejects. */
  #last: Promise<void> = Promise.resolve();
  #pending = 0;
  #timer: NodeJS.Timeout | undefined;
  #failure: StageError | undefined;

  /** `failed` is told of a failed write that nobody waits for. */
  constructor(target: ByteTarget, failed?: (error: StageError) => void) {
    this.#target = target;
    this.#failed = failed;
  }

  /** Takes text. The promise, where there is one, resolves when there is room for more. */
  append(text: string): void | Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#gathered += text;
    if (this.#gathered.length >= COALESCE_CHARACTERS) return this.flush();
    this.#flushSoon();
    return undefined;
  }

  /** Resolves when all that was appended so far has been written. */
  flush(): Promise<void> {
    return this.#begin(async () => {});
  }

  /** Resolves when all that was appended before the call is on the disk; what is appended after it stands behind. */
  mark(): Promise<OutputState> {
    return this.#begin(() => this.#target.sync());
  }

  /** Writes what is left and closes. */
  close(): Promise<void> {
    return this.#begin(() => this.#target.close());
  }

  /** Closes without writing what is left. Waits for no write: a reader that has stalled would hold it for ever. Never throws. */
  abort(): Promise<void> {
    clearTimeout(this.#timer);
    this.#gathered = '';
    return this.#target.abort();
  }

  /** Takes what is gathered; behind all operations before, writes it and goes on with `next`. */
  #begin<Result>(next: () => Promise<Result>): Promise<Result> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#gathered;
    this.#gathered = '';
    this.#pending += 1;
    const result = this.#last.then(async () => {
      if (this.#failure !== undefined) throw this.#failure;
      if (text !== '') await this.#target.write(Buffer.from(text, 'utf8'));
      return await next();
    });
    this.#last = result.then(
      () => this.#settled(),
      (error: StageError) => {
        this.#failure ??= error;
        this.#settled();
      },
    );
    return result;
  }

  #settled(): void {
    this.#pending -= 1;
    if (this.#gathered !== '' && this.#failure === undefined) this.#flushSoon();
  }

  /** A failure of this write is thrown by the next call, too. */
  #flushSoon(): void {
    if (this.#timer !== undefined || this.#pending > 0) return;
    this.#timer = setTimeout(() => this.flush().catch((error: StageError) => this.#failed?.(error)), COALESCE_MS);
  }
}

/** Opens the output at a pipeline path: `-` is standard output; `.gz` and `.zst` compress. */
export async function openTextOutput(
  path: string,
  { checkpoint, failed }: SinkRequest,
  context: StageContext,
  disk?: FileDisk,
): Promise<TextOutput> {
  if (path === '-') return new TextOutput(standardTarget(context.stdout), failed);
  const compression = compressionOf(path);
  requireCompression(compression);
  const file = context.resolvePath(path);
  const target =
    checkpoint === undefined ? await replacedFile(file, disk) : await growingFile(file, checkpoint.state, disk);
  return new TextOutput(compression === undefined ? target : compressedTarget(target, compression), failed);
}
