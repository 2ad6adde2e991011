import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

/** How a path of the sample site answers. */
export interface SampleAnswer {
  readonly status: number;
  /** The body, as a path below `samples/site`. None: the answer has no body. */
  readonly file?: string;
  readonly contentType?: string;
  /** The body is sent compressed. The files are kept as they are. */
  readonly coding?: 'gzip' | 'br';
  /** The Location field of a redirect, as it is sent. */
  readonly location?: string;
  /** The body is sent in ten pieces, spread over this time in milliseconds. */
  readonly dripMs?: number;
}

const HTML = 'text/html; charset=utf-8';

/**
 * The sample site: what each path (without its query) answers. Any other path is a 404.
 *
 * Every entry is there to show something that real sites do; `samples/urls.txt` asks for them.
 */
export const sampleAnswers: Readonly<Record<string, SampleAnswer>> = {
  '/': { status: 200, file: 'index.html', contentType: HTML },
  '/style.css': { status: 200, file: 'style.css', contentType: 'text/css' },

  // Relative, empty, wrapped and escaped references; then a page whose <base> moves them all.
  '/locks/': { status: 200, file: 'locks/index.html', contentType: HTML },
  '/locks/staircase.html': { status: 200, file: 'locks/staircase.html', contentType: HTML },
  '/locks/lost.html': { status: 404, file: '404.html', contentType: HTML },

  // Old markup: capitals, no quotes, an image map, candidates of srcset, SVG.
  '/boats/': { status: 200, file: 'boats/index.html', contentType: HTML },
  '/boats/ann-small.svg': { status: 200, file: 'boats/ann-small.svg', contentType: 'image/svg+xml' },
  '/boats/ann-large.svg': { status: 200, file: 'boats/ann-large.svg', contentType: 'image/svg+xml' },

  // Redirects: one that is permanent, two in a row with a relative Location at the end, and a circle.
  '/old/locks.htm': { status: 301, location: '/locks/' },
  '/tickets': { status: 302, location: '/visit/tickets' },
  '/visit/tickets': { status: 302, location: 'tickets.html?season=summer' },
  '/visit/tickets.html': { status: 200, file: 'visit/tickets.html', contentType: HTML },
  '/lift/up': { status: 302, location: '/lift/down' },
  '/lift/down': { status: 302, location: '/lift/up' },

  // Encodings: one told by the header, one by the page alone; queries are escaped in it, paths are not.
  '/archive/faehre.html': { status: 200, file: 'archive/faehre.html', contentType: 'text/html; charset=windows-1252' },
  '/archive/pochylnie.html': { status: 200, file: 'archive/pochylnie.html', contentType: 'text/html' },
  '/archive/%C3%BCbersicht.html': { status: 301, location: '/catalogue.html' },
  '/archive/drawings/': { status: 302, location: 'gate.xhtml' },
  '/archive/drawings/gate.xhtml': {
    status: 200,
    file: 'archive/drawings/gate.xhtml',
    contentType: 'application/xhtml+xml',
  },

  // Compressed bodies, and one that takes its time.
  '/timeline.html': { status: 200, file: 'timeline.html', contentType: HTML, coding: 'gzip' },
  '/catalogue.html': { status: 200, file: 'catalogue.html', contentType: HTML, coding: 'br' },
  '/live/water-level.html': { status: 200, file: 'live/water-level.html', contentType: HTML, dripMs: 500 },

  // What looks like links and isn't; a page with none; and what is no page at all.
  '/visit/leaflet.html': { status: 200, file: 'visit/leaflet.html', contentType: HTML },
  '/visit/quiet-room.html': { status: 200, file: 'visit/quiet-room.html', contentType: HTML },
  '/visit/opening-hours.txt': { status: 200, file: 'visit/opening-hours.txt', contentType: 'text/plain' },
  '/visit/map.pdf': { status: 200, file: 'visit/map.pdf', contentType: 'application/pdf' },
};

const NOT_FOUND: SampleAnswer = { status: 404, file: '404.html', contentType: HTML };

/** A sample site that is being served. */
export interface SampleSite {
  /** `http://127.0.0.1:8080`, without a slash at its end. */
  readonly origin: string;
  /** Stops serving, and breaks off the answers that are under way. */
  close(): Promise<void>;
}

/**
 * Serves the sample site over HTTP on 127.0.0.1.
 *
 * Port 0 takes a free one. Errors: that of listening, such as EADDRINUSE.
 */
export async function startSampleSite({ port }: { readonly port: number }): Promise<SampleSite> {
  const server = createServer(await answering());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${address.port}`, close: () => close(server) };
}

async function answering(): Promise<RequestListener> {
  const paths = Object.keys(sampleAnswers);
  const bodies = await Promise.all(Object.values(sampleAnswers).map(bodyOf));
  const bodyOfPath = new Map(paths.map((path, index) => [path, bodies[index]]));
  const notFoundBody = await bodyOf(NOT_FOUND);
  return (request, response) => {
    const path = request.url?.replace(/\?.*$/s, '') ?? '';
    send(response, sampleAnswers[path] ?? NOT_FOUND, bodyOfPath.get(path) ?? notFoundBody);
  };
}

const compress = { gzip: promisify(gzip), br: promisify(brotliCompress) };

async function bodyOf({ file, coding }: SampleAnswer): Promise<Uint8Array> {
  if (file === undefined) return new Uint8Array();
  const content = await readFile(new URL(`site/${file}`, import.meta.url));
  return coding === undefined ? content : compress[coding](content);
}

function send(response: ServerResponse, answer: SampleAnswer, body: Uint8Array): void {
  response.statusCode = answer.status;
  if (answer.contentType !== undefined) response.setHeader('content-type', answer.contentType);
  if (answer.coding !== undefined) response.setHeader('content-encoding', answer.coding);
  if (answer.location !== undefined) response.setHeader('location', answer.location);
  if (answer.dripMs === undefined) response.end(body);
  else void drip(response, body, answer.dripMs);
}

const PIECES = 10;

async function drip(response: ServerResponse, body: Uint8Array, dripMs: number): Promise<void> {
  const size = Math.ceil(body.length / PIECES);
  for (let start = 0; start < body.length && !response.destroyed; start += size) {
    response.write(body.subarray(start, start + size));
    await delay(dripMs / PIECES);
  }
  response.end();
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
