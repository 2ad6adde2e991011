import type { Wire } from '../../core/wire.ts';
import type { Proxies } from '../proxy/proxies.ts';
import type { Connection } from './connection.ts';
import { type Connector, type ConnectorOptions, createConnector } from './connector.ts';
import { Http1Connection } from './protocols/http1-connection.ts';
import { NegotiatedConnection } from './protocols/negotiated-connection.ts';
import { WireConnection } from './protocols/wire-connection.ts';

/** How connections are made and how many are kept. */
export interface ConnectionsOptions extends ConnectorOptions {
  /** What answers in the place of the network; absent: nothing does. */
  readonly wire?: Wire | undefined;
  /** Which proxies lead where; absent: all origins are reached directly. */
  readonly proxies?: Proxies | undefined;
  /** True: HTTP/2 is offered over TLS, and used where the server chooses it. It is not unless given. */
  readonly http2?: boolean | undefined;
  /** Connections kept open that nothing is asked on, over all hosts. */
  readonly maxIdle: number;
}

/**
 * Opens connections to origins and keeps some for further use.
 *
 * Bound: as many as are taken, and `maxIdle` more: the ones that were given back longest ago are closed first.
 * undici's Agent is not used, because it bounds neither the idle ones nor the origins, and doesn't tell a fresh
 * connection from a used one, which decides whether a broken one is worth a silent retry.
 */
export class Connections {
  readonly #maxIdle: number;
  readonly #http2: boolean;
  readonly #wire: Wire | undefined;
  readonly #connect: Connector;
  readonly #proxies: Proxies | undefined;
  /** Idle ones by origin, the one that was used last at the end. */
  readonly #byOrigin = new Map<string, Connection[]>();
  /** All idle ones, the one that was used first at the front. */
  readonly #idle = new Set<Connection>();
  #isClosed = false;

  constructor(options: ConnectionsOptions) {
    this.#maxIdle = options.maxIdle;
    this.#http2 = options.http2 === true;
    this.#wire = options.wire;
    this.#connect = createConnector(options);
    this.#proxies = options.proxies;
  }

  /** Connections that are kept for further use now. */
  get idleCount(): number {
    return this.#idle.size;
  }

  /** Whether none is kept any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Gives a connection to the origin (`https://example.org:8443`): the idle one that was used last, or a new one. */
  take(origin: string): Connection {
    const idle = this.#byOrigin.get(origin)?.at(-1);
    if (idle === undefined) return this.open(origin);
    this.#forget(idle);
    return idle;
  }

  /** Gives a connection that was never used. It connects when it is first asked something. */
  open(origin: string): Connection {
    if (this.#wire !== undefined) return new WireConnection(origin, this.#wire);
    const route = { connect: this.#connect, proxy: this.#proxies?.for(origin) };
    const isNegotiated = this.#http2 && origin.startsWith('https:');
    return isNegotiated
      ? new NegotiatedConnection(origin, route, this.#onEnd)
      : new Http1Connection(origin, route, this.#onEnd);
  }

  /** Takes back a connection whose answer has been received to its end. */
  giveBack(connection: Connection): void {
    if (this.#isClosed || this.#maxIdle === 0 || connection.isClosed) {
      connection.destroy();
      return;
    }
    const list = this.#byOrigin.get(connection.origin);
    if (list === undefined) this.#byOrigin.set(connection.origin, [connection]);
    else list.push(connection);
    this.#idle.add(connection);
    if (this.#idle.size <= this.#maxIdle) return;
    for (const oldest of this.#idle) {
      this.#drop(oldest);
      break;
    }
  }

  /** Closes the idle ones now, for what they hold is wanted elsewhere. */
  dropIdle(): void {
    for (const connection of this.#idle) this.#drop(connection);
  }

  /** Closes the idle ones now, and every other one when it is given back. */
  close(): void {
    this.#isClosed = true;
    this.dropIdle();
  }

  /** One that is in use is left alone: undici tells its request, or connects anew for one that was not sent yet. */
  readonly #onEnd = (connection: Connection): void => {
    if (this.#idle.has(connection)) this.#drop(connection);
  };

  #drop(connection: Connection): void {
    this.#forget(connection);
    connection.destroy();
  }

  #forget(connection: Connection): void {
    if (!this.#idle.delete(connection)) return;
    const list = this.#byOrigin.get(connection.origin) ?? [];
    const index = list.indexOf(connection);
    if (index !== -1) list.splice(index, 1);
    if (list.length === 0) this.#byOrigin.delete(connection.origin);
  }
}
