import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseUrl } from '../../../src/core/urls/parse-url.ts';
import { serialize } from '../../../src/html/urls/resolve.ts';
import { schemeOf, UrlBase } from '../../../src/html/urls/url-base.ts';

const BASES = [
  'http://base.test',
  'http://base.test/?',
  'http://base.test/?#',
  'https://base.test/d/e?q=1#f',
  'https://user:pw@base.test:8443/d//e/',
  'http://base.test/d/e/f.html?q/r?s#g/h',
  'http://[::1]/d/',
  'http://192.0.2.1/a',
  'http://base.test/a^b/c?d^',
  'http://xn--bcher-kva.test/%C3%A4/|/x',
  'ftp://base.test/d/e',
  'file:///C:/d/e',
  'about:blank',
  'data:text/html,x',
  'x://base.test/d/e',
];

const parsed = (raw: string, base: string) => {
  const url = parseUrl(raw, base);
  return url === undefined ? undefined : serialize(url);
};

/** What is resolved is resolved as by the parser. */
function check(raw: string): void {
  for (const base of BASES) {
    const url = new UrlBase(base).resolve(raw);
    if (url !== undefined) assert.equal(url, parsed(raw, base), `${raw} on ${base}`);
  }
}

describe('UrlBase', () => {
  const references: readonly (readonly [kind: string, references: readonly string[]])[] = [
    [
      'a path from the root',
      ['/', '/a', '/a/b.html?c=d&e#f', '/a//b/', '/%D0%9F/x', "/a:b/(c)'*!$,;=@", '/a.b', '/a?^`{}|\\'],
    ],
    [
      'a path from the directory',
      ['a', 'a/b', 'index.php?a=http://x/', 'a#b:c', 'a/b:c', 'a;b=c', '~a', './a', '../a', '../../../a', './', '../'],
    ],
    ['a query', ['?', '?a=b', '?a#b', '?a/../b']],
    ['a fragment', ['#', '#a', '#a?b#c', "#'"]],
    [
      'another host',
      [
        '//h.test/',
        '//h.test/a?b',
        'http://h.test/',
        'http://h.test',
        'https://a-b.c1.h.test',
        'https://a-b.c1.h.test/x/y?z#',
        'https://1.2.3.4.test/',
      ],
    ],
  ];
  for (const [kind, list] of references) {
    it(`${kind} in normal form does not take the parser`, () => {
      for (const raw of list) {
        assert.equal(new UrlBase(BASES[3] ?? '').resolve(raw), parsed(raw, BASES[3] ?? ''), raw);
        check(raw);
      }
    });
  }

  const others: readonly (readonly [reason: string, references: readonly string[]])[] = [
    [
      'dots are resolved (https://url.spec.whatwg.org/#double-dot-path-segment)',
      [
        '.',
        '..',
        '/.',
        '/..',
        '/a/..',
        '/a/./b',
        '/%2e',
        '/%2E%2e/',
        '/.%2e',
        'a/../b',
        '%2e',
        '../..',
        './..',
        '/.a',
        '%2e%2e/a',
      ],
    ],
    [
      'characters are encoded (https://url.spec.whatwg.org/#path-percent-encode-set)',
      [
        '/a b',
        '/ä',
        '/"',
        '/<>',
        '/`',
        '/{}',
        '/^',
        '?"',
        "?'",
        '?<>',
        '?ä',
        '#`',
        '#"',
        '#ä',
        '/\x7f',
        '?\x7f',
        '#\x7f',
        '/\ud800',
      ],
    ],
    ['characters are dropped', [' /a', '/a ', '/a\n', 'a\tb', '\x00/a', 'http://h.test/\r', '?\n', '#\t']],
    [
      'backslashes are slashes (https://url.spec.whatwg.org/#path-state)',
      ['\\a', '/\\h.test/', '/a\\b', 'a\\b', 'http:\\\\h.test/', '//h.test\\a'],
    ],
    [
      'it is another scheme, or the same without slashes',
      [
        'mailto:a@b',
        'javascript:0',
        'http:a',
        'https:/a',
        'https:',
        'http:///a',
        'a:b',
        'HTTP://h.test/',
        'c:/x',
        'http://',
      ],
    ],
    [
      'the host is not in normal form (https://url.spec.whatwg.org/#host-parsing)',
      [
        '//H.test/',
        '//h.test',
        '//h.test?',
        '//h.test#',
        '//h.test:80/',
        '//h.test:81/',
        '//u@h.test/',
        '//1/',
        '//1.2.3.4/',
        '//a.1/',
        '//a.0x1/',
        '//0x/',
        '//[::1]/',
        '//h%41/',
        '//ä/',
        '//xn--/',
        '//a.xn--a/',
        '//xn--bcher-kva.test/',
        '//a..b/',
        '//.a/',
        '//a./',
        '//_a/',
        '///a',
        '//',
        `//${'a'.repeat(256)}/`,
      ],
    ],
  ];
  for (const [reason, list] of others) {
    it(`the parser is left to it where ${reason}`, () => {
      for (const raw of list) {
        assert.equal(new UrlBase(BASES[3] ?? '').resolve(raw), undefined, raw);
        check(raw);
      }
    });
  }

  it('whatever it resolves is what the parser gives', () => {
    const pieces = fc.constantFrom(
      ...[
        'http:',
        'https:',
        'HTTP:',
        'ftp:',
        '//',
        '/',
        '///',
        '\\',
        '?',
        '#',
        '..',
        '.',
        './',
        '../',
        '%2e',
        '%2E',
        '%',
        '%41',
      ],
      ...[
        'a',
        'B',
        'ä',
        ' ',
        '\t',
        '\0',
        '\x7f',
        '@',
        ':',
        '[',
        ']',
        '80',
        ':80/',
        '&',
        '=',
        '|',
        '"',
        "'",
        '`',
        '^',
        '{',
        '<',
      ],
      ...[
        'h.test/',
        'h.test',
        'xn--',
        '0x1',
        '127.1',
        '-',
        '--',
        '_',
        '~',
        ';',
        ',',
        '*',
        '(',
        '\u3002',
        '\ufeff',
        '\ud800',
      ],
    );
    const reference = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary-ascii', maxLength: 3 })), { maxLength: 9 });
    fc.assert(
      fc.property(reference, (parts) => check(parts.join(''))),
      { numRuns: 3000 },
    );
  });

  it('most references that are made of what URLs are made of do not take the parser', () => {
    const word = fc.stringMatching(/^[a-z0-9_~-]{1,8}$/);
    const path = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('/'));
    const prefix = fc.constantFrom('', '/', './', '../', 'https://h.test/', '//a.h.test/');
    fc.assert(
      fc.property(prefix, path, fc.constantFrom('', '?a=b', '#c', '?a=b&d#c'), (start, middle, end) => {
        const raw = start + middle + end;
        assert.equal(new UrlBase(BASES[5] ?? '').resolve(raw), parsed(raw, BASES[5] ?? ''));
      }),
      { numRuns: 500 },
    );
  });

  it('long references take linear time', () => {
    const base = new UrlBase('http://base.test/');
    const startedAt = performance.now();
    for (const piece of ['/', 'a', '../', '/a', 'a.', '?', ':', '//a.', '%2']) {
      for (const end of ['', ' ']) base.resolve(`${piece.repeat(200_000)}${end}`);
    }
    assert.ok(performance.now() - startedAt < 4_000);
  });
});

describe('schemeOf', () => {
  it('gives the scheme that the parser finds, or leaves it to that', () => {
    for (const [raw, scheme] of [
      ['JavaScript:x', 'javascript:'],
      ['a+b-c.1:x', 'a+b-c.1:'],
      ['http:x', 'http:'],
      ['a/b:c', undefined],
      ['1a:b', undefined],
      [' a:b', undefined],
      ['', undefined],
    ] as const) {
      assert.equal(schemeOf(raw), scheme, raw);
    }
  });

  it('no URL that parses has another one', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~\t]{0,4}:?[ -~]{0,4}$/), fc.constantFrom(...BASES), (raw, base) => {
        const scheme = schemeOf(raw);
        const url = parseUrl(raw, base);
        if (scheme !== undefined && url !== undefined) assert.equal(url.protocol, scheme);
      }),
      { numRuns: 2000 },
    );
  });
});
