import type { HttpProxy } from '../proxy/http-proxy.ts';
import type { Connector } from './connector.ts';

/** A request, as a connection sends it. */
export interface ConnectionRequest {
  /** Path and query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
}

/** Who is told of an answer, in order: nothing after its end or its error. undici's handlers are of this kind. */
export interface AnswerHandler {
  /** The connection stands, the request is being sent. */
  onRequestStart(): void;
  onResponseStart(controller: unknown, status: number, headers: AnswerFields): void;
  onResponseData(controller: unknown, chunk: Uint8Array): void;
  onResponseEnd(): void;
  onResponseError(controller: unknown, error: Error): void;
}

/** The fields of an answer by lower-case name; a repeated field is an array. */
export type AnswerFields = Readonly<Record<string, string | string[] | undefined>>;

/** How a connection gets to its origin. */
export interface Route {
  readonly connect: Connector;
  /** The proxy that leads there; undefined where none does. */
  readonly proxy: HttpProxy | undefined;
}

/** One connection to an origin, for one request at a time. */
export interface Connection {
  readonly origin: string;
  /** Whether it takes no further request. */
  readonly isClosed: boolean;
  /** Whether an earlier request was sent on it, so that the server may have closed it meanwhile. */
  readonly isReused: boolean;
  /** Grows with everything that is received of answers. */
  readonly received: number;

  /** Sends a request. Every outcome is told to the handler, later; nothing is thrown. */
  dispatch(request: ConnectionRequest, handler: AnswerHandler): void;

  /**
   * Stops reading, so that the server is held up. What has been read goes on to the handler.
   *
   * Bound: 64 KB are handed on still.
   */
  pause(): void;

  /** Goes on reading. Never called from within the handler. */
  resume(): void;

  /** Takes back a `pause` for whoever reads next, without reading now: it may be called from within the handler. */
  unpause(): void;

  /** Closes it at once, also while it connects. The handler of a request in progress may still be told. */
  destroy(): void;
}
