import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Site, startSite } from '../helpers/network/site.ts';

/** A site on several hosts whose answers depend on the path alone, each after a delay of its own. */
export interface TortureSite {
  /** `http://127.0.0.1:45123` and so on, one a host. */
  readonly origins: readonly string[];
  /** Requests that have arrived so far, over all hosts. */
  readonly requests: number;
  /** Resolves when so many requests have arrived in all. Never rejects: whoever waits has a limit of his own. */
  requested(count: number): Promise<void>;
  readonly close: () => Promise<void>;
}

const HOSTS = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'];
const SLOWEST_MS = 12;

/** Starts the site. Its paths are `/page/N`, whose answers are those of `answerOf`. */
export async function startTortureSite(): Promise<TortureSite> {
  let requests = 0;
  const waiting = new Map<number, () => void>();
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    requests += 1;
    waiting.get(requests)?.();
    waiting.delete(requests);
    const number = Number(/\d+$/.exec(request.url ?? '')?.[0] ?? 0);
    setTimeout(() => sendAnswer(number, response), mixed(number) % SLOWEST_MS);
  };
  const sites: Site[] = [];
  for (const host of HOSTS) sites.push(await startSite(handle, { host, port: sites[0]?.port ?? 0 }));
  return {
    origins: sites.map(({ origin }) => origin),
    get requests() {
      return requests;
    },
    requested: (count) =>
      requests >= count ? Promise.resolve() : new Promise((resolve) => waiting.set(count, resolve)),
    close: async () => {
      await Promise.all(sites.map((site) => site.close()));
    },
  };
}

/**
 * A list of `count` lines over these hosts: pages of every kind, lines that were there before, lines that are no URL,
 * and in between blank lines and comments, which are no lines of input.
 */
export function tortureList(origins: readonly string[], count: number, from = 0): string {
  let text = '';
  for (let line = from; line < from + count; line += 1) {
    if (line % 31 === 7) text += '\n# a comment\n';
    if (line % 23 === 5) text += `no url ${line}\n`;
    else if (line % 11 === 3) text += `${urlOf(origins, line >> 1)}\n`;
    else text += `${urlOf(origins, line)}\n`;
  }
  return text;
}

function urlOf(origins: readonly string[], number: number): string {
  return `${origins[mixed(number) % origins.length]}/page/${number}`;
}

function sendAnswer(number: number, response: ServerResponse): void {
  const kind = mixed(number + 1) % 20;
  response.setHeader('content-type', kind === 1 ? 'text/plain' : 'text/html; charset=utf-8');
  if (kind === 0) response.statusCode = 404;
  if (kind === 2) {
    response.statusCode = 302;
    // Odd ones lead to a page with links, and none of them to another redirect.
    response.setHeader('location', '/page/3');
  }
  response.end(kind === 3 ? '<p>no links</p>' : pageOf(number));
}

/** A page with links: from a handful to some hundreds, so that outputs are written in pieces of all sizes. */
export function pageOf(number: number): string {
  const count = 1 + (mixed(number + 2) % (number % 50 === 0 ? 400 : 12));
  return Array.from({ length: count }, (_, index) => `<a href="/of/${number}/link/${index}">link</a>`).join('\n');
}

/** The same well-spread number for the same number, at least 0. */
function mixed(number: number): number {
  let mix = Math.imul(number + 0x9e37, 0x85eb_ca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2_ae35);
  return (mix ^ (mix >>> 16)) >>> 0;
}
