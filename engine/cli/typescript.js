// Node 22.18 and newer read our TypeScript by themselves, in a fraction of the time; older ones through tsx.
if (!process.features.typescript) (await import('tsx/esm/api')).register()
