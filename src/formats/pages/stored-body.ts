import { RecordError } from '../../core/errors.ts';
import type { BodyReader, LiveBody, PageFacts, PageResponse } from '../../core/record.ts';

/** A page whose body is at hand, in a file or in memory. */
export interface StoredPage {
  readonly response: PageResponse;
  /** What is known of it before it is read. */
  readonly facts: Pick<PageFacts, 'contentType' | 'etag' | 'lastModified'>;
  /** How it is called in messages. */
  readonly name: string;
  /** Of the body, decoded. */
  readonly maxBytes: number;
  /**
   * Hands over the decoded bytes, in order, and resolves behind the last. Errors: RecordError; what `write` throws is
   * passed on, and nothing is written behind it.
   */
  feed(write: (chunk: Uint8Array) => void): Promise<void>;
  /** Lets go of what the body holds. Called once: when it has been read, in vain or not, or is released. */
  done(): void;
}

/** The body of a stored page. No request was made for it: its attempts are 0, and its time is that of the reading. */
export class StoredBody implements LiveBody {
  readonly #page: StoredPage;
  #isUsed = false;

  constructor(page: StoredPage) {
    this.#page = page;
  }

  async read<Result>(
    open: (response: PageResponse) => BodyReader<Result>,
  ): Promise<{ result: Result; page: PageFacts }> {
    if (this.#isUsed) throw new Error('a body is read once, and not after its release');
    this.#isUsed = true;
    const { response, name, maxBytes } = this.#page;
    const startedAtMs = performance.now();
    let bytes = 0;
    try {
      const reader = open(response);
      await this.#page.feed((chunk) => {
        bytes += chunk.length;
        if (bytes > maxBytes) throw tooLarge(name, maxBytes);
        reader.write(chunk);
      });
      return { result: reader.end(), page: this.#facts(bytes, startedAtMs) };
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      const { code, message, cause } = error;
      throw new RecordError(code, message, { cause, facts: this.#facts(bytes, startedAtMs) });
    } finally {
      this.#page.done();
    }
  }

  release(): void {
    if (this.#isUsed) return;
    this.#isUsed = true;
    this.#page.done();
  }

  #facts(bytes: number, startedAtMs: number): PageFacts {
    const { response, facts } = this.#page;
    const { finalUrl, status } = response;
    const elapsedMs = Math.round(performance.now() - startedAtMs);
    return { finalUrl, status, ...facts, bytes, attempts: 0, elapsedMs };
  }
}

/** The failure of a page whose body is larger than allowed. */
export function tooLarge(name: string, maxBytes: number): RecordError {
  return new RecordError('too-large', `${name}: the body is larger than ${maxBytes} bytes`);
}
