import pl from 'nodejs-polars'
import { readdirSync, mkdirSync, readFileSync, writeFileSync, statSync } from 'node:fs'
const size = Number(process.argv[2])
const to = `/tmp/eng-rg${size}`
mkdirSync(to + '/events', { recursive: true })
let bytes = 0
for (const f of readdirSync('/tmp/eng-10000000/events').filter(x=>x.endsWith('.parquet'))) {
  const t = performance.now()
  await pl.scanParquet('/tmp/eng-10000000/events/'+f).sinkParquet(`${to}/events/${f}`, { compression: 'zstd', compressionLevel: 1, rowGroupSize: size } as any).collect()
  bytes += statSync(`${to}/events/${f}`).size
}
console.log(size, bytes/1e6)
writeFileSync(`${to}/request.json`, readFileSync('/tmp/eng-10000000/request.json','utf8').replaceAll('/tmp/eng-10000000/', to + '/'))
