import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'
import { importZones } from './test/architecture/zones.ts'

/**
 * The import table (ARCHITECTURE.md) as lint zones: one block a zone, so that an editor shows the message where the
 * import is typed. `test/architecture.test.ts` checks the same table over the resolved import graph.
 */
const zones = importZones.map(({ files, except = [], forbid }) => ({
  files,
  ignores: ['**/*.test.ts', '**/*.contract.ts', ...except],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: forbid.map(({ regex, instead }) => ({ regex, message: instead, allowTypeImports: false })) },
    ],
  },
}))

export default ts.config(
  {
    ignores: ['**/dist/**', '**/_generated/**', '**/node_modules/**', '.fairlift/**', 'db/migrations/**', '**/*.d.ts'],
  },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.node } } },
  {
    files: ['{api,db,sdk,datasets,test}/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // An unawaited promise loses its error: the one type-aware rule worth its time everywhere.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
    },
  },
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // "import { type A } from 'b'" loads b all the same; "import type { A } from 'b'" does not.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    // AssemblyScript has no imports of types alone.
    files: ['api/kernel/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  {
    // Programs whose output is the terminal.
    files: ['datasets/**', 'test/bench/**', 'api/src/simulation/**', '*.config.*'],
    rules: { 'no-console': 'off' },
  },
  {
    // GraphiQL runs in the browser, and has a tsconfig of its own.
    files: ['api/graphiql/**/*.{ts,tsx}'],
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: { '@typescript-eslint/no-floating-promises': 'error', 'max-lines': ['error', { max: 400 }] },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] },
    },
  },
  ...zones,
  {
    // Size keeps a file about one concept. Data tables and tests may be longer than the code they serve.
    files: ['**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { 'max-lines': ['error', { max: 400 }] },
  },
  {
    files: ['api/src/{stats,models}/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { 'max-lines': ['error', { max: 200 }] },
  },
  { files: ['**/*.svelte'], rules: { 'max-lines': ['error', { max: 150 }] } },
)
