import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { main } from 'assemblyscript/asc'

/**
 * Compiles api/kernel to WebAssembly and writes it as a module that needs no file beside it. It is checked in: who builds
 * or runs the server needs no compiler for it.
 */
const folder = fileURLToPath(new URL('../kernel/', import.meta.url))
const target = fileURLToPath(new URL('./kernel/_generated/kernel.ts', import.meta.url))
const PAGES_OF_4_GB = 65_536

const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.ts'))
  .sort()
const hash = createHash('sha256')
for (const name of sources) hash.update(readFileSync(folder + name))

let wasm: Uint8Array | null = null
const { error, stderr } = await main(
  [
    `${folder}index.ts`,
    ...['--outFile', 'kernel.wasm', '-O3', '--runtime', 'stub', '--noAssert'],
    // Threads share the memory, which the caller makes.
    ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', String(PAGES_OF_4_GB)],
    ...['--enable', 'simd,threads,bulk-memory'],
  ],
  {
    writeFile: (name, contents) => {
      if (name.endsWith('.wasm')) wasm = contents as Uint8Array
    },
  },
)
if (error !== null || wasm === null) throw new Error(`The kernel does not compile.\n${stderr.toString()}`)
writeFileSync(
  target,
  `// Made by \`pnpm generate\` from api/kernel; do not edit.\n\n` +
    `/** SHA-256 of the sources. */\nexport const kernelSources = '${hash.digest('hex')}'\n\n` +
    `/** WebAssembly, as base64. */\nexport const kernelCode =\n  '${Buffer.from(wasm).toString('base64')}'\n`,
)
