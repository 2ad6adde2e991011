import { z } from 'zod';
import { StageError } from '../../core/errors.ts';
import { type Fingerprint, fingerprintOf } from '../../core/hashes/fingerprint.ts';
import { FingerprintSet } from '../../core/hashes/fingerprint-set.ts';
import { type Skip, skip } from '../../core/outcome.ts';
import type { UrlRecord } from '../../core/record.ts';
import { Lookback } from '../../core/stage/lookback.ts';
import type { StepCheckpoint, StepState } from '../../core/stage/step-state.ts';
import { defineStep, type StageContext, type Step } from '../../core/stage.ts';
import { size } from '../../core/units.ts';
import { FingerprintLog } from '../../formats/fingerprint-log.ts';

/** The step `dedupe`: passes on each URL once. */
export const dedupeStep = defineStep({
  name: 'dedupe',
  summary: 'Passes on each URL once; later lines with the same URL, fragments left aside, are skipped as duplicates.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: ['dedupe', 'fetch', 'links'],
    sink: { tsv: { path: 'links.tsv' } },
  },
  input: 'url',
  output: 'url',
  isStateful: true,
  isIdempotent: true,
  options: z.strictObject({
    memory: size()
      .prefault('1GB')
      .describe('Most memory for the URLs seen, 9 to 12 bytes each; the run stops before it takes more.'),
  }),
  tuning: ['memory'],
  create: ({ memory }, context, checkpoint) => new Dedupe(memory, context, checkpoint),
});

/** The least that a URL takes. */
const FINGERPRINT_BYTES = 8;

class Dedupe implements Step<'url', 'url'> {
  readonly concurrency = 1;
  readonly #seen = new FingerprintSet();
  readonly #memoryBytes: number;
  readonly #stopSignal: AbortSignal;
  readonly #checkpoint: StepCheckpoint | undefined;
  /** The URLs of the lines that are done, in their order, beside the checkpoint. */
  readonly #log: FingerprintLog | undefined;
  readonly #lookback: Lookback<Fingerprint> | undefined;

  constructor(memoryBytes: number, { stopSignal }: StageContext, checkpoint: StepCheckpoint | undefined) {
    this.#stopSignal = stopSignal;
    this.#memoryBytes = memoryBytes;
    this.#checkpoint = checkpoint;
    if (checkpoint === undefined) return;
    const log = new FingerprintLog(checkpoint.path);
    this.#log = log;
    this.#lookback = new Lookback((fingerprint) => log.append(fingerprint), checkpoint.low);
  }

  async open(): Promise<void> {
    const state = this.#checkpoint?.state;
    if (state === undefined) return;
    const expect = (count: number) => {
      if (count * FINGERPRINT_BYTES > this.#memoryBytes) throw this.#full(count);
      this.#seen.reserve(count);
    };
    const take = (words: Uint32Array) => {
      // Ten million take seconds.
      this.#stopSignal.throwIfAborted();
      this.#addAll(words);
    };
    await this.#log?.load(state, take, expect);
  }

  process(record: UrlRecord): UrlRecord | Skip | Promise<UrlRecord> {
    const fingerprint = fingerprintOf(requestedUrl(record.url));
    if (!this.#add(fingerprint)) return skip('duplicate');
    this.#lookback?.note(record.origin.sequence, fingerprint);
    return this.#log?.isFull === true ? this.#log.save().then(() => record) : record;
  }

  async save(low: number): Promise<StepState> {
    this.#lookback?.settle(low);
    return (await this.#log?.save()) ?? null;
  }

  #add(fingerprint: Fingerprint): boolean {
    const isNew = this.#seen.add(fingerprint);
    if (isNew) this.#checkMemory();
    return isNew;
  }

  #addAll(words: Uint32Array): void {
    this.#seen.addAll(words);
    this.#checkMemory();
  }

  #checkMemory(): void {
    if (this.#seen.bytes > this.#memoryBytes) throw this.#full(this.#seen.size);
  }

  #full(count: number): StageError {
    const advice =
      'Raise its memory (--dedupe-memory) and run the command again, or do the list in parts with --shard.';
    const text = `dedupe: the memory for the URLs seen is used up (${this.#memoryBytes} bytes, URLs: ${count}). ${advice}`;
    return new StageError('MEMORY_LIMIT', text);
  }
}

/**
 * What is asked for, as serialised by the URL standard: `EXAMPLE.com` and `https://example.com/` are one, and so are two that differ
 * in the fragment alone, which is never sent (RFC 9110, 7.1).
 */
function requestedUrl({ href }: URL): string {
  const end = href.indexOf('#');
  return end === -1 ? href : href.slice(0, end);
}
