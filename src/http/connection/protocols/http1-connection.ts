import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
// By its own path: with all of undici, from its caches to its mocks, a start takes a tenth of a second longer.
import Client from 'undici/lib/dispatcher/client.js';
import type { HttpProxy } from '../../proxy/http-proxy.ts';
import type { AnswerHandler, Connection, ConnectionRequest, Route } from '../connection.ts';
import type { Opening } from '../connector.ts';
import { withoutInterim } from './interim.ts';

const KEEP_ALIVE_MS = 4_000;
/** A server may ask for longer in its Keep-Alive field, but not for much: a list of many hosts would gather sockets. */
const KEEP_ALIVE_MAX_MS = 8_000;
const HEADER_MAX_BYTES = 65_536;

/** A connection that speaks HTTP/1.1: undici's client, with one socket at a time. It connects when it is first asked something. */
export class Http1Connection implements Connection {
  readonly origin: string;
  readonly #client: Client;
  readonly #route: Route;
  #opening: Opening | undefined;
  #socket: Socket | undefined;
  #requests = 0;
  #isPaused = false;
  #isDestroyed = false;
  /** Whether nothing of the present answer has been handed on yet. */
  #isAnswerDue = false;
  /** The beginning of an answer that is too short to tell whether it is an interim one. */
  #beginning: Buffer | undefined;

  /** `onEnd` is called whenever its socket has closed. */
  constructor(origin: string, route: Route, onEnd: (connection: Connection) => void) {
    this.origin = origin;
    this.#route = route;
    this.#client = new Client(origin, {
      connect: (target, callback) => this.#open(target, callback),
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MAX_MS,
      maxHeaderSize: HEADER_MAX_BYTES,
      // All time-outs are the watch's: it stops their clocks while nobody reads.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#client.on('disconnect', () => onEnd(this));
  }

  get isClosed(): boolean {
    return this.#isDestroyed;
  }

  get isReused(): boolean {
    return this.#requests > 1;
  }

  get received(): number {
    return this.#socket?.bytesRead ?? 0;
  }

  dispatch({ path, headers }: ConnectionRequest, handler: AnswerHandler): void {
    this.#requests += 1;
    this.#isAnswerDue = true;
    this.#beginning = undefined;
    const { proxy } = this.#route;
    const isRelayed = proxy !== undefined && this.origin.startsWith('http:');
    // A proxy that is to ask for us gets the absolute URL (RFC 9112, 3.2.2). One with a tunnel sees nothing of it.
    this.#client.dispatch(
      {
        method: 'GET',
        path: isRelayed ? this.origin + path : path,
        headers: isRelayed ? withAuthorization(headers, proxy) : headers,
      },
      handler,
    );
  }

  /**
   * Stops reading from the socket: one read of it is 64 KB.
   *
   * undici's own `controller.pause` is not used: while it pauses, a reset of an answer with `Connection: close` is an
   * assertion failure of its parser, in an event listener, which ends the process (undici 7.30, client-h1.js, `finish`).
   */
  pause(): void {
    this.#isPaused = true;
  }

  /** Never called from within the handler: undici's parser is not to be entered twice. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket?.emit('readable');
  }

  unpause(): void {
    this.#isPaused = false;
  }

  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    this.#client.destroy(null, ignore);
    this.#opening?.destroy();
    this.#socket?.destroy();
  }

  #open(target: buildConnector.Options, callback: buildConnector.Callback): void {
    // undici opens a new socket by itself when the one that it had was closed before the request was written.
    this.#requests = 1;
    this.#socket = undefined;
    this.#opening = this.#route.connect(target, this.#route.proxy, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      this.#holdBack(socket);
      callback(null, socket);
    });
  }

  /** Lets `pause` decide whether the socket gives what it has. */
  #holdBack(socket: Socket): void {
    const read = socket.read;
    // undici reads by `read()`; `read(0)` is how Node's own stream machinery looks for more.
    socket.read = (size?: number) => {
      if (this.#isPaused && size !== 0) return null;
      const chunk: Buffer | null = read.call(socket, size);
      return chunk === null || !this.#isAnswerDue ? chunk : this.#begin(chunk);
    };
    this.#socket = socket;
  }

  #begin(chunk: Buffer): Buffer | null {
    const beginning = this.#beginning === undefined ? chunk : Buffer.concat([this.#beginning, chunk]);
    const { rest, isAnswer } = withoutInterim(beginning);
    this.#isAnswerDue = !isAnswer;
    this.#beginning = isAnswer ? undefined : rest;
    return isAnswer ? rest : null;
  }
}

function withAuthorization(headers: string[], { authorization }: HttpProxy): string[] {
  return authorization === undefined ? headers : [...headers, 'proxy-authorization', authorization];
}

function ignore(): void {}
