import { resolve } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ColumnScope } from '../../../src/core/columns/columns.ts';
import { type RecordError, StageError } from '../../../src/core/errors.ts';
import type { Departures, FailedRecord, Skip } from '../../../src/core/outcome.ts';
import type {
  BodyReader,
  LinksRecord,
  LiveBody,
  Origin,
  PageFacts,
  PageRecord,
  PageResponse,
  UrlRecord,
} from '../../../src/core/record.ts';
import type { OutputState, Row, SinkWriter } from '../../../src/core/stage/sink-writer.ts';
import type { SourceItem } from '../../../src/core/stage/source-item.ts';
import type { Source, StageContext } from '../../../src/core/stage.ts';

/** The record of the line `sequence` (from 0), `https://example.com/<sequence>`. */
export function urlRecord(sequence: number): UrlRecord {
  const sourceUrl = `https://example.com/${sequence}`;
  return { kind: 'url', origin: originOf(sequence), sourceUrl, url: new URL(sourceUrl) };
}

/** A page that answers `record`. Its body is `body`, or one that is empty. */
export function pageRecord({ origin, sourceUrl }: FailedRecord, body: LiveBody = new FakeBody()): PageRecord {
  const response = { finalUrl: sourceUrl, status: 200, headers: {}, redirects: [] };
  return { kind: 'page', origin, sourceUrl, response, body };
}

/** A page with `links` links that answers `record`. */
export function linksRecord({ origin, sourceUrl }: FailedRecord, links = 1): LinksRecord {
  const page = pageFacts({ finalUrl: sourceUrl });
  const linkOf = (_: unknown, index: number) => ({
    url: `https://example.com/link/${index}`,
    element: 'a',
    attribute: 'href',
  });
  return { kind: 'links', origin, sourceUrl, page, links: Array.from({ length: links }, linkOf) };
}

/** Facts of a page, those of a small one where `known` is silent. */
export function pageFacts(known: Partial<PageFacts> = {}): PageFacts {
  return {
    finalUrl: 'https://example.com/',
    status: 200,
    contentType: 'text/html',
    bytes: 100,
    attempts: 1,
    elapsedMs: 5,
    ...known,
  };
}

function originOf(sequence: number): Origin {
  return { sequence, input: 'list.txt', line: sequence + 1, offset: sequence * 10 };
}

/** An empty body that counts what becomes of it: by the contract, `reads` is 1, or `releases` is at least 1, in the end. */
export class FakeBody implements LiveBody {
  reads = 0;
  releases = 0;

  /** True while it would hold its connection. */
  get isOpen(): boolean {
    return this.reads + this.releases === 0;
  }

  async read<Result>(
    open: (response: PageResponse) => BodyReader<Result>,
  ): Promise<{ result: Result; page: PageFacts }> {
    this.reads += 1;
    await nextTurn();
    const reader = open({ finalUrl: 'https://example.com/', status: 200, headers: {}, redirects: [] });
    return { result: reader.end(), page: pageFacts() };
  }

  release(): void {
    this.releases += 1;
  }
}

/** A stage's context: paths are relative to `folder`; the standard streams are those given, or empty ones. */
export function stageContext(
  folder: string,
  standard: Partial<Pick<StageContext, 'stdin' | 'stdout'>> = {},
): StageContext {
  return {
    signal: new AbortController().signal,
    stopSignal: new AbortController().signal,
    resolvePath: (path) => resolve(folder, path),
    stdin: Readable.from([]),
    stdout: new PassThrough(),
    env: {},
    columns: new ColumnScope(),
    ...standard,
  };
}

