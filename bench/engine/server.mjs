// One server that is every host of 127.0.0.0/8, in a process of its own; started by host-server.ts, which knows its messages.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { SMALL_LINKS, smallPage } from '../markup.mjs';

const REPORT_EVERY = 20;
const page = Buffer.from(smallPage(0));
let served = 0;

// The path is /page/MS (a page after that time), /busy (too many requests) or /hole (never an answer).
function answer(request, response) {
  const [, kind, value] = request.url.split('/');
  if (kind === 'page') later(Number(value), () => sendPage(response));
  else if (kind === 'busy') response.writeHead(429, { 'retry-after': '1', 'content-length': 0 }).end();
}

function later(delayMs, work) {
  if (delayMs === 0) work();
  else setTimeout(work, delayMs);
}

function sendPage(response) {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': page.length });
  response.end(page);
  served += 1;
  if (served % REPORT_EVERY === 0) process.send({ served });
}

const server = createServer({ keepAliveTimeout: 60_000 }, answer);
// All addresses have to be listened to, but only the loopback ones are meant.
server.on('connection', (socket) => {
  if (!socket.localAddress?.startsWith('127.')) socket.destroy();
});
server.listen(0, '0.0.0.0');
// Nothing listens on this one's port but on 127.0.0.1: the other hosts refuse.
const refusing = createTcpServer().listen(0, '127.0.0.1');
await Promise.all([once(server, 'listening'), once(refusing, 'listening')]);
process.once('disconnect', () => process.exit());
process.send({ port: server.address().port, refusedPort: refusing.address().port, links: SMALL_LINKS });
