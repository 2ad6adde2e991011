import { type MessagePort, Worker } from 'node:worker_threads';
import type { UrlRecord } from '../../core/record.ts';
import type { FromWorker, ToWorker, WorkerFigures, WorkerResult, WorkerStart } from './messages.ts';
import { errorFrom } from './portable/portable-error.ts';
import { type PortableUrl, portableUrl } from './portable/portable-record.ts';

/** Whom a worker thread's messages are for. */
export interface WorkerListener {
  results(results: readonly WorkerResult[]): void;
  /** Figures have changed. */
  figures(): void;
  /** All lines have ended. */
  done(): void;
  /** The thread can't go on. */
  failed(error: Error): void;
}

/** A worker thread as the run sees it. */
export class WorkerThread {
  /** Resolves when the thread's steps are open. Errors: ConfigError, StageError. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  #figures: WorkerFigures = { inFlight: 0, deferred: 0, room: 0 };
  #listener: WorkerListener | undefined;
  #failure: Error | undefined;
  #lines: PortableUrl[] = [];
  #isClosed = false;

  /** `entry` is the module that the thread runs. */
  constructor(entry: URL, start: WorkerStart) {
    const transferList = start.channels.filter((channel): channel is MessagePort => channel !== undefined);
    this.#worker = new Worker(entry, { workerData: start, transferList, name: `sluice ${start.index + 1}` });
    this.ready = new Promise((resolve, reject) => {
      const failed = (error: Error) => {
        reject(error);
        if (this.#isClosed || this.#failure !== undefined) return;
        this.#failure = error;
        this.#listener?.failed(error);
      };
      this.#worker.on('message', (message: FromWorker) => {
        if ('figures' in message) this.#figures = message.figures;
        if (message.kind === 'ready') resolve();
        else if (message.kind === 'failed') failed(errorFrom(message.error));
        else this.#tell(message);
      });
      this.#worker.on('error', failed);
      this.#worker.on('exit', (code) => failed(new Error(`a worker thread has ended with exit code ${code}`)));
    });
    // Whoever waits for it learns of the failure; so does the listener.
    this.ready.catch(() => {});
  }

  /** As of its last message. */
  get figures(): WorkerFigures {
    return this.#figures;
  }

  /** From now on, what the thread says is for this one; that it has failed meanwhile, too. */
  listen(listener: WorkerListener): void {
    this.#listener = listener;
    if (this.#failure !== undefined) listener.failed(this.#failure);
  }

  /** Sends a line. Those that are sent in one turn of the event loop go together. */
  send(record: UrlRecord): void {
    if (this.#lines.length === 0) setImmediate(() => this.#sendLines());
    this.#lines.push(portableUrl(record));
  }

  /** Tells that so many of its results have been handed on. */
  handedOn(count: number): void {
    if (count > 0) this.#post({ kind: 'handed-on', count });
  }

  /** Has it finish what is in flight, and let go of what has not begun. */
  stop(): void {
    this.#post({ kind: 'stop' });
  }

  /** Tells that there are no more lines. */
  end(): void {
    this.#sendLines();
    this.#post({ kind: 'end' });
  }

  /** Ends the thread at once, with all that it has open. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker.terminate();
  }

  #tell(message: FromWorker): void {
    if (message.kind === 'results') this.#listener?.results(message.results);
    else if (message.kind === 'done') this.#listener?.done();
    else this.#listener?.figures();
  }

  #sendLines(): void {
    if (this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    this.#post({ kind: 'lines', lines });
  }

  #post(message: ToWorker): void {
    if (!this.#isClosed) this.#worker.postMessage(message);
  }
}
