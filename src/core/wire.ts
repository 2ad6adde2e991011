/** A request as it would go out. Only GET is ever sent. */
export interface WireRequest {
  /** Absolute, without fragment and credentials. */
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Aborted when the answer is no longer wanted: whatever waits for it ends. */
  readonly signal: AbortSignal;
  /** To be called when the connection stands. What fails before counts as a failure to connect. */
  connected(): void;
}

/** The final answer to a request. */
export interface WireAnswer {
  readonly status: number;
  /** By lower-case name; a repeated field is a list. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as sent, its codings not undone. It is asked for the next piece when the one before has been taken. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * What stands in the place of the network: it answers what would be asked over it. No name is resolved, no socket opened.
 *
 * An error is what a socket would have given: its `code` (`ECONNREFUSED`, `ECONNRESET`) says what happened; a RecordError is
 * taken as it is. One thrown by `body` is a connection that broke.
 */
export interface Wire {
  answer(request: WireRequest): Promise<WireAnswer>;
}
