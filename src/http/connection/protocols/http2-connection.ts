import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { AnswerHandler, Connection, ConnectionRequest } from '../connection.ts';
import { Http2Error } from './http2-error.ts';

/** How long a session waits for its next request. */
const KEEP_ALIVE_MS = 4_000;
/** What a server may send ahead of its reader. A wider window is faster over long ways, but is held for every paused page. */
const WINDOW_BYTES = 262_144;
/** What is handed on after a pause before the stream is stopped: most pages are over by then, and leave the session to others. */
const PAUSE_MAX_BYTES = 65_536;
const HEADER_MAX_BYTES = 65_536;
/** Node's own bound is 128; the bound in bytes is what counts. */
const HEADER_MAX_FIELDS = 2_000;

/** Fields that are about the connection, which a request of HTTP/2 must not have (RFC 9113, 8.2.2). */
const OF_CONNECTION = new Set(['connection', 'http2-settings', 'keep-alive', 'proxy-connection', 'upgrade']);

/**
 * A connection that speaks HTTP/2 (RFC 9113), one request at a time: how much is asked of a host is counted in requests.
 *
 * A pause stops the stream, and so, by flow control, the server. Bound: a window (256 KB) beside what is handed on.
 * undici's own HTTP/2 (7.30) is not used: it takes a body that a reset cut off for a whole one, drops what is not read
 * yet when trailers come, and breaks off the answer in progress when a server announces that it will close (GOAWAY).
 */
export class Http2Connection implements Connection {
  readonly origin: string;
  readonly #authority: string;
  readonly #socket: Socket;
  readonly #session: ClientHttp2Session;
  #stream: ClientHttp2Stream | undefined;
  #requests = 0;
  #received = 0;
  #isPaused = false;
  #handedOnInPause = 0;
  #isDestroyed = false;

  /** `socket` is a TLS connection on which `h2` was agreed. `onEnd` is called when it has closed. */
  constructor(origin: string, socket: Socket, onEnd: () => void) {
    this.origin = origin;
    this.#authority = new URL(origin).host;
    this.#socket = socket;
    const session = connect(origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: WINDOW_BYTES, maxHeaderListSize: HEADER_MAX_BYTES },
      maxHeaderListPairs: HEADER_MAX_FIELDS,
    });
    this.#session = session;
    // The stream is told as well, if there is one.
    session.on('error', ignore);
    session.once('connect', () => session.setLocalWindowSize(WINDOW_BYTES));
    session.once('close', onEnd);
    session.on('timeout', () => this.destroy());
  }

  get isClosed(): boolean {
    // After a GOAWAY the session is closed, though its stream goes on.
    return this.#isDestroyed || this.#session.closed || this.#session.destroyed;
  }

  get isReused(): boolean {
    return this.#requests > 1;
  }

  get received(): number {
    return this.#received;
  }

  dispatch({ path, headers }: ConnectionRequest, handler: AnswerHandler): void {
    this.#requests += 1;
    this.#isPaused = false;
    handler.onRequestStart();
    try {
      // It throws where the session has just been closed.
      this.#stream = this.#session.request(this.#fieldsOf(path, headers), { endStream: true });
    } catch (cause) {
      queueMicrotask(() => handler.onResponseError(undefined, new Http2Error('the session is closed', 0, { cause })));
      return;
    }
    this.#session.setTimeout(0);
    this.#session.ref();
    this.#listen(this.#stream, handler);
  }

  pause(): void {
    this.#isPaused = true;
    this.#handedOnInPause = 0;
  }

  resume(): void {
    this.#isPaused = false;
    this.#stream?.resume();
  }

  unpause(): void {
    this.#isPaused = false;
  }

  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    // The socket first: a server that is told of it by GOAWAY in the midst of its answer may wait for room to finish that.
    this.#socket.destroy();
    this.#session.destroy();
  }

  #listen(stream: ClientHttp2Stream, handler: AnswerHandler): void {
    let isOver = false;
    let due: number | undefined;
    let bytes = 0;
    let cause: Error | undefined;
    // Interim answers say nothing, but that somebody is there.
    stream.on('headers', () => {
      this.#received += 1;
    });
    stream.once('response', ({ ':status': status = 0, ...fields }) => {
      this.#received += 1;
      due = bodyLength(status, fields['content-length']);
      handler.onResponseStart(undefined, status, fields);
    });
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      this.#received += chunk.length;
      if (this.#isPaused) this.#handedOnInPause += chunk.length;
      if (this.#isPaused && this.#handedOnInPause >= PAUSE_MAX_BYTES) stream.pause();
      handler.onResponseData(undefined, chunk);
    });
    stream.once('end', () => {
      // Node ends what a reset or a lost connection cut off, too. A reset without an error is how its servers end some
      // whole answers (RFC 9113, 8.1), so that one is believed unless the length says otherwise.
      isOver = stream.rstCode === constants.NGHTTP2_NO_ERROR && due !== undefined && (due === ANY || due === bytes);
      if (!isOver) return;
      this.#rest();
      handler.onResponseEnd();
    });
    stream.on('error', (error) => {
      cause = error;
    });
    stream.once('close', () => {
      if (!isOver) handler.onResponseError(undefined, Http2Error.of(stream.rstCode, cause));
    });
  }

  /** Nothing is asked on it for now: it keeps no process alive, and goes after a while. */
  #rest(): void {
    this.#stream = undefined;
    this.#session.setTimeout(KEEP_ALIVE_MS);
    this.#session.unref();
  }

  #fieldsOf(path: string, headers: readonly string[]): OutgoingHttpHeaders {
    const fields: OutgoingHttpHeaders = {
      ':method': 'GET',
      ':scheme': 'https',
      ':authority': this.#authority,
      ':path': path,
    };
    for (let index = 0; index + 1 < headers.length; index += 2) {
      const name = headers[index]?.toLowerCase() ?? '';
      if (!OF_CONNECTION.has(name)) fields[name] = headers[index + 1];
    }
    return fields;
  }
}

/** The length of a body of which none is given. */
const ANY = -1;

function bodyLength(status: number, contentLength: string | undefined): number {
  // That of a 304 is the length of what is not sent (RFC 9110, 8.6).
  return contentLength === undefined || status === 304 ? ANY : Number(contentLength);
}

function ignore(): void {}
