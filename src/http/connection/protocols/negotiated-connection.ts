import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { AnswerHandler, Connection, ConnectionRequest, Route } from '../connection.ts';
import type { Connector, Opening } from '../connector.ts';
import { Http1Connection } from './http1-connection.ts';
import { Http2Connection } from './http2-connection.ts';

/** What is offered by ALPN (RFC 7301), what we like best first. */
const PROTOCOLS = ['h2', 'http/1.1'];

/** A connection over TLS that speaks HTTP/2 where the server chooses it, else HTTP/1.1. It connects when it is first asked something. */
export class NegotiatedConnection implements Connection {
  readonly origin: string;
  readonly #route: Route;
  readonly #onEnd: (connection: Connection) => void;
  #opening: Opening | undefined;
  #chosen: Connection | undefined;
  #isDestroyed = false;

  /** `onEnd` is called whenever its socket has closed. */
  constructor(origin: string, route: Route, onEnd: (connection: Connection) => void) {
    this.origin = origin;
    this.#route = route;
    this.#onEnd = onEnd;
  }

  get isClosed(): boolean {
    return this.#isDestroyed || this.#chosen?.isClosed === true;
  }

  get isReused(): boolean {
    return this.#chosen?.isReused === true;
  }

  get received(): number {
    return this.#chosen?.received ?? 0;
  }

  dispatch(request: ConnectionRequest, handler: AnswerHandler): void {
    if (this.#chosen !== undefined) {
      this.#chosen.dispatch(request, handler);
      return;
    }
    const { protocol, hostname, port } = new URL(this.origin);
    // As sockets take it: without the brackets of an IPv6 address.
    const target = { protocol, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port, alpnProtocols: PROTOCOLS };
    this.#opening = this.#route.connect(target, this.#route.proxy, (...[error, socket]) => {
      if (this.#isDestroyed) {
        socket?.destroy();
      } else if (error !== null) {
        handler.onResponseError(undefined, error);
      } else {
        this.#chosen = this.#choose(socket);
        this.#chosen.dispatch(request, handler);
      }
    });
  }

  pause(): void {
    this.#chosen?.pause();
  }

  resume(): void {
    this.#chosen?.resume();
  }

  unpause(): void {
    this.#chosen?.unpause();
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.#chosen?.destroy();
    this.#opening?.destroy();
  }

  #choose(socket: Socket): Connection {
    const onEnd = () => this.#onEnd(this);
    const isHttp2 = socket instanceof TLSSocket && socket.alpnProtocol === 'h2';
    if (isHttp2) return new Http2Connection(this.origin, socket, onEnd);
    return new Http1Connection(this.origin, { ...this.#route, connect: handOver(socket, this.#route.connect) }, onEnd);
  }
}

/** A connector that gives a socket which stands already; after that, new ones, for HTTP/1.1 alone. */
function handOver(socket: Socket, connect: Connector): Connector {
  let ready: Socket | undefined = socket;
  return (target, proxy, callback) => {
    const first = ready;
    ready = undefined;
    if (first === undefined || first.destroyed) return connect(target, proxy, callback);
    queueMicrotask(() => callback(null, first));
    return first;
  };
}
