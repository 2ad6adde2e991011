import type { Clock } from '../../core/clock.ts';
import { RecordError } from '../../core/errors.ts';
import type { BodyReader, LiveBody, PageFacts, PageResponse } from '../../core/record.ts';
import { createDecoder } from '../decoding/decode.ts';
import type { DecodingStage } from '../decoding/stage.ts';
import { isWithoutContent } from '../headers/acceptance.ts';
import type { Answer, Visit } from '../visit.ts';
import type { BodyTarget, Exchange } from './exchange.ts';

/** Opens the visit's next answer; counted, because such a visit must not wait for pages that wait for it. */
export type Reopen = (visit: Visit, notBeforeMs: number) => Promise<Answer>;

/** How much is read of a body. */
export interface BodyBound {
  /** Of what is received, and of what it decodes to. */
  readonly maxBytes: number;
  /** True: what is beyond the bound is left unread, and the part before it counts as the page. Else it is `too-large`. */
  readonly truncate: boolean;
  /** Told of the decoder's work. */
  readonly clock: Clock;
}

/** The body of an answer: decoded, bounded, and fetched again where it breaks off and attempts are left. */
export class PageBody implements LiveBody {
  readonly #visit: Visit;
  readonly #bound: BodyBound;
  readonly #reopen: Reopen;
  #answer: Answer | undefined;

  constructor(visit: Visit, answer: Answer, bound: BodyBound, reopen: Reopen) {
    this.#visit = visit;
    this.#answer = answer;
    this.#bound = bound;
    this.#reopen = reopen;
  }

  async read<Result>(
    open: (response: PageResponse) => BodyReader<Result>,
  ): Promise<{ result: Result; page: PageFacts }> {
    let answer = this.#answer;
    this.#answer = undefined;
    if (answer === undefined) throw new Error('a body is read once, and not after its release');
    for (;;) {
      try {
        const result = await this.#readOnce(answer, open);
        return { result, page: this.#visit.facts };
      } catch (error) {
        answer = await this.#reopen(this.#visit, this.#visit.nextStartMs(error));
      }
    }
  }

  release(): void {
    this.#answer?.exchange.discard();
    this.#answer = undefined;
  }

  #readOnce<Result>(answer: Answer, open: (response: PageResponse) => BodyReader<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const { exchange, codings, response } = answer;
      let reader: BodyReader<Result>;
      try {
        reader = open(response);
      } catch (error) {
        exchange.discard();
        throw error;
      }
      if (isWithoutContent(response.status)) {
        exchange.discard();
        resolve(reader.end());
        return;
      }
      const reading = new Reading({ visit: this.#visit, bound: this.#bound, exchange, reader, resolve, reject });
      if (codings.length > 0) reading.decodeBy(codings);
      exchange.read(reading);
    });
  }
}

interface ReadingParts<Result> {
  readonly visit: Visit;
  readonly bound: BodyBound;
  readonly exchange: Exchange;
  readonly reader: BodyReader<Result>;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** One reading of one answer's body: counts, decodes, hands on. */
class Reading<Result> implements BodyTarget {
  readonly #parts: ReadingParts<Result>;
  #decoder: DecodingStage | undefined;
  /** Ends the hold on the clock, while the decoder is at work. */
  #release: (() => void) | undefined;
  #received = 0;
  /** Nothing more is received, but what was is still being decoded. */
  #isCutOff = false;
  #isOver = false;

  constructor(parts: ReadingParts<Result>) {
    this.#parts = parts;
  }

  decodeBy(codings: readonly string[]): void {
    const { exchange, visit } = this.#parts;
    const sink = {
      write: (chunk: Uint8Array) => {
        this.#write(chunk);
        return true;
      },
      end: () => this.#finish(),
    };
    const decoder = createDecoder(codings, sink, {
      onRoom: () => {
        if (this.#isCutOff) return decoder.end();
        this.#rest();
        exchange.resume();
      },
      onError: (cause) => {
        // That a stream doesn't end is no surprise where its end was cut off.
        if (this.#isCutOff) return this.#finish();
        const text = `${visit.facts.finalUrl}: the body does not decode as ${codings.toReversed().join(', ')} (${cause.message})`;
        this.#fail(new RecordError('decode', text, { cause }));
      },
    });
    this.#decoder = decoder;
  }

  onChunk(chunk: Uint8Array): boolean {
    if (this.#isCutOff) return true;
    const { maxBytes } = this.#parts.bound;
    const room = maxBytes - this.#received;
    this.#received += chunk.length;
    if (this.#decoder === undefined) this.#write(chunk);
    else if (chunk.length <= room) return this.#decode(this.#decoder, chunk);
    // What is compressed counts as well: it could decode to nothing without an end.
    else this.#cutOff(this.#decoder, chunk.subarray(0, room));
    return true;
  }

  onEnd(): void {
    if (this.#isOver) return;
    if (this.#decoder === undefined) {
      this.#finish();
    } else {
      this.#work();
      this.#decoder.end();
    }
  }

  onError(error: Error): void {
    if (!this.#isCutOff) this.#fail(error);
  }

  /** Gives false while the decoder is at work. */
  #decode(decoder: DecodingStage, chunk: Uint8Array): boolean {
    this.#work();
    const hasRoom = decoder.write(chunk);
    if (hasRoom) this.#rest();
    return hasRoom;
  }

  #work(): void {
    this.#release ??= this.#parts.bound.clock.hold();
  }

  #rest(): void {
    this.#release?.();
    this.#release = undefined;
  }

  #write(chunk: Uint8Array): void {
    if (this.#isOver) return;
    const { visit, bound, reader } = this.#parts;
    const room = bound.maxBytes - visit.bytes;
    const isTooLarge = chunk.length > room;
    if (isTooLarge && !bound.truncate) {
      visit.bytes += chunk.length;
      this.#fail(this.#tooLarge());
      return;
    }
    const part = isTooLarge ? chunk.subarray(0, room) : chunk;
    visit.bytes += part.length;
    try {
      reader.write(part);
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    if (!isTooLarge) return;
    this.#finish();
    this.#giveUpRest();
  }

  /** The last that is taken of a compressed body. The connection is given up: it would bring nothing but the rest. */
  #cutOff(decoder: DecodingStage, part: Uint8Array): void {
    if (!this.#parts.bound.truncate) {
      this.#fail(this.#tooLarge());
      return;
    }
    this.#isCutOff = true;
    this.#work();
    if (decoder.write(part)) decoder.end();
    this.#giveUpRest();
  }

  #giveUpRest(): void {
    this.#parts.exchange.abort(new Error('the rest is not wanted'));
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#decoder?.destroy();
    this.#rest();
    try {
      this.#parts.resolve(this.#parts.reader.end());
    } catch (error) {
      this.#parts.reject(error);
    }
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#decoder?.destroy();
    this.#rest();
    this.#parts.reject(error);
    this.#parts.exchange.abort(error);
  }

  #tooLarge(): RecordError {
    const { visit, bound } = this.#parts;
    return new RecordError('too-large', `${visit.facts.finalUrl}: the body is larger than ${bound.maxBytes} bytes`);
  }
}
