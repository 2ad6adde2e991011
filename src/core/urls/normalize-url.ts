/** What is changed about a URL; each by itself, and nothing else is touched. */
export interface UrlChanges {
  readonly stripFragment: boolean;
  /** Parameters that follow people from site to site, and have no part in what a server answers. */
  readonly stripTracking: boolean;
  /** Further parameters by name; `*` at the end stands for anything. */
  readonly stripParameters: readonly string[];
  /** Parameters in the order of their names; those of one name keep theirs. */
  readonly sortQuery: boolean;
  /** A `?` with nothing behind it. */
  readonly stripEmptyQuery: boolean;
  /** `www.` in front of the host. */
  readonly stripWww: boolean;
  /** `index.html` and the like at the end of the path. */
  readonly stripIndex: boolean;
  /** The slash at the end of a path, but for the root. */
  readonly stripTrailingSlash: boolean;
  readonly lowerCasePath: boolean;
  /** http becomes https, where no port is written. */
  readonly https: boolean;
}

/** Names of parameters that campaigns and advertising networks add to links, in lower case; `*` stands for anything. */
const TRACKING_PARAMETERS: readonly string[] = [
  ...['utm_*', 'gclid', 'gclsrc', 'gbraid', 'wbraid', 'dclid', '_ga', '_gl', 'fbclid', 'igshid', 'msclkid', 'yclid'],
  ...['twclid', 'ttclid', 'li_fat_id', 'mc_cid', 'mc_eid', 'mkt_tok', '_hsenc', '_hsmi', 'vero_id', 'oly_anon_id'],
  ...['oly_enc_id', 'wickedid', 's_cid', 'ml_subscriber'],
];

const HTTP = /^https?:\/\//;
const INDEX = /\/(?:index\.(?:html?|php|aspx?|jsp)|default\.(?:html?|aspx?))$/i;
const LONGEST_INDEX = '/default.html'.length;
const SLASH = 0x2f;

/**
 * Makes the function that changes URLs. It takes and gives URLs as serialised by the URL standard; the same URL in another
 * form of those that are to be changed gives the same. Twice is as once. What is neither http nor https stays as it is.
 *
 * Works on the text: what stays of a query keeps its bytes.
 */
export function urlNormalizer(changes: UrlChanges): (href: string) => string {
  const isStripped = parameterMatcher([
    ...(changes.stripTracking ? TRACKING_PARAMETERS : []),
    ...changes.stripParameters.map((name) => name.toLowerCase()),
  ]);
  return (href) => {
    if (!HTTP.test(href)) return href;
    const { origin, path, query, fragment } = partsOf(href);
    const shownFragment = changes.stripFragment ? '' : fragment;
    return (
      changedOrigin(origin, changes) +
      changedPath(path, changes) +
      changedQuery(query, changes, isStripped) +
      shownFragment
    );
  };
}

interface Parts {
  /** Scheme, credentials, host and port. */
  readonly origin: string;
  /** Begins with `/`. */
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
  /** With its `#`, or empty. */
  readonly fragment: string;
}

/** An http URL in its serialised form has a slash behind the host, and neither `?` nor `#` before it. */
function partsOf(href: string): Parts {
  const hash = href.indexOf('#');
  const beforeFragment = hash === -1 ? href : href.slice(0, hash);
  const mark = beforeFragment.indexOf('?');
  const beforeQuery = mark === -1 ? beforeFragment : beforeFragment.slice(0, mark);
  const slash = beforeQuery.indexOf('/', beforeQuery.indexOf('//') + 2);
  return {
    origin: beforeQuery.slice(0, slash),
    path: beforeQuery.slice(slash),
    query: mark === -1 ? '' : beforeFragment.slice(mark),
    fragment: hash === -1 ? '' : href.slice(hash),
  };
}

function changedOrigin(origin: string, { https, stripWww }: UrlChanges): string {
  const start = origin.indexOf('//') + 2;
  const hostStart = Math.max(start, origin.lastIndexOf('@') + 1);
  const host = origin.slice(hostStart);
  const hasPort = /:\d+$/.test(host);
  const scheme = https && !hasPort ? 'https://' : origin.slice(0, start);
  // What is left must still be a host with a dot: `www.com` has its own name.
  const shownHost = stripWww ? host.replace(/^(?:www\.)+(?=[^.]+\.)/, '') : host;
  return scheme + origin.slice(start, hostStart) + shownHost;
}

function changedPath(path: string, { lowerCasePath, stripIndex, stripTrailingSlash }: UrlChanges): string {
  let changed = lowerCasePath ? path.toLowerCase() : path;
  for (let before = ''; changed !== before; ) {
    before = changed;
    // Only the end is looked at: a path can have an index in an index ten thousand times.
    const index = stripIndex ? INDEX.exec(changed.slice(-LONGEST_INDEX)) : null;
    if (index !== null) changed = changed.slice(0, changed.length - index[0].length + 1);
    if (stripTrailingSlash) changed = withoutTrailingSlashes(changed);
  }
  return changed;
}

function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path.charCodeAt(end - 1) === SLASH) end -= 1;
  return path.slice(0, end);
}

function changedQuery(query: string, changes: UrlChanges, isStripped: (name: string) => boolean): string {
  if (query === '') return '';
  const pieces = query.slice(1).split('&');
  const kept = pieces.filter((piece) => !isStripped(nameOf(piece)));
  if (changes.sortQuery) kept.sort((left, right) => compare(nameOf(left), nameOf(right)));
  const text = kept.join('&');
  // A query that has lost its last parameter goes, too.
  const isGone = text === '' && (changes.stripEmptyQuery || pieces.length > kept.length);
  return isGone ? '' : `?${text}`;
}

function nameOf(piece: string): string {
  const end = piece.indexOf('=');
  return end === -1 ? piece : piece.slice(0, end);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function parameterMatcher(names: readonly string[]): (name: string) => boolean {
  const exact = new Set(names.filter((name) => !name.endsWith('*')));
  const prefixes = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return (name) => {
    const lower = name.toLowerCase();
    return exact.has(lower) || prefixes.some((prefix) => lower.startsWith(prefix));
  };
}
