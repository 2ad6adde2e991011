import { isScalar, Schema } from 'yaml';

/** Reads a plain (unquoted) scalar by the rules of YAML's core schema: `64` is a number, `true` a boolean, `30s` a text. */
export function readPlainScalar(text: string): unknown {
  for (const tag of CORE_SCHEMA.tags) {
    if (tag.default === true && tag.collection === undefined && tag.test?.test(text) === true) {
      const value = tag.resolve(text, () => {}, {});
      return isScalar(value) ? value.value : value;
    }
  }
  return text;
}

const CORE_SCHEMA = new Schema({ schema: 'core' });
