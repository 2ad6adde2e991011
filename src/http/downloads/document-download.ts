import { type Clock, systemClock } from '../../core/clock.ts';
import { RecordError } from '../../core/errors.ts';
import type { BodyReader } from '../../core/record.ts';
import type { HttpClient } from '../client.ts';
import { contentTypeOf } from '../headers/content-type.ts';
import { hasGzipMagic, writeDecoded } from '../stored/decoded-bytes.ts';

/** How a document is read. */
export interface DocumentReading<Result> {
  /** Makes a reader; once for each attempt. */
  open(contentType: string | null): BodyReader<Result>;
  /** Of what it decompresses to. What is received is bounded by the client. */
  readonly maxBytes: number;
  /** Told of the time that it takes to decompress a file. */
  readonly clock?: Clock | undefined;
}

/**
 * Fetches a document of whatever type and reads it as it comes. One that is a gzip file, which servers call by many types,
 * is decompressed: it is gathered first.
 *
 * Errors: RecordError, as of a page. The client must take any type.
 */
export async function downloadDocument<Result>(
  client: HttpClient,
  url: URL,
  reading: DocumentReading<Result>,
): Promise<Result> {
  const { body } = await client.fetch(url);
  const { result } = await body.read(({ headers }) => new MaybeGzip(reading.open(contentTypeOf(headers))));
  const { reader, gzip } = result;
  if (gzip === undefined) return result.end();
  let bytes = 0;
  const write = (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > reading.maxBytes) {
      throw new RecordError('too-large', `${url.href}: it decompresses to more than ${reading.maxBytes} bytes`);
    }
    reader.write(chunk);
  };
  const release = (reading.clock ?? systemClock).hold();
  await writeDecoded(gzip, ['gzip'], write, url.href).finally(release);
  return reader.end();
}

/** What was received: read already, or a gzip file. */
interface Received<Result> {
  readonly reader: BodyReader<Result>;
  readonly gzip: Buffer | undefined;
  end(): Result;
}

/** Hands bytes on to a reader, unless they are those of a gzip file: then it keeps them. */
class MaybeGzip<Result> implements BodyReader<Received<Result>> {
  readonly #reader: BodyReader<Result>;
  /** Until the first two bytes are there, and all of a gzip file. */
  #kept: Uint8Array[] = [];
  #isGzip: boolean | undefined;

  constructor(reader: BodyReader<Result>) {
    this.#reader = reader;
  }

  write(chunk: Uint8Array): void {
    if (this.#isGzip === false) {
      this.#reader.write(chunk);
      return;
    }
    this.#kept.push(Uint8Array.from(chunk));
    if (this.#isGzip === undefined) this.#decide(2);
  }

  end(): Received<Result> {
    this.#decide(0);
    const gzip = this.#isGzip === true ? Buffer.concat(this.#kept) : undefined;
    return { reader: this.#reader, gzip, end: () => this.#reader.end() };
  }

  #decide(least: number): void {
    const first = Buffer.concat(this.#kept.slice(0, 2));
    if (this.#isGzip !== undefined || first.length < least) return;
    this.#isGzip = hasGzipMagic(first);
    if (this.#isGzip) return;
    for (const kept of this.#kept) this.#reader.write(kept);
    this.#kept = [];
  }
}
