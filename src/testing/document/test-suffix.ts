/** How the name of a test file ends. */
export const TEST_SUFFIX = '.test.yaml';
