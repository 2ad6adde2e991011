import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { productToken, RobotsRules } from '../../../src/http/robots/robots-rules.ts';

function rulesOf(text: string | Uint8Array, token = 'sluice'): RobotsRules {
  return new RobotsRules(typeof text === 'string' ? Buffer.from(text) : text, token);
}

function allows(text: string, path: string, token?: string): boolean {
  return rulesOf(text, token).allows(new URL(`http://host.example${path}`));
}

describe('the product token', () => {
  for (const [userAgent, token] of [
    ['sluice/0.1.0 (+https://sluice.example/)', 'sluice'],
    ['Mozilla/5.0 (compatible; thing)', 'mozilla'],
    ['Example_Bot-News 2', 'example_bot-news'],
    ['7bot', ''],
  ] as const) {
    test(`of ${userAgent} is ${JSON.stringify(token)}`, () => assert.equal(productToken(userAgent), token));
  }
});

describe('the group', () => {
  // RFC 9309, 5.1, with this crawler for its ExampleBot.
  const simple = `User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
`;
  for (const [token, path, isAllowed] of [
    ['sluice', '/a.gif', false],
    ['sluice', '/a.gif?x', true],
    ['sluice', '/example/', false],
    ['sluice', '/publications/example/', true],
    ['foobot', '/example/page.html', true],
    ['foobot', '/example/allowed.gif', true],
    ['foobot', '/other', false],
    ['barbot', '/example/page.html', false],
    ['bazbot', '/example/page.html', false],
    ['bazbot', '/a.gif', true],
    ['quxbot', '/example/', true],
  ] as const) {
    test(`for ${token} ${isAllowed ? 'allows' : 'disallows'} ${path}`, () => {
      assert.equal(allows(simple, path, token), isAllowed);
    });
  }

  for (const [title, text] of [
    ['is found in any case', 'USER-AGENT: SLUICE\nDISALLOW: /x'],
    ['is found with a version and words behind its name', 'User-agent: Sluice/2.0 crawler\nDisallow: /x'],
    ['is found behind a byte order mark', '\ufeffUser-agent: sluice\nDisallow: /x'],
    ['may have lines that end with CR or CRLF', 'User-agent: sluice\r\nAllow: /\rDisallow: /x\r'],
    ['may have comments and spaces', ' User-agent \t:  sluice # us\n # text\nDisallow : /x # no'],
    [
      'goes on behind blank lines and records of others',
      'User-agent: sluice\n\nSitemap: http://a/\nHost: a\n\nDisallow: /x',
    ],
    [
      'keeps its names over a Sitemap between them',
      'User-agent: sluice\nSitemap: http://a/\nUser-agent: b\nDisallow: /x',
    ],
    [
      'keeps its names over a Crawl-delay between them',
      'User-agent: sluice\nCrawl-delay: 1\nUser-agent: b\nDisallow: /x',
    ],
    [
      'is put together from all its parts',
      'User-agent: sluice\nDisallow: /y\n\nUser-agent: b\nAllow: /\n\nUser-agent: sluice\nDisallow: /x',
    ],
    ['for * is put together too', 'User-agent: *\nDisallow: /y\n\nUser-agent: *\nDisallow: /x'],
    ['needs no end of its last line', 'User-agent: *\nDisallow: /x'],
  ] as const) {
    test(title, () => {
      assert.equal(allows(text, '/x'), false);
      assert.equal(allows(text, '/z'), true);
    });
  }

  for (const [title, text] of [
    ['of another is not ours', 'User-agent: sluice-images\nDisallow: /\nUser-agent: slu\nDisallow: /'],
    ['for * does not count beside our own', 'User-agent: *\nDisallow: /\nUser-agent: sluice\nDisallow: /y'],
    ['without a rule allows all', 'User-agent: *\nDisallow: /\nUser-agent: sluice\nDisallow:'],
    ['has to be named before its rules', 'Disallow: /\nUser-agent: sluice'],
    ['ends where another is named behind its rules', 'User-agent: sluice\nDisallow: /y\nUser-agent: b\nDisallow: /x'],
    ['is not made of binary data', '\0\u0001\uffff:\n::\n:/\nDisallow\n'],
  ] as const) {
    test(title, () => assert.equal(allows(text, '/x'), true));
  }

  test('of a crawler without a product token is that for *', () => {
    assert.equal(allows('User-agent: 7bot\nDisallow: /x\nUser-agent: *\nDisallow: /y', '/x', ''), true);
    assert.equal(allows('User-agent: 7bot\nDisallow: /x\nUser-agent: *\nDisallow: /y', '/y', ''), false);
  });
});

