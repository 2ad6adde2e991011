// The site that the benchmarks fetch from, in a process of its own; started by page-server.ts, which knows its messages.
// Every page is a Buffer made up front, so that the server takes as little as possible of the processors that it shares.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { LARGE_LINKS, largePage, SMALL_LINKS, smallPage } from './markup.mjs';

/** Each port is a host of its own to a client, so that limits per host don't slow the list down. */
const HOSTS = 16;
const VARIANTS = 8;
const REPORT_EVERY = 1_000;

const pages = { small: variants(smallPage), large: variants(largePage) };
let served = 0;

function variants(make) {
  return Array.from({ length: VARIANTS }, (_, seed) => Buffer.from(make(seed)));
}

// The path is /small/NUMBER/ or /large/NUMBER/.
function answer(request, response) {
  const [, kind, number] = request.url.split('/');
  const page = pages[kind][number % VARIANTS];
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': page.length,
    'cache-control': 'max-age=600',
    etag: `"${kind}-${number}"`,
    vary: 'Accept-Encoding',
  });
  response.end(page);
  served += 1;
  if (served % REPORT_EVERY === 0) process.send({ kind: 'served', count: served });
}

function size(buffers) {
  return buffers.reduce((sum, { length }) => sum + length, 0) / buffers.length;
}

const servers = Array.from({ length: HOSTS }, () =>
  createServer({ keepAliveTimeout: 60_000 }, answer).listen(0, '127.0.0.1'),
);
await Promise.all(servers.map((server) => once(server, 'listening')));
process.once('disconnect', () => process.exit());
process.send({
  kind: 'ready',
  ports: servers.map((server) => server.address().port),
  small: { bytes: size(pages.small), links: SMALL_LINKS },
  large: { bytes: size(pages.large), links: LARGE_LINKS },
});
