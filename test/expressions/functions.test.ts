import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Value } from '../../src/core/record.ts';
import { compileExpression } from '../../src/expressions/expression.ts';
import { EvaluationError } from '../../src/expressions/expression-error.ts';
import { functionNotes } from '../../src/expressions/functions.ts';

describe('the functions of expressions', () => {
  const url = '"https://user@www.Example.co.uk:8443/a%20b/c?q=x%20y&q=2&e=#top"';
  const cases: readonly (readonly [text: string, value: Value])[] = [
    [`host(${url})`, 'www.example.co.uk'],
    ['host("http://[::1]:80/")', '[::1]'],
    ['host("no url")', ''],
    [`domain(${url})`, 'example.co.uk'],
    ['domain("https://someone.github.io/")', 'someone.github.io'],
    ['domain("http://127.0.0.1/")', ''],
    ['domain("mailto:a@b.c")', ''],
    [`scheme(${url})`, 'https'],
    ['scheme("mailto:a@b.c")', 'mailto'],
    [`path(${url})`, '/a%20b/c'],
    ['path("")', ''],
    [`query(${url}, "q")`, 'x y'],
    [`query(${url}, "e")`, ''],
    [`query(${url}, "none")`, ''],
    ['query("http://a/", "q")', ''],
    ['lower("ÀB")', 'àb'],
    ['upper("àb")', 'ÀB'],
    ['extract("/2024/05/", "/(\\\\d+)/(\\\\d+)/")', '2024'],
    ['extract("/2024/", "[0-9]+")', '2024'],
    ['extract("/2024/", "x|(y)?")', ''],
    ['extract("abc", "(x)")', ''],
    ['extract("abc", "(x)?b")', ''],
    ['replace("a.b.c", ".", "$&")', 'a$&b$&c'],
    ['replace("abc", "", "-")', '-a-b-c-'],
    ['replace("abc", "x", "-")', 'abc'],
    ['regexReplace("a1b22", "([0-9])+", "<$1$$$0$2>")', 'a<1$1$2>b<2$22$2>'],
    ['regexReplace("abc", "x", "-")', 'abc'],
    ['regexReplace("abc", "", "-")', '-a-b-c-'],
    ['"x1".matches("^[a-z][0-9]$")', true],
    ['"😀é".matches("^.é$")', true],
    ['["a", "b"].exists(t, t.matches("^b"))', true],
    ['int("-12") + int(2.9) + int(3u)', -7],
    ['int(timestamp("1970-01-01T00:01:00.9Z"))', 60],
    ['string(timestamp("2024-05-06T07:08:09+02:00"))', '2024-05-06T05:08:09Z'],
    ['string(timestamp("2024-05-06T07:08:09.5Z"))', '2024-05-06T07:08:09.500Z'],
    ['default("", "x")', 'x'],
    ['default("a", "x")', 'a'],
    ['default(0, 5)', 0],
    ['default(dyn(null), 5)', 5],
    ['default(input.a, "x")', 'x'],
    ['default(input["a"], "x")', 'x'],
    ['default(input.b, "x")', 'bee'],
    ['default(input.a, default(input.c, "y"))', 'y'],
  ];
  for (const [text, value] of cases) {
    it(`${text} is ${JSON.stringify(value)}`, () => {
      assert.equal(
        compileExpression(text, []).evaluate(() => null, new Map([['b', 'bee']])),
        value,
      );
    });
  }

  it('default passes an error on that is no missing key', () => {
    assert.throws(() => compileExpression('default(1 / 0, 2)', []).evaluate(() => null), EvaluationError);
  });

  it('int has no value for a text that is no whole number, whatever JavaScript makes of it', () => {
    for (const text of [
      '""',
      '" 5"',
      '"5.0"',
      '"0b11"',
      '"0x1F"',
      '"0o7"',
      '"1e3"',
      '"9223372036854775808"',
      'input.b',
    ]) {
      const { evaluate } = compileExpression(`int(${text}) == 0`, []);
      assert.throws(() => evaluate(() => null, new Map([['b', '']])), EvaluationError, text);
    }
  });

  it('are all in the reference, with types that are true', () => {
    const samples: Readonly<Record<string, string>> = {
      'text.split(separator)': '"a".split(",").join("")',
      'has(input.key)': 'has(input.key)',
      'list.exists(x, condition)': '["a"].exists(x, x == "a")',
      'list.all(x, condition)': '["a"].all(x, x == "a")',
      'list.join(separator)': '["a"].join(",")',
      'text.indexOf(part)': '"a".indexOf("a")',
      'text.substring(start, end)': '"abc".substring(0, 1)',
      'timestamp(text)': 'string(timestamp("2024-05-06T07:08:09Z"))',
      'int(value)': 'int("1")',
      'double(value)': 'double("1")',
    };
    for (const { call, gives } of functionNotes) {
      const sample = samples[call] ?? call.replace(/\b(url|name|text|pattern|part|other|value)\b/g, '"a"');
      const { type } = compileExpression(sample, []);
      assert.equal(type, gives === 'either' || gives === 'list' ? 'string' : gives, sample);
    }
  });
});

describe('a regular expression', () => {
  it('takes linear time on a text that was made to stop it', () => {
    const expression = compileExpression('text.matches("^(a+)+$") || text.matches("(x+x+)+y")', [
      { name: 'text', type: 'string' },
    ]);
    // A backtracking engine would take longer than the universe has been there.
    assert.equal(
      expression.evaluate(() => `${'a'.repeat(50_000)}${'x'.repeat(1000)}`),
      false,
    );
  });

  it('may be made of a row, and is refused when it is too large', () => {
    const expression = compileExpression('"b".matches(text)', [{ name: 'text', type: 'string' }]);
    for (let row = 0; row < 200; row += 1)
      assert.equal(
        expression.evaluate(() => `[${row}b]`),
        true,
      );
    for (const text of ['a'.repeat(1001), '((a{100}){100}){100}', '\\C(']) {
      assert.throws(() => expression.evaluate(() => text), EvaluationError, text.slice(0, 20));
    }
  });

  it('replaces a bounded number of times, to a bounded length', () => {
    const variables = [{ name: 'text', type: 'string' as const }];
    const replaced = (text: string, expression: string) =>
      compileExpression(expression, variables).evaluate(() => text);
    assert.equal(replaced('a'.repeat(1000), 'regexReplace(text, "a", "b")'), 'b'.repeat(1000));
    assert.throws(() => replaced('a'.repeat(1001), 'regexReplace(text, "a", "b")'), EvaluationError);
    assert.throws(
      () => replaced('a'.repeat(1000), 'regexReplace(text, "a+", "$0$0$0$0") + replace(text, "a", text + text)'),
      EvaluationError,
    );
  });
});
