import { z } from 'zod';
import type { Abandon, Skip } from '../../core/outcome.ts';
import { baseOf, type PageRecord, type UrlRecord } from '../../core/record.ts';
import { defineStep, type StageContext } from '../../core/stage.ts';
import { duration, size, timeLimit } from '../../core/units.ts';
import { HOMEPAGE, VERSION } from '../../core/version.ts';
import { partOf } from '../../core/worker-share.ts';
import { knownPages } from '../../formats/tables/known-pages.ts';
import { addressBlockProblem } from '../../http/addresses/address-blocks.ts';
import { HttpClient } from '../../http/client.ts';
import type { ClientOptions } from '../../http/client-options.ts';
import { readAuthorities } from '../../http/connection/authorities.ts';
import { nameServerProblem } from '../../http/dns/dns-query.ts';
import { fetchAdvice } from '../../http/fetch-advice.ts';
import { fieldsOption, userAgentOption } from '../../http/headers/field-options.ts';
import { hostFiles, hostsOption, readHosts } from '../../http/hosts/hosts-option.ts';
import { JudgedBody, Judgement } from '../../http/judgement.ts';
import { proxiesFrom } from '../../http/proxy/proxies.ts';
import { proxyUrl } from '../../http/proxy/proxy-option.ts';
import { retryNote } from '../../http/retry.ts';
import { ValidatorStore } from '../../http/validators/validator-store.ts';

/** Connections refused, connect or header time-outs, and deadlines in a row after which a host's lines fail untried. */
const HOST_DOWN_AFTER = 10;

/** Windows of URLs that may wait for overloaded hosts beside the one that is looked ahead over. */
const DEFERRED_WINDOWS = 3;
const addressBlock = textThat(addressBlockProblem);
const nameServer = textThat(nameServerProblem);

