import { curate } from './api/src/ingest/curate.ts'
import { readFileSync, mkdirSync, writeFileSync, rmSync } from 'node:fs'
const [file, out] = process.argv.slice(2) as [string,string]
mkdirSync(out,{recursive:true})
const experiment={id:'3f2504e0-4f89-41d3-9a0c-0305e82c3301',key:'bench',variants:[{id:'11111111-1111-4111-8111-111111111111',key:'control',name:'control'},{id:'22222222-2222-4222-8222-222222222222',key:'treatment',name:'treatment'}],startAt:null,endAt:null,summedEventTypes:[]}
const t=performance.now(); const c0=process.cpuUsage()
const r=await curate({path:file,workFolder:out,sha256:'a'.repeat(64),mapping:null,experiment,conflictPolicy:'KEEP_FIRST',maxRejectRate:0.9,rawLimits:{maxUnpackedBytes:1e12},chunkBytes:64<<20,receivedAt:new Date().toISOString()} as never,()=>{})
const c=process.cpuUsage(c0)
console.log(r.rows,r.events,r.duplicates,r.parts.length,(performance.now()-t)/1000,(c.user+c.system)/1e6)
writeFileSync(out+'/parts.json',JSON.stringify(r.parts))
