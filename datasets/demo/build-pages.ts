import { execFile } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Pages that the server serves from built files: the workspace package, Vite's root within it, what else they bundle. */
const pages = [
  { workspace: 'api', root: 'graphiql', bundled: [] as string[] },
  { workspace: 'ui', root: '.', bundled: ['sdk/src'] },
]

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Whether pages would have to be built: their files are missing, or older than what they are made of. */
export function arePagesStale(): boolean {
  return pages.some(isStale)
}

/**
 * Builds the pages that are stale, one after the other.
 *
 * @throws Error with what Vite said
 */
export async function ensurePagesBuilt(): Promise<void> {
  for (const page of pages) if (isStale(page)) await build(page)
}

/** For vitest's `globalSetup`. */
export const setup = ensurePagesBuilt

type Page = (typeof pages)[number]

function isStale(page: Page): boolean {
  const folder = join(root, page.workspace, page.root)
  const built = timeOf(join(folder, 'dist', 'index.html'))
  // Libraries are bundled too, and the lockfile says which.
  const sources = [folder, ...page.bundled.map((path) => join(root, path))].flatMap(sourcesIn)
  return [...sources, join(root, 'pnpm-lock.yaml')].some((path) => timeOf(path) > built)
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return ['dist', 'node_modules'].includes(entry.name) ? [] : sourcesIn(path)
    return entry.isFile() && !/\.test\.ts$/.test(entry.name) ? [path] : []
  })
}

function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** As a process of its own: in a test runner's NODE_ENV is "test", and the libraries would be bundled as for development. */
async function build({ workspace, root: viteRoot }: Page): Promise<void> {
  const cwd = join(root, workspace)
  const vite = join(dirname(createRequire(join(cwd, 'package.json')).resolve('vite/package.json')), 'bin', 'vite.js')
  await promisify(execFile)(process.execPath, [vite, 'build', viteRoot], {
    cwd,
    env: { ...process.env, NODE_ENV: 'production' },
  })
}
