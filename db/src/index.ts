export * from './copy-from.ts'
export * from './client.ts'
export * from './notifications.ts'
export * from './schema/index.ts'
