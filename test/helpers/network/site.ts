import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface SiteRequest {
  readonly method: string;
  /** Path with query, as sent. */
  readonly path: string;
  /** The Host field: `127.0.0.1:45123`. */
  readonly host: string;
  readonly headers: IncomingHttpHeaders;
  /** When its header had arrived, by `performance.now()`, in milliseconds. */
  readonly at: number;
}

/** An answer sent whole. Without a `content-type` of its own it is sent as UTF-8 HTML; `null` sends none. */
export interface SiteAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly body?: string | Uint8Array;
}

/** Answers as it likes, and when it likes; it may also never do so. */
export type SiteHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** How a path answers: with a page of this HTML, with this answer, by this function, or when the test says so. */
export type Route = string | SiteAnswer | SiteHandler | HeldRoute;

/** How a site is set up. */
export interface SiteOptions {
  /** Address to listen on, for tests with several hosts: any of 127.0.0.0/8. Default: 127.0.0.1. */
  readonly host?: string;
  /** Default 0: a free one. Several sites may share a port on different addresses. */
  readonly port?: number;
}

/** A running web site that keeps a log of what it was asked. */
export interface Site {
  /** `http://127.0.0.1:45123`, without a slash at its end. */
  readonly origin: string;
  /** The address alone: `127.0.0.1`. */
  readonly host: string;
  readonly port: number;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly SiteRequest[];
  /** Connections that are open now. */
  readonly openSockets: number;
  /** Requests that are in progress now: arrived, and their answer neither sent whole nor broken off. */
  readonly openRequests: number;
  /** The most requests that were in progress at once: over all, or of those with this Host field. */
  maxConcurrent(hostHeader?: string): number;
  /**
   * Resolves once `count` requests have arrived in all, or `count` for this path.
   *
   * Errors: when they have not within 10 seconds, saying which ones came.
   */
  requested(count: number, path?: string): Promise<void>;
  /** Resolves once no request is in progress any more. Errors: after 10 seconds. */
  idle(): Promise<void>;
  /** Stops listening and breaks off what is open. Bound to the site, so that `t.after(site.close)` works. */
  readonly close: () => Promise<void>;
}

/**
 * Starts a real web server on a loopback address.
 *
 * Routes are looked up by path with query first, then by path alone; any other path is a 404. A function in place of
 * the routes answers everything.
 */
export async function startSite(
  routes: Readonly<Record<string, Route>> | SiteHandler,
  options: SiteOptions = {},
): Promise<Site> {
  const host = options.host ?? '127.0.0.1';
  const log = new RequestLog();
  const server = createServer((request, response) => {
    log.add(request, response);
    answer(findRoute(routes, request.url ?? '/'), request, response);
  });
  const sockets = countSockets(server);
  await listen(server, host, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://${host}:${port}`,
    host,
    port,
    requests: log.requests,
    get openSockets() {
      return sockets.open;
    },
    get openRequests() {
      return log.open;
    },
    maxConcurrent: (hostHeader) => log.maxOpen(hostHeader),
    requested: (count, path) =>
      log.until(() => log.count(path) >= count, `${count} requests${path ? ` for ${path}` : ''}`),
    idle: () => log.until(() => log.open === 0, 'the end of every request'),
    close: () => close(server),
  };
}

/** A route that answers when the test says so. Made by `held`. */
export interface HeldRoute {
  readonly handle: SiteHandler;
  /** Requests that wait for their answer. */
  readonly waiting: number;
  /** Answers the one that has waited longest. Errors: when none waits. */
  releaseOne(): void;
  /** Answers all that wait, and from now on each at once. */
  release(): void;
}

/** Makes a route that holds every request until the test releases it. A request that is broken off waits no more. */
export function held(route: Exclude<Route, HeldRoute> = ''): HeldRoute {
  const waiting = new Set<() => void>();
  let isOpen = false;
  const releaseOne = () => {
    const [first] = waiting;
    if (first === undefined) throw new Error('no request waits for this answer');
    waiting.delete(first);
    first();
  };
  return {
    handle: (request, response) => {
      const send = () => answer(route, request, response);
      if (isOpen) {
        send();
        return;
      }
      waiting.add(send);
      response.on('close', () => waiting.delete(send));
    },
    get waiting() {
      return waiting.size;
    },
    releaseOne,
    release: () => {
      isOpen = true;
      while (waiting.size > 0) releaseOne();
    },
  };
}

const PATIENCE_MS = 10_000;

/** What a site was asked, what is in progress, and who waits for either to change. */
class RequestLog {
  readonly requests: SiteRequest[] = [];
  readonly #checks = new Set<() => void>();
  readonly #openOf = new Map<string, number>();
  readonly #maxOpenOf = new Map<string, number>();
  #open = 0;
  #maxOpen = 0;

  get open(): number {
    return this.#open;
  }

  add({ method = '', url: path = '', headers }: IncomingMessage, response: ServerResponse): void {
    const host = headers.host ?? '';
    this.requests.push({ method, path, host, headers, at: performance.now() });
    this.#changeOpen(host, 1);
    response.on('close', () => this.#changeOpen(host, -1));
  }

  count(path?: string): number {
    return path === undefined ? this.requests.length : this.requests.filter((request) => request.path === path).length;
  }

  maxOpen(host?: string): number {
    return host === undefined ? this.#maxOpen : (this.#maxOpenOf.get(host) ?? 0);
  }

  until(isSo: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (finish: () => void) => {
        clearTimeout(timer);
        this.#checks.delete(check);
        finish();
      };
      const check = () => {
        if (isSo()) end(resolve);
      };
      const timer = setTimeout(() => {
        const seen = this.requests.slice(-20).map(({ method, path }) => `${method} ${path}`);
        const text = `waited in vain for ${what}; ${this.requests.length} requests, the last: ${seen.join(', ') || 'none'}`;
        end(() => reject(new Error(text)));
      }, PATIENCE_MS);
      this.#checks.add(check);
      check();
    });
  }

  #changeOpen(host: string, change: number): void {
    const openOfHost = (this.#openOf.get(host) ?? 0) + change;
    this.#openOf.set(host, openOfHost);
    this.#maxOpenOf.set(host, Math.max(openOfHost, this.maxOpen(host)));
    this.#open += change;
    this.#maxOpen = Math.max(this.#open, this.#maxOpen);
    for (const check of this.#checks) check();
  }
}

function findRoute(routes: Readonly<Record<string, Route>> | SiteHandler, path: string): Route {
  if (typeof routes === 'function') return routes;
  const notFound = { status: 404, headers: { 'content-type': 'text/plain' }, body: 'not found\n' };
  return routes[path] ?? routes[path.replace(/\?.*$/s, '')] ?? notFound;
}

function answer(route: Route, request: IncomingMessage, response: ServerResponse): void {
  if (typeof route === 'function') {
    route(request, response);
  } else if (typeof route === 'string') {
    send({ body: route }, response);
  } else if ('handle' in route) {
    route.handle(request, response);
  } else {
    send(route, response);
  }
}

function send({ status = 200, headers = {}, body = '' }: SiteAnswer, response: ServerResponse): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries({ 'content-type': 'text/html; charset=utf-8', ...headers })) {
    if (value !== null) response.setHeader(name, value);
  }
  response.end(body);
}

function countSockets(server: Server): { readonly open: number } {
  const counter = { open: 0 };
  server.on('connection', (socket) => {
    counter.open += 1;
    socket.on('close', () => {
      counter.open -= 1;
    });
  });
  return counter;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A site that was closed before gives an error here, which is what the caller wants: it is closed.
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