/** A promise that is resolved from outside. */
export class Gate {
  /** Set by the executor, which runs at once. */
  #resolve: () => void = () => {};
  readonly opened = new Promise<void>((resolve) => (this.#resolve = resolve));

  open(): void {
    this.#resolve();
  }
}

/** Departures that remember what left; each waits for `room`, where there is one. */
export class RememberedDepartures implements Departures {
  readonly failures: { readonly record: FailedRecord; readonly error: RecordError }[] = [];
  readonly skips: { readonly record: FailedRecord; readonly skip: Skip }[] = [];
  readonly abandons: FailedRecord[] = [];
  readonly #room: (() => Promise<void>) | undefined;

  constructor(room?: () => Promise<void>) {
    this.#room = room;
  }

  failed(record: FailedRecord, error: RecordError): void | Promise<void> {
    this.failures.push({ record, error });
    return this.#room?.();
  }

  skipped(record: FailedRecord, skip: Skip): void | Promise<void> {
    this.skips.push({ record, skip });
    return this.#room?.();
  }

  abandoned(record: FailedRecord): void {
    this.abandons.push(record);
  }
}

/** A source that never ends, in batches of `batchSize`. Counts what was asked of it. */
export class EndlessSource implements Source {
  batches = 0;
  closes = 0;
  isReturned = false;
  readonly items: AsyncIterable<readonly SourceItem[]>;

  constructor(batchSize: number) {
    this.items = this.#generate(batchSize);
  }

  close(): void {
    this.closes += 1;
  }

  async *#generate(batchSize: number): AsyncGenerator<readonly SourceItem[], void, undefined> {
    try {
      for (;;) {
        const start = this.batches * batchSize;
        this.batches += 1;
        await nextTurn();
        yield Array.from({ length: batchSize }, (_, index) => urlItem(start + index));
      }
    } finally {
      this.isReturned = true;
    }
  }
}

/** A source that gives its batches and then waits for ever, as a terminal at which nobody types; `close` doesn't wake it. */
export class SilentSource implements Source {
  readonly asked = new Gate();
  closes = 0;
  readonly items: AsyncIterable<readonly SourceItem[]>;

  constructor(batches: readonly (readonly SourceItem[])[] = []) {
    this.items = this.#generate(batches);
  }

  close(): void {
    this.closes += 1;
  }

  async *#generate(
    batches: readonly (readonly SourceItem[])[],
  ): AsyncGenerator<readonly SourceItem[], void, undefined> {
    yield* batches;
    this.asked.open();
    await new Promise<never>(() => {});
  }
}

/** The item of the line `sequence` (from 0), as a source gives it. */
export function urlItem(sequence: number): SourceItem {
  const { origin, sourceUrl, url } = urlRecord(sequence);
  const { sequence: _, ...place } = origin;
  return { origin: place, sourceUrl, url };
}

/** What a misbehaving sink does at a write. */
export type SinkFault =
  /** Every write waits for the gate. */
  | { readonly slow: Gate }
  /** Takes rows, and never has room again. */
  | { readonly neverDrains: true }
  /** The disk is full after so many writes. */
  | { readonly failsAfter: number };

/** A sink that remembers its rows and misbehaves as told. */
export class FaultySink implements SinkWriter {
  readonly rows: Row[] = [];
  writes = 0;
  /** Rows that it had at each mark. */
  readonly marks: number[] = [];
  isClosed = false;
  isAborted = false;
  readonly #fault: SinkFault;

  constructor(fault: SinkFault) {
    this.#fault = fault;
  }

  write(rows: readonly Row[]): void | Promise<void> {
    this.writes += 1;
    if ('failsAfter' in this.#fault && this.writes > this.#fault.failsAfter) {
      throw new StageError('SINK_FAILED', 'rows.tsv: the disk is full (ENOSPC).');
    }
    this.rows.push(...rows);
    if ('slow' in this.#fault) return this.#fault.slow.opened;
    return 'neverDrains' in this.#fault ? new Promise<never>(() => {}) : undefined;
  }

  flush(): Promise<void> {
    return 'slow' in this.#fault ? this.#fault.slow.opened : Promise.resolve();
  }

  async mark(): Promise<OutputState> {
    const length = this.rows.length;
    this.marks.push(length);
    await this.flush();
    return { length, tail: '' };
  }

  async close(): Promise<void> {
    await this.flush();
    this.isClosed = true;
  }

  abort(): Promise<void> {
    this.isAborted = true;
    return Promise.resolve();
  }
}

/**
 * Resolves when everything in memory that can go on without an event from outside has done so.
 *
 * What is bounded has then reached its bound: the one way to state it exactly without a clock.
 */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
}
