import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sha256 } from './sha256.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const packages = ['api', 'db']

/** The compiled entry of the server, within the project. */
export const builtServer = 'api/dist/main.js'

/** What a compiled file was made of, and when it was written: whoever writes or copies it later is noticed. */
interface Made {
  source: string
  writtenAt: number | null
}

let isBuilt: Promise<void> | null = null

/**
 * Compiles what the server consists of into the files that `pnpm build` makes, those whose sources have changed, and
 * without looking at types. Tests start many servers, and one that is compiled already starts in half the time.
 */
export function ensureServerBuilt(): Promise<void> {
  return (isBuilt ??= Promise.all(packages.map(compilePackage)).then(() => undefined))
}

async function compilePackage(name: string): Promise<void> {
  const folder = join(root, name)
  const recordPath = join(folder, 'dist', 'compiled-for-tests.json')
  const record = JSON.parse(await readFile(recordPath, 'utf8').catch(() => '{}')) as Record<string, Made>
  const settings = await readFile(join(root, 'tsconfig.base.json'), 'utf8')
  const entries = await readdir(join(folder, 'src'), { recursive: true })
  const made: Record<string, Made> = {}
  const outdated: { path: string; target: string; text: string; source: string }[] = []
  for (const path of entries.filter(isCompiled)) {
    const text = await readFile(join(folder, 'src', path), 'utf8')
    const target = join(folder, 'dist', path.replace(/\.ts$/, '.js'))
    const [source, before] = [sha256(settings + text), record[path]]
    if (before?.source === source && before.writtenAt === (await timeOf(target))) made[path] = before
    else outdated.push({ path, target, text, source })
  }
  if (outdated.length === 0) return
  const compile = await compiler(settings)
  for (const { path, target, text, source } of outdated) {
    await writeWhole(target, compile(path, text))
    made[path] = { source, writtenAt: await timeOf(target) }
  }
  await writeWhole(recordPath, JSON.stringify(made))
}

function isCompiled(path: string): boolean {
  return path.endsWith('.ts') && !/\.(d|test|contract|bench)\.ts$/.test(path) && !/^simulation\b/.test(path)
}

async function compiler(settings: string): Promise<(path: string, text: string) => string> {
  // It takes a moment to load: mostly there is nothing to do for it.
  const { default: ts } = await import('typescript')
  const { options } = ts.parseJsonConfigFileContent(JSON.parse(settings), ts.sys, root)
  // A single file cannot ask its package.json which kind of module it is.
  const asModule = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }
  const compilerOptions = { ...options, ...asModule, declaration: false, sourceMap: false }
  return (fileName, text) => ts.transpileModule(text, { compilerOptions, fileName }).outputText
}

/** Other test runs may be on the same files. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.${randomBytes(4).toString('hex')}`
  await writeFile(unfinished, text)
  await rename(unfinished, path)
}

/** Null where there is no such file. */
function timeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  )
}
