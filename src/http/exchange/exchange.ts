import { RecordError } from '../../core/errors.ts';
import type { AnswerFields, AnswerHandler, Connection } from '../connection/connection.ts';
import type { Connections } from '../connection/connections.ts';
import { type Phase, toFailure } from '../failure.ts';
import type { HostReport } from '../scheduling/lease.ts';
import type { ExchangeRequest } from './exchange-request.ts';
import { Stopwatch, type TimeLimits } from './stopwatch.ts';
import { UnreadBody } from './unread-body.ts';
import type { Watch, Watched } from './watch.ts';

/** The head of an answer. */
export interface Head {
  readonly status: number;
  readonly headers: AnswerFields;
}

/** Who reads a body. Called in order; nothing after `onEnd` or `onError`. */
export interface BodyTarget {
  /** Gives false when nothing more may come until `Exchange.resume`. */
  onChunk(chunk: Uint8Array): boolean;
  onEnd(): void;
  onError(error: Error): void;
}

/** What exchanges share. */
export interface ExchangeContext extends TimeLimits {
  readonly connections: Connections;
  readonly watch: Watch<Exchange>;
  /** How the end of an exchange is reported of its host. */
  report(head: Head | undefined, error: Error | undefined): HostReport;
}

/**
 * A kept-alive connection that the server had closed meanwhile: the request is to be sent again on a new one, in the
 * host's turn, which is no attempt.
 */
export class StaleConnection extends Error {
  override readonly name = 'StaleConnection';
}

/**
 * One request and its answer on one connection.
 *
 * Order: `head`, then one of `read` and `discard`. Until then the socket is not read from and no time-out runs.
 * Bound: one read of the socket (64 KB) is held for a body that is not read yet.
 * Lease: released once, when the body has been read to its end, drained or given up; the connection is back by then.
 */
export class Exchange implements AnswerHandler, Watched {
  readonly #context: ExchangeContext;
  readonly #request: ExchangeRequest;
  readonly #stopwatch: Stopwatch;
  readonly #connection: Connection;
  #state: 'connecting' | 'waiting' | 'parked' | 'reading' | 'draining' | 'over' = 'connecting';
  #resolveHead: ((head: Head) => void) | undefined;
  #rejectHead: ((error: Error) => void) | undefined;
  #head: Head | undefined;
  #target: BodyTarget | undefined;
  readonly #unread = new UnreadBody();
  #failure: Error | undefined;
  #isComplete = false;
  #isFull = false;
  #receivedBefore = 0;

  constructor(context: ExchangeContext, request: ExchangeRequest) {
    this.#context = context;
    this.#request = request;
    const { url, isFresh } = request;
    this.#connection = isFresh ? context.connections.open(url.origin) : context.connections.take(url.origin);
    this.#stopwatch = new Stopwatch(context, request.budgetMs, context.watch.nowMs);
  }