const options = z.strictObject({
  concurrency: z.int().positive().default(64).describe('Requests in flight, over all hosts.'),
  perHost: z.int().positive().default(6).describe('Requests in flight on one host.'),
  delay: duration().prefault(0).describe('Least time between the starts of two requests to one host.'),
  window: z
    .int()
    .positive()
    .default(2048)
    .describe(
      'URLs looked ahead over, so that a list sorted by host still uses many hosts; at least concurrency. Those that wait for overloaded hosts come on top, up to three times as many.',
    ),
  timeout: timeLimit().prefault('30s').describe('Longest time for one attempt at a URL, redirects included.'),
  connectTimeout: timeLimit()
    .prefault('10s')
    .describe('Longest time for looking up a name, and then until a connection stands, TLS included.'),
  headersTimeout: timeLimit().prefault('20s').describe('Longest time from the request to the end of the header.'),
  idleTimeout: timeLimit().prefault('15s').describe('Longest pause within a body.'),
  retries: z.int().nonnegative().default(2).describe('Further attempts after one that failed and may heal.'),
  maxRetryAfter: duration()
    .prefault('60s')
    .describe('Longest Retry-After that is waited for; a line that is asked to wait longer fails with its status.'),
  maxOverload: duration()
    .prefault('60s')
    .describe(
      'Longest time for which a host may answer nothing but 429 and 503; then its lines fail with that status for a minute, and it is tried anew. 0: it is waited for without end.',
    ),
  maxRedirects: z.int().nonnegative().default(10).describe('Redirects followed for one URL.'),
  maxBytes: size().prefault('10MB').describe('Largest body, decoded; a larger one fails the line.'),
  truncate: z
    .boolean()
    .default(false)
    .describe('Take the first maxBytes of a larger body for the page, instead of failing the line.'),
  headers: fieldsOption()
    .default({})
    .describe('Header fields to send; they replace those that sluice would send. Secret ones stay on their origin.')
    .meta({ examples: [{ 'Accept-Language': 'en', Authorization: 'Bearer ${TOKEN}' }] }),
  userAgent: userAgentOption()
    .default(`sluice/${VERSION} (+${HOMEPAGE})`)
    .describe('The User-Agent field; name yourself and a page or address to be reached at.'),
  cookies: z
    .boolean()
    .default(false)
    .describe('Keep cookies within the run, and send them back to the sites that set them.'),
  proxy: proxyUrl()
    .optional()
    .describe('Proxy to fetch by, or none; those of HTTP_PROXY, HTTPS_PROXY and NO_PROXY unless given.')
    .meta({ examples: ['http://proxy.example:3128', 'none'] }),
  ca: z
    .string()
    .min(1)
    .optional()
    .describe('File of certificates (PEM) to trust, beside the public authorities.')
    .meta({ file: 'input', isAlwaysFile: true, examples: ['authorities.pem'] }),
  hosts: hostsOption()
    .default({})
    .describe(
      'Settings by host (example.com, example.com:8080, *.example.com): headers, auth (user:password), delay, perHost. Sent to that host only; file:PATH reads a header or auth from a file.',
    )
    .meta({ examples: [{ 'example.com': { auth: '${USER}:${PASSWORD}' }, '*.example.org': { delay: '1s' } }] }),
  robots: z.boolean().default(false).describe('Obey robots.txt, its Crawl-delay included (RFC 9309).'),
  maxCrawlDelay: duration().prefault('30s').describe('Longest Crawl-delay of a robots.txt that is kept to.'),
  disallowed: z
    .enum(['skip', 'fail'])
    .default('skip')
    .describe('What becomes of a URL that robots.txt does not allow: skipped, or failed as robots.'),
  http2: z
    .boolean()
    .default(false)
    .describe('Use HTTP/2 where a server offers it, over TLS; a connection still carries one request at a time.'),
  insecure: z.boolean().default(false).describe('Accept any TLS certificate.'),
  allowPrivate: z
    .boolean()
    .default(false)
    .describe('Fetch from private, loopback, link-local and other addresses that are not public, too.'),
  allowAddresses: z
    .array(addressBlock)
    .optional()
    .describe('Addresses and CIDR blocks to fetch from though they are not public.')
    .meta({ examples: [['10.0.0.0/8', '127.0.0.1']] }),
  denyAddresses: z
    .array(addressBlock)
    .optional()
    .describe('Addresses and CIDR blocks never to fetch from, whatever else is allowed.')
    .meta({ examples: [['203.0.113.0/24']] }),
  resolver: z
    .array(nameServer)
    .min(1)
    .optional()
    .describe('Name servers to ask, as address or address:port; those of the system unless given.')
    .meta({ examples: [['192.0.2.53', '192.0.2.54:5353']] }),
  since: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Pages file of an earlier run (jsonl, csv, tsv): pages that have not changed since are skipped as not-modified.',
    )
    .meta({ file: 'input', isAlwaysFile: true, examples: ['pages.jsonl'] }),
  accept: z
    .array(z.enum(['html', 'xml', 'text']))
    .min(1)
    .default(['html'])
    .describe('Types of pages: html; xml, which is sitemaps (also gzip files) and feeds; text with URLs in it.'),
  notHtml: z
    .enum(['skip', 'fail'])
    .default('skip')
    .describe('What becomes of an answer of another type: skipped, or failed as not-html. It is not downloaded.'),
});

