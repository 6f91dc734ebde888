import { registerHooks } from 'node:module';
import { text } from 'node:stream/consumers';

/** An OpenAPI document on standard input, its TypeScript types on standard output. */

// The generator builds its output with TypeScript's own JavaScript API, which version 7 does not have.
registerHooks({
  resolve: (specifier, context, next) => next(specifier === 'typescript' ? 'typescript-5' : specifier, context),
});
const { default: openapiTypescript, astToString } = await import('openapi-typescript');

const document = JSON.parse(await text(process.stdin));
process.stdout.write(
  `// Made from /openapi.json by test/typed-client/generate.ts.\n\n${astToString(await openapiTypescript(document, { defaultNonNullable: false }))}`,
);