  /** Sends the request. Resolves with the head of the final answer (1xx passed over). Errors: as `toFailure` gives them. */
  head(): Promise<Head> {
    const head = new Promise<Head>((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
    this.#context.watch.add(this);
    this.#send();
    return head;
  }

  /** What is left of the attempt's time. */
  get leftMs(): number {
    return this.#stopwatch.leftMs;
  }

  /** For how long the answer has been waiting to be read; 0 where it is not. */
  get parkedMs(): number {
    return this.#state === 'parked' ? this.#stopwatch.stoppedMs(this.#context.watch.nowMs) : 0;
  }

  /** Reads the body. After `head`, once. */
  read(target: BodyTarget): void {
    this.#target = target;
    if (this.#failure !== undefined) {
      this.#end(this.#failure);
      return;
    }
    this.#state = 'reading';
    this.#stopwatch.enter('reading', this.#context.watch.nowMs);
    this.#flow();
  }

  /** There is room again after an `onChunk` that gave false. Not to be called from within it. */
  resume(): void {
    if (this.#state !== 'reading') return;
    this.#isFull = false;
    this.#stopwatch.touch(this.#context.watch.nowMs);
    this.#flow();
  }

  /** Gives up a body that is not read yet. What little is left of it is drained, to keep the connection; else that is closed. */
  discard(): void {
    if (this.#state !== 'parked') return;
    if (this.#failure !== undefined || this.#isComplete) {
      this.#end(this.#failure);
      return;
    }
    const length = Number(this.#head?.headers['content-length'] ?? 0);
    if (!this.#unread.startDraining(length, this.#context.watch.nowMs)) {
      this.#end(new Error('given up'));
      return;
    }
    this.#state = 'draining';
    this.#connection.resume();
  }

  /** Ends it now, in any state: the connection is closed, and who waits for the head or the body is told `error`. */
  abort(error: Error): void {
    if (this.#state === 'over') return;
    // Who will read it learns of it then.
    if (this.#state === 'parked') {
      this.#failure = error;
      this.#close(error);
    } else {
      this.#end(error);
    }
  }

  check(nowMs: number): void {
    if (this.#state === 'draining') {
      const isFutile = this.#context.connections.isClosed || this.#unread.isDrainOverdue(nowMs);
      if (isFutile) this.#end(new Error('given up'));
      return;
    }
    const overrun = this.#stopwatch.overrun(nowMs, this.#isFull);
    if (overrun !== undefined) this.#end(new RecordError(overrun.code, `${this.#request.shownUrl}: ${overrun.text}`));
  }

  onRequestStart(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'waiting';
    this.#stopwatch.enter('waiting', this.#context.watch.nowMs);
    this.#receivedBefore = this.#connection.received;
  }

  onResponseStart(_controller: unknown, status: number, headers: AnswerFields): void {
    // Interim answers say nothing (RFC 9110, 15.2), and don't stop the clock.
    if (status < 200 || this.#state !== 'waiting') return;
    this.#state = 'parked';
    this.#stopwatch.stop(this.#context.watch.nowMs);
    this.#connection.pause();
    this.#head = { status, headers };
    this.#resolveHead?.(this.#head);
  }

  onResponseData(_controller: unknown, chunk: Uint8Array): void {
    if (this.#state === 'draining') {
      if (!this.#unread.drain(chunk)) this.#end(new Error('given up'));
    } else if (this.#state === 'reading' && !this.#isFull) {
      this.#stopwatch.touch(this.#context.watch.nowMs);
      this.#give(chunk);
    } else if (this.#state === 'parked' || this.#state === 'reading') {
      this.#unread.push(chunk);
    }
  }

  onResponseEnd(): void {
    if (this.#state === 'over' || this.#failure !== undefined) return;
    this.#isComplete = true;
    // The rest is in our hands: the connection may serve the next request.
    this.#connection.unpause();
    this.#context.connections.giveBack(this.#connection);
    if (this.#state === 'draining') this.#end(undefined);
    else if (this.#state === 'reading' && !this.#isFull) this.#end(undefined);
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#state === 'over' || this.#isComplete || this.#failure !== undefined) return;
    const isBeforeAnswer = this.#state === 'waiting' && this.#connection.received === this.#receivedBefore;
    const failure = toFailure(error, this.#request.shownUrl, this.#phase);
    const isStale = isBeforeAnswer && this.#connection.isReused && isReset(failure);
    if (isStale) this.#stopwatch.stop(this.#context.watch.nowMs);
    this.abort(isStale ? new StaleConnection('closed meanwhile') : failure);
  }

  get #phase(): Phase {
    return this.#state === 'connecting' || this.#state === 'waiting' ? this.#state : 'reading';
  }

  #send(): void {
    const { url, headers } = this.#request;
    this.#connection.dispatch({ path: url.pathname + url.search, headers }, this);
  }

  #flow(): void {
    const held = this.#unread.take();
    if (held !== undefined) this.#give(held);
    if (this.#isFull || this.#state !== 'reading') return;
    if (this.#isComplete) this.#end(undefined);
    else this.#connection.resume();
  }

  #give(chunk: Uint8Array): void {
    if (this.#target?.onChunk(chunk) !== false || this.#state !== 'reading') return;
    this.#isFull = true;
    if (!this.#isComplete) this.#connection.pause();
  }

  /** The one way out: tells who waits, closes what is open, releases the lease. */
  #end(error: Error | undefined): void {
    const wasBeforeHead = this.#state === 'connecting' || this.#state === 'waiting';
    const target = this.#target;
    const rejectHead = this.#rejectHead;
    this.#state = 'over';
    // What is over may be held for long, by promises in the old part of the heap: let go of what it held.
    this.#target = undefined;
    this.#resolveHead = undefined;
    this.#rejectHead = undefined;
    this.#unread.clear();
    this.#close(error);
    if (wasBeforeHead) rejectHead?.(error ?? new Error('over before it began'));
    else if (error === undefined) target?.onEnd();
    else target?.onError(error);
  }

  #close(error: Error | undefined): void {
    this.#context.watch.remove(this);
    if (!this.#isComplete) this.#connection.destroy();
    this.#request.lease.release(this.#context.report(this.#head, error));
  }
}

function isReset(error: Error): boolean {
  return error instanceof RecordError && error.code === 'reset';
}