/** The step `fetch`: asks for each URL and gives the answers that are pages, their bodies still on the wire. */
export const fetchStep = defineStep({
  name: 'fetch',
  summary: 'Fetches each URL and passes the answer on as a page.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: [{ fetch: { concurrency: 32, perHost: 2, delay: '250ms', timeout: '20s', retries: 1 } }, 'links'],
    sink: { tsv: { path: 'links.tsv' } },
    pages: { csv: { path: 'pages.csv' } },
  },
  input: 'url',
  output: 'page',
  options,
  tuning: ['concurrency', 'perHost', 'delay', 'window'],
  notes: [retryNote],
  inputFiles: ({ hosts }) => hostFiles(hosts).map(({ option, file }) => ({ option: ['hosts', ...option], file })),
  advise: fetchAdvice,
  workers: ({ cookies, concurrency }, count) => {
    if (cookies) return { option: 'cookies', text: 'are kept by one thread alone: leave out cookies, or workers' };
    if (concurrency >= count) return undefined;
    return { option: 'concurrency', text: `is less than the ${count} workers, each of which needs a request at least` };
  },
  create: (given, context) => {
    const client = new HttpClient(clientOptions(given, context), context.signal);
    const { stopSignal } = context;
    const validators = new ValidatorStore();
    if (stopSignal.aborted) client.stop();
    else stopSignal.addEventListener('abort', client.stop, { once: true });
    const judgement = new Judgement(given, stopSignal);
    const window = Math.max(given.window, given.concurrency);
    const mostDeferred = maxDeferred(given, context);
    return {
      open: async () => {
        if (given.since !== undefined) await readValidators(given.since, context, validators);
      },
      get concurrency() {
        return window + Math.min(client.deferred, mostDeferred);
      },
      onRoom: (tell) => client.whenDeferred(tell),
      process: async (record: UrlRecord): Promise<PageRecord | Skip | Abandon> => {
        try {
          const known = given.since === undefined ? undefined : (url: string) => validators.get(record.sourceUrl, url);
          const { response, body } = await client.fetch(record.url, known);
          return { kind: 'page', ...baseOf(record), response, body: new JudgedBody(body, judgement) };
        } catch (error) {
          const outcome = judgement.of(error);
          if (outcome === undefined) throw error;
          return outcome;
        }
      },
      progress: () => ({ inFlight: client.inFlight, deferred: client.deferred }),
      // The stop is still waited for: bodies may be read, and fetched again, for longer than this step lives.
      close: () => client.close(),
    };
  },
});

/** URLs that may wait for overloaded hosts, over all threads as many as without them. */
function maxDeferred({ window, concurrency }: z.output<typeof options>, { share }: StageContext): number {
  return partOf(DEFERRED_WINDOWS * Math.max(window, concurrency), share);
}

function clientOptions(given: z.output<typeof options>, context: StageContext): ClientOptions {
  const { resolvePath, env, wire, clock, share } = context;
  return {
    ...given,
    hosts: readHosts(given.hosts, resolvePath),
    robots: given.robots ? { maxCrawlDelayMs: given.maxCrawlDelay } : undefined,
    hostDownAfter: HOST_DOWN_AFTER,
    delayMs: given.delay,
    timeoutMs: given.timeout,
    connectTimeoutMs: given.connectTimeout,
    headersTimeoutMs: given.headersTimeout,
    idleTimeoutMs: given.idleTimeout,
    maxRetryAfterMs: given.maxRetryAfter,
    maxOverloadMs: given.maxOverload,
    maxDeferred: maxDeferred(given, context),
    ca: given.ca === undefined ? undefined : readAuthorities(resolvePath(given.ca)),
    proxies: proxiesFrom(given.proxy, env),
    wire,
    clock,
    share,
  };
}

/** Reads what an earlier run learned of its pages. Errors: those of `knownPages`. */
async function readValidators(name: string, { resolvePath }: StageContext, into: ValidatorStore): Promise<void> {
  for await (const pages of knownPages(resolvePath(name), name)) {
    for (const { sourceUrl, finalUrl, etag, lastModified } of pages) {
      into.set(sourceUrl, finalUrl, { etag, lastModified });
    }
  }
}

/** An option that is a text about which `problemOf` finds nothing; what it finds is the end of `expected ...`. */
function textThat(problemOf: (text: string) => string | undefined) {
  return z.string().refine((text) => problemOf(text) === undefined, {
    error: ({ input }) => `expected ${problemOf(String(input))}`,
  });
}
