import { once } from 'node:events';
import {
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { localhostTls } from './tls-site.ts';

/** Answers a request of HTTP/2. */
export type StreamAnswer = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

/** A site that speaks HTTP/2 over TLS, and HTTP/1.1 to who doesn't. */
export interface Http2Site {
  readonly origin: string;
  readonly port: number;
  readonly server: Http2SecureServer;
  /** The version of each request so far: `2.0`, `1.1`. */
  readonly versions: readonly string[];
  /** Sessions that are open now. */
  readonly sessions: ReadonlySet<ServerHttp2Session>;
  /** Connections whose handshake was completed. */
  readonly accepted: number;
  /** Stops, breaking off what is open. Bound, so that `t.after(site.close)` works. */
  readonly close: () => Promise<void>;
}

/** Starts a site on 127.0.0.1. Unless told otherwise it answers each path with an HTML page of the path. */
export async function startHttp2Site(answer: StreamAnswer = answerWithPath): Promise<Http2Site> {
  const versions: string[] = [];
  const sessions = new Set<ServerHttp2Session>();
  let accepted = 0;
  const server = createSecureServer({ ...localhostTls, allowHTTP1: true });
  server.on('secureConnection', () => {
    accepted += 1;
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
    session.once('close', () => sessions.delete(session));
  });
  server.on('request', (request, response) => {
    if (request.httpVersion === '2.0') return;
    versions.push(request.httpVersion);
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(request.url);
  });
  server.on('stream', (stream, headers) => {
    // What serves both versions alike would send trailers of its own.
    stream.removeAllListeners('wantTrailers');
    // Peers that hang up are part of the game.
    stream.on('error', () => {});
    versions.push('2.0');
    answer(stream, headers);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `https://127.0.0.1:${port}`,
    port,
    server,
    versions,
    sessions,
    get accepted() {
      return accepted;
    },
    close: async () => {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const answerWithPath: StreamAnswer = (stream, { ':path': path }) => {
  stream.respond({ ':status': 200, 'content-type': 'text/html' });
  stream.end(path);
};
