import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Key and certificate of localhost and 127.0.0.1, which nobody but itself vouches for. */
export const localhostTls = {
  key: readFileSync(new URL('../../fixtures/tls/localhost.key', import.meta.url)),
  cert: readFileSync(new URL('../../fixtures/tls/localhost.crt', import.meta.url)),
} as const;

/** A site over TLS that answers each path with an HTML page of the path. */
export interface TlsSite {
  /** `https://127.0.0.1:45123`. */
  readonly origin: string;
  readonly port: number;
  /** Connections whose handshake was completed. */
  readonly accepted: number;
  /** Stops, breaking off what is open. Bound, so that `t.after(site.close)` works. */
  readonly close: () => Promise<void>;
}

/** Starts a site over TLS on 127.0.0.1. */
export async function startTlsSite(): Promise<TlsSite> {
  let accepted = 0;
  const server = createServer(localhostTls, (request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(request.url);
  });
  server.on('secureConnection', () => {
    accepted += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `https://127.0.0.1:${port}`,
    port,
    get accepted() {
      return accepted;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