describe('a rule', () => {
  // The first two blocks: RFC 9309, 2.2.2 and 2.2.3.
  for (const [rule, path, isMatch] of [
    ['/foo/bar?baz=quz', '/foo/bar?baz=quz', true],
    ['/foo/bar?baz=http://foo.bar', '/foo/bar?baz=http%3A%2F%2Ffoo.bar', true],
    ['/foo/bar/ツ', '/foo/bar/%E3%83%84', true],
    ['/foo/bar/%E3%83%84', '/foo/bar/ツ', true],
    ['/foo/bar/%e3%83%84', '/foo/bar/ツ', true],
    ['/foo/bar/%62%61%7A', '/foo/bar/baz', true],
    ['/foo/bar/baz', '/foo/bar/%62%61%7A', true],
    ['/path/file-with-a-%2A.html', '/path/file-with-a-*.html', true],
    ['/path/file-with-a-%2A.html', '/path/file-with-a-x.html', false],
    ['/path/foo-%24', '/path/foo-$', true],
    ['/path/foo-%24', '/path/foo-', false],
    ['/this/*/exactly', '/this/is/not/exactly/so', true],
    ['/this/path/exactly$', '/this/path/exactly', true],
    ['/this/path/exactly$', '/this/path/exactly?', true],
    ['/this/path/exactly$', '/this/path/exactly/', false],
    ['/~joe/', '/%7Ejoe/index.html', true],
    ['/a[1]|{2}^"', '/a%5B1%5D%7C%7B2%7D%5E%22', true],
    ['/a/b', '/a%2Fb', false],
    ['/a%2fb', '/a%2Fb', true],
    ['/a%2fb', '/a/b', false],
    ['/a?b', '/a%3Fb', false],
    ['/a$b', '/a$b', true],
    ['/100%', '/100%25', true],
    ['/fish', '/fish', true],
    ['/fish', '/fishheads/yummy.html?id=any', true],
    ['/fish', '/Fish.asp', false],
    ['/fish', '/catfish', false],
    ['/fish*', '/fish', true],
    ['/*.php', '/folder/any.php.file.html', true],
    ['/*.php', '/windows.PHP', false],
    ['/*.php$', '/filename.php', true],
    ['/*.php$', '/filename.php?parameters', false],
    ['/fish*.php', '/fishheads/catfish.php?parameters', true],
    ['/*a*a$', '/a', false],
    ['/*a*a$', '/aa', true],
    ['/**x', '/abx', true],
    ['*', '/', true],
    ['/$', '/', true],
    ['/$', '/a', false],
    ['fish', '/fish', false],
  ] as const) {
    test(`${rule} ${isMatch ? 'matches' : 'does not match'} ${path}`, () => {
      assert.equal(allows(`User-agent: *\nDisallow: ${rule}`, path), !isMatch);
    });
  }

  test('in bytes that are no UTF-8 matches the URL with those bytes', () => {
    const rules = rulesOf(Buffer.from('User-agent: *\nDisallow: /caf\xe9', 'latin1'));
    assert.equal(rules.allows(new URL('http://host.example/caf%E9')), false);
    assert.equal(rules.allows(new URL('http://host.example/café')), true);
  });

  test('that is longer counts more, and Allow of two equally long ones', () => {
    assert.equal(allows('User-agent: *\nDisallow: /page\nAllow: /p', '/page'), false);
    assert.equal(allows('User-agent: *\nAllow: /page\nDisallow: /p', '/page'), true);
    assert.equal(allows('User-agent: *\nDisallow: /page\nAllow: /page', '/page'), true);
    assert.equal(allows('User-agent: *\nAllow: /page\nDisallow: /*.htm', '/page.htm'), false);
  });

  test('never holds for robots.txt itself', () => {
    assert.equal(allows('User-agent: *\nDisallow: /', '/robots.txt'), true);
    assert.equal(allows('User-agent: *\nDisallow: /', '/robots.txt2'), false);
  });
});

describe('the crawl-delay', () => {
  for (const [text, seconds] of [
    ['User-agent: *\nCrawl-delay: 10', 10],
    ['User-agent: *\ncrawl-delay: 0.5 # s', 0.5],
    ['User-agent: sluice\nDisallow:\nUser-agent: *\nCrawl-delay: 10', undefined],
    ['User-agent: sluice\nCrawl-delay: 2\nCrawl-delay: 3\nUser-agent: b\nCrawl-delay: 9', 3],
    ['User-agent: *\nCrawl-delay: soon', undefined],
    ['User-agent: *\nCrawl-delay: -1', undefined],
    ['Crawl-delay: 5', undefined],
  ] as const) {
    test(`of ${JSON.stringify(text)} is ${seconds}`, () => assert.equal(rulesOf(text).crawlDelaySeconds, seconds));
  }
});

describe('the decision', () => {
  const piece = fc.constantFrom('/', 'a', 'b', '*', '%41', '%2F', '?', '.');
  const path = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);
  const end = fc.constantFrom('', '', '$');
  const rule = fc
    .tuple(fc.constantFrom('Allow', 'Disallow'), path, end)
    .map((parts) => `${parts[0]}: ${parts[1]}${parts[2]}`);

  test('is the same in whatever order the rules stand', () => {
    const shuffled = fc
      .array(rule, { maxLength: 10 })
      .chain((rules) => fc.tuple(fc.constant(rules), fc.shuffledSubarray(rules, { minLength: rules.length })));
    fc.assert(
      fc.property(shuffled, path, ([one, other], url) => {
        const [first, second] = [one, other].map((rules) => allows(['User-agent: *', ...rules].join('\n'), url));
        assert.equal(first, second);
      }),
    );
  });

  test('of a single rule is what a regular expression says', () => {
    const plain = fc.array(fc.constantFrom('/', 'a', 'b'), { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);
    const wild = fc.array(fc.constantFrom('/', 'a', 'b', '*'), { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);
    fc.assert(
      fc.property(wild, end, plain, (pattern, last, url) => {
        const isMatch = new RegExp(`^${pattern.replaceAll('*', '.*')}${last}`).test(url);
        assert.equal(allows(`User-agent: *\nDisallow: ${pattern}${last}`, url), !isMatch);
      }),
    );
  });

  test('comes from any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void rulesOf(bytes).allows(new URL('http://a/b'))),
    );
  });

  test('on a hostile rule takes no more than linear time', () => {
    const text = `User-agent: *\nDisallow: /${'*a'.repeat(100_000)}b`;
    const path = `/${'a'.repeat(8_000)}`;
    const startMs = performance.now();
    assert.equal(allows(text, path), true);
    assert.ok(performance.now() - startMs < 1_000);
  });
});
