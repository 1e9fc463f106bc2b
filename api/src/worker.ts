// The second command of the image: does the jobs and serves nothing.
process.env.ROLE = 'worker'
await import('./main.ts')
