import type { Wire } from '../../../core/wire.ts';
import type { AnswerHandler, Connection, ConnectionRequest } from '../connection.ts';

/** A connection that is none: what is asked on it is answered by what stands in the place of the network. */
export class WireConnection implements Connection {
  readonly origin: string;
  readonly #wire: Wire;
  readonly #closing = new AbortController();
  #received = 0;
  #isPaused = false;
  #onResume: (() => void) | undefined;

  constructor(origin: string, wire: Wire) {
    this.origin = origin;
    this.#wire = wire;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** No server has closed it meanwhile: what breaks on it broke now. */
  get isReused(): boolean {
    return false;
  }

  get received(): number {
    return this.#received;
  }

  dispatch(request: ConnectionRequest, handler: AnswerHandler): void {
    this.#isPaused = false;
    this.#answer(request, handler).catch((error: Error) => {
      if (!this.isClosed) handler.onResponseError(this, error);
    });
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#onResume?.();
  }

  unpause(): void {
    this.#isPaused = false;
  }

  destroy(): void {
    this.#closing.abort();
    this.#onResume?.();
  }

  async #answer({ path, headers }: ConnectionRequest, handler: AnswerHandler): Promise<void> {
    const { signal } = this.#closing;
    const {
      status,
      headers: fields,
      body,
    } = await this.#wire.answer({
      url: this.origin + path,
      headers: fieldsOf(headers),
      signal,
      connected: () => handler.onRequestStart(),
    });
    if (signal.aborted) return;
    this.#received += 1;
    handler.onResponseStart(this, status, fields);
    await this.#flow();
    for await (const chunk of body) {
      if (signal.aborted) return;
      this.#received += chunk.length;
      handler.onResponseData(this, chunk);
      await this.#flow();
    }
    if (!signal.aborted) handler.onResponseEnd();
  }

  /** Waits while it is paused, and until whoever resumed it is done: the handler is not to be entered from there. */
  async #flow(): Promise<void> {
    while (this.#isPaused && !this.isClosed) {
      await new Promise<void>((resolve) => {
        this.#onResume = resolve;
      });
    }
    this.#onResume = undefined;
  }
}

/** `headers`: names and values in turn. */
function fieldsOf(headers: readonly string[]): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (let index = 0; index < headers.length; index += 2) {
    fields[(headers[index] ?? '').toLowerCase()] = headers[index + 1] ?? '';
  }
  return fields;
}
