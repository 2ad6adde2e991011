import { connect as connectTcp, type LookupFunction, type Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { RecordError } from '../../core/errors.ts';
import type { HttpProxy } from '../proxy/http-proxy.ts';
import { ofProxy } from '../proxy/proxy-error.ts';
import { openTunnel } from '../proxy/tunnel.ts';
import { TlsClient, type TlsOptions, type TlsTarget } from './tls.ts';

/** How sockets are made. */
export interface ConnectorOptions extends TlsOptions {
  readonly lookup: LookupFunction;
  /** Why an address that was reached is refused; undefined where it is not. Proxies are not asked about. */
  readonly refusal?: ((address: string) => string | undefined) | undefined;
  /** How names of proxies are resolved: they may be private ones. `lookup` unless given. */
  readonly proxyLookup?: LookupFunction | undefined;
}

/** What is being opened or is open. */
export interface Opening {
  /** Closes it at once, whatever it has come to. */
  destroy(): void;
}

/** Where a connection is to lead. */
export interface ConnectTarget extends buildConnector.Options {
  /** What is offered by ALPN; HTTP/1.1 alone unless given. */
  readonly alpnProtocols?: readonly string[];
}

/**
 * Starts to connect to the target, by way of `proxy` where there is one; calls back once, later, with the socket, ready
 * to be written to, or with the error.
 *
 * By way of a proxy, the socket for an http target leads to the proxy, which wants absolute URLs; one for an https
 * target leads through a tunnel to the target itself.
 */
export type Connector = (
  target: ConnectTarget,
  proxy: HttpProxy | undefined,
  callback: buildConnector.Callback,
) => Opening;

/**
 * Makes the function that opens connections: TCP or TLS, all addresses of a host raced as RFC 8305 says, no Nagle delay.
 *
 * undici's own would do but for one thing: it keeps the socket to itself until it is connected, and one that connects
 * for too long could not be dropped.
 */
export function createConnector(options: ConnectorOptions): Connector {
  const { lookup, proxyLookup = lookup, refusal } = options;
  const tls = new TlsClient(options);
  return (target, proxy, callback) => {
    const isTls = target.protocol === 'https:';
    const place = { host: target.hostname, port: Number(target.port || (isTls ? 443 : 80)) };
    const open = orElse(callback, (socket) => {
      // It closes with the socket below it, and the other way round.
      if (isTls) whenOpen(tls.open(place, socket, target.alpnProtocols), 'secureConnect', callback);
      else callback(null, socket);
    });
    if (proxy === undefined) return openDirect(place, { lookup, refusal }, open);
    return openToProxy({ proxy, tls, lookup: proxyLookup, target: isTls ? place : undefined }, open);
  };
}

function openDirect(
  place: TlsTarget,
  { lookup, refusal }: Pick<ConnectorOptions, 'lookup' | 'refusal'>,
  callback: buildConnector.Callback,
): Opening {
  const socket = connectTcp({ ...place, lookup, autoSelectFamily: true, noDelay: true });
  const check = (opened: Socket) => {
    const reached = opened.remoteAddress ?? '';
    const reason = refusal?.(reached);
    if (reason === undefined) {
      callback(null, opened);
      return;
    }
    // Nothing has been sent yet, not even of TLS.
    opened.destroy();
    const text = `${place.host}: the connection led to ${reached}, which ${reason}`;
    callback(new RecordError('blocked-address', text), null);
  };
  whenOpen(socket, 'connect', orElse(callback, check));
  return socket;
}

interface ProxyOpening {
  readonly proxy: HttpProxy;
  readonly tls: TlsClient;
  readonly lookup: LookupFunction;
  /** Where a tunnel is to lead; undefined where none is needed. */
  readonly target: TlsTarget | undefined;
}

/** Connects to a proxy, and through it where there is a target. */
function openToProxy({ proxy, tls, lookup, target }: ProxyOpening, callback: buildConnector.Callback): Opening {
  const place = { host: proxy.hostname, port: proxy.port };
  const socket = connectTcp({ ...place, lookup, autoSelectFamily: true, noDelay: true });
  const ready = (...[error, opened]: Parameters<buildConnector.Callback>) => {
    if (error !== null) callback(ofProxy(proxy, error), null);
    else if (target === undefined) callback(null, opened);
    else openTunnel(opened, proxy, target, callback);
  };
  const secure = (opened: Socket) => whenOpen(tls.open(place, opened), 'secureConnect', ready);
  whenOpen(socket, 'connect', proxy.protocol === 'https:' ? orElse(ready, secure) : ready);
  return socket;
}

/** A callback that passes an error on to `failed`, and a socket to `opened`. */
function orElse(failed: buildConnector.Callback, opened: (socket: Socket) => void): buildConnector.Callback {
  return (...[error, socket]) => {
    if (error !== null) failed(error, null);
    else opened(socket);
  };
}

/** Calls back once, when the socket is ready to be written to or has failed. */
function whenOpen(socket: Socket, event: 'connect' | 'secureConnect', callback: buildConnector.Callback): void {
  let isSettled = false;
  socket.once(event, () => {
    if (isSettled) return;
    isSettled = true;
    callback(null, socket);
  });
  // Stays for the socket's life: whatever it emits late must not be an uncaught error.
  socket.on('error', (error: Error) => {
    if (isSettled) return;
    isSettled = true;
    callback(error, null);
  });
}
