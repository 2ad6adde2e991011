import type { MessagePort } from 'node:worker_threads';
import { type FailureFacts, RecordError } from '../../core/errors.ts';
import type { FailureCode } from '../../core/failure-codes.ts';
import { type WorkerShare, workerOf } from '../../core/worker-share.ts';
import type { HostReport, Lease, Start } from './lease.ts';
import { Refusal } from './refusals.ts';
import type { Turns } from './turns.ts';

/** What threads say to each other. Times are spans: each thread's clock has a beginning of its own. */
type Message =
  | { readonly kind: 'acquire'; readonly id: number; readonly host: string; readonly begun: Begun }
  | { readonly kind: 'granted'; readonly id: number }
  | { readonly kind: 'refused'; readonly id: number; readonly refusal: PortableRefusal }
  | { readonly kind: 'released'; readonly id: number; readonly report: HostReport }
  | { readonly kind: 'apart'; readonly host: string; readonly delayMs: number; readonly agoMs: number };

/** As `Start`, a time as what is left until then. */
type Begun = 'new' | 'next' | { readonly inMs: number };

interface PortableRefusal {
  readonly code: FailureCode;
  readonly message: string;
  readonly facts: FailureFacts;
  readonly isFinal: boolean;
}

/** A turn that another thread was asked for. */
interface Asked {
  readonly host: string;
  resolve(lease: Lease): void;
  reject(error: Error): void;
}

/**
 * The turns of all hosts where several threads fetch: those of a thread's own hosts are its scheduler's, and for a turn of
 * another thread's host, to which a redirect has led, that thread is asked. So a host's limits hold over all threads.
 *
 * Order, bound and errors are those of the scheduler that has the host.
 */
export class SharedTurns implements Turns {
  readonly #own: Turns;
  readonly #share: WorkerShare;
  readonly #now: () => number;
  readonly #asked = new Map<number, Asked>();
  /** How many turns of each host another thread was asked for and has not granted. */
  readonly #waiting = new Map<string, number>();
  #lastId = 0;

  constructor(own: Turns, share: WorkerShare, now: () => number) {
    this.#own = own;
    this.#share = share;
    this.#now = now;
    for (const channel of share.channels) {
      if (channel !== undefined) this.#listen(channel);
    }
  }

  get isStopped(): boolean {
    return this.#own.isStopped;
  }

  acquire(host: string, begun?: Start): Promise<Lease> {
    const channel = this.#channelTo(host);
    if (channel === undefined) return this.#own.acquire(host, begun);
    this.#lastId += 1;
    const id = this.#lastId;
    this.#waiting.set(host, (this.#waiting.get(host) ?? 0) + 1);
    post(channel, { kind: 'acquire', id, host, begun: this.#asSpan(begun) });
    return new Promise((resolve, reject) => this.#asked.set(id, { host, resolve, reject }));
  }

  keepApart(host: string, delayMs: number, sinceMs: number): void {
    const channel = this.#channelTo(host);
    if (channel === undefined) this.#own.keepApart(host, delayMs, sinceMs);
    else post(channel, { kind: 'apart', host, delayMs, agoMs: this.#now() - sinceMs });
  }

  /** Undefined for a host of our own. */
  #channelTo(host: string): MessagePort | undefined {
    return this.#share.channels[workerOf(host, this.#share.count)];
  }

  #listen(channel: MessagePort): void {
    /** What was granted to the thread at the other end, by its number there. */
    const granted = new Map<number, Lease>();
    channel.on('message', (message: Message) => {
      if (message.kind === 'acquire') {
        this.#grant(channel, message, granted);
      } else if (message.kind === 'released') {
        granted.get(message.id)?.release(message.report);
        granted.delete(message.id);
      } else if (message.kind === 'apart') {
        this.#own.keepApart(message.host, message.delayMs, this.#now() - message.agoMs);
      } else {
        this.#settle(channel, message);
      }
    });
  }

  #grant(channel: MessagePort, { id, host, begun }: Message & { kind: 'acquire' }, granted: Map<number, Lease>): void {
    this.#own.acquire(host, this.#asTime(begun)).then(
      (lease) => {
        granted.set(id, lease);
        post(channel, { kind: 'granted', id });
      },
      (error: RecordError) => post(channel, { kind: 'refused', id, refusal: portable(error) }),
    );
  }

  #settle(channel: MessagePort, message: Message & { kind: 'granted' | 'refused' }): void {
    const asked = this.#asked.get(message.id);
    if (asked === undefined) throw new Error('a turn was given that nobody has asked for');
    const { host } = asked;
    this.#asked.delete(message.id);
    const left = (this.#waiting.get(host) ?? 1) - 1;
    if (left === 0) this.#waiting.delete(host);
    else this.#waiting.set(host, left);
    if (message.kind === 'refused') {
      asked.reject(refusalOf(message.refusal));
      return;
    }
    const release = (report: HostReport) => post(channel, { kind: 'released', id: message.id, report });
    asked.resolve(new ForeignLease(() => this.#waiting.has(host), release));
  }

  #asSpan(begun: Start | undefined): Begun {
    if (begun === undefined) return 'new';
    return begun === 'next' ? 'next' : { inMs: begun - this.#now() };
  }

  #asTime(begun: Begun): Start | undefined {
    if (begun === 'new') return undefined;
    return begun === 'next' ? 'next' : this.#now() + begun.inMs;
  }
}

/** A lease on a host of another thread. */
class ForeignLease implements Lease {
  readonly #hasWaiters: () => boolean;
  #release: ((report: HostReport) => void) | undefined;

  constructor(hasWaiters: () => boolean, release: (report: HostReport) => void) {
    this.#hasWaiters = hasWaiters;
    this.#release = release;
  }

  /** Of this thread's URLs: connections are not shared. */
  get hasWaiters(): boolean {
    return this.#hasWaiters();
  }

  release(report: HostReport): void {
    this.#release?.(report);
    this.#release = undefined;
  }
}

function post(channel: MessagePort, message: Message): void {
  channel.postMessage(message);
}

function portable(error: RecordError): PortableRefusal {
  const { code, message, facts } = error;
  return { code, message, facts, isFinal: error instanceof Refusal };
}

function refusalOf({ code, message, facts, isFinal }: PortableRefusal): RecordError {
  return isFinal ? new Refusal(code, message, { facts }) : new RecordError(code, message, { facts });
}
