import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** What the proxy was asked for, as it came. */
export interface ProxiedRequest {
  readonly method: string;
  /** The request target: an absolute URL, or `host:port` for CONNECT. */
  readonly target: string;
  readonly host: string;
  /** The Proxy-Authorization field; undefined where none came. */
  readonly authorization: string | undefined;
}

/** How a test proxy behaves. */
export interface ProxyOptions {
  /** `user:password` that it wants; nothing unless given. */
  readonly credentials?: string;
  /** Certificate and key, for a proxy that speaks TLS. */
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
  /** Where every name leads, as a proxy's own DNS might say; unless given, names are resolved. */
  readonly leadsTo?: string;
  /** Answers CONNECT instead of opening a tunnel. */
  readonly onConnect?: (socket: Socket) => void;
}

/** A running proxy. */
export interface TestProxy {
  /** `http://127.0.0.1:45123`. */
  readonly origin: string;
  readonly requests: readonly ProxiedRequest[];
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Stops, breaking off what is open. Bound, so that `t.after(proxy.close)` works. */
  readonly close: () => Promise<void>;
}

/** Starts a proxy on 127.0.0.1 that opens tunnels (CONNECT) and asks for absolute URLs (RFC 9112, 3.2). */
export async function startProxy(options: ProxyOptions = {}): Promise<TestProxy> {
  const { credentials, tls } = options;
  const requests: ProxiedRequest[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server: Server = tls === undefined ? createServer() : createTlsServer(tls);
  const isWelcome = (message: IncomingMessage): boolean => {
    const { 'proxy-authorization': authorization } = message.headers;
    const { method = '', url: target = '' } = message;
    requests.push({ method, target, host: message.headers.host ?? '', authorization });
    const wanted = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
    return wanted === undefined || authorization === wanted;
  };
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    track(sockets, socket);
  });
  server.on('request', (message, response) => {
    if (!isWelcome(message)) {
      response.writeHead(407, { 'proxy-authenticate': 'Basic realm="test"' }).end();
      return;
    }
    const { hostname, port, pathname, search } = new URL(message.url ?? '');
    const { 'proxy-authorization': _, ...headers } = message.headers;
    const upstream = request(
      { host: options.leadsTo ?? hostname, port, path: pathname + search, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    upstream.on('error', () => response.writeHead(502).end());
    upstream.end();
  });
  server.on('connect', (message: IncomingMessage, socket: Socket) => {
    socket.on('error', () => {});
    if (!isWelcome(message)) socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    else if (options.onConnect !== undefined) options.onConnect(socket);
    else openTunnel(message.url ?? '', socket, options.leadsTo, sockets);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get accepted() {
      return accepted;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function openTunnel(authority: string, socket: Socket, leadsTo: string | undefined, sockets: Set<Socket>): void {
  const { hostname, port } = new URL(`http://${authority}`);
  const upstream = connect(Number(port || 80), leadsTo ?? hostname, () => {
    socket.write('HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n');
    upstream.pipe(socket).pipe(upstream);
  });
  track(sockets, upstream);
  upstream.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  upstream.on('close', () => socket.destroy());
  socket.on('close', () => upstream.destroy());
}

function track(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  // Peers that hang up are part of the game.
  socket.on('error', () => {});
  socket.once('close', () => sockets.delete(socket));
}
