import { post } from './fetcher.ts'

/** What the ids that the tour needs are on this server. */
const LOOK_UP = `query IdsOfTheTour {
  sample: experiment(key: "sample-checkout") { id }
  own: experiment(key: "my-first-test") { id }
  jobs(first: 1, filter: { kind: [INGEST_BATCH, RUN_ANALYSIS] }) { nodes { id } }
}`

interface Ids {
  sample?: { id: string } | null
  own?: { id: string } | null
  jobs?: { nodes: { id: string }[] } | null
}

interface Filling {
  variable: string
  find: (ids: Ids) => string | undefined
  /** What to do where there is no such id yet. */
  missing: string[]
}

/** By the name of the example's operation. */
const fillings: Record<string, Filling> = {
  SendEvents: {
    variable: 'experimentId',
    find: ({ own }) => own?.id,
    missing: ['Run the tab "CreateExperiment" first,', 'then come back here.'],
  },
  RunAnalysis: {
    variable: 'experimentId',
    find: ({ sample }) => sample?.id,
    missing: [
      'There is no experiment "sample-checkout" here.',
      '"pnpm demo" creates it. Or write the id of another',
      'one: the tab "Experiments" lists them.',
    ],
  },
  LookAtEvents: {
    variable: 'experimentId',
    find: ({ sample }) => sample?.id,
    missing: [
      'There is no experiment "sample-checkout" here.',
      '"pnpm demo" creates it. Or write the id of another',
      'one.',
    ],
  },
  TrainModel: {
    variable: 'experimentId',
    find: ({ sample }) => sample?.id,
    missing: [
      'There is no experiment "sample-checkout" here.',
      '"pnpm demo" creates it. Or write the id of another',
      'one: the tab "Experiments" lists them.',
    ],
  },
  FollowJob: {
    variable: 'jobId',
    find: ({ jobs }) => jobs?.nodes[0]?.id,
    missing: ['There is no job yet. Run the tab "RunAnalysis"', 'first, then come back here.'],
  },
}

/**
 * The variables an example needs, as text for the editor, with the ids that this server knows now. Undefined for
 * operations without any.
 */
export async function findVariables(operationName: string): Promise<string | undefined> {
  const filling = fillings[operationName]
  if (filling === undefined) return undefined
  const { data } = await post({ query: LOOK_UP })
  const id = filling.find((data ?? {}) as Ids)
  const comments = id === undefined ? filling.missing : ['Filled in by this page.']
  const lines = [
    ...comments.map((line) => `// ${line}`),
    `${JSON.stringify(filling.variable)}: ${JSON.stringify(id ?? '')}`,
  ]
  return `{\n${lines.map((line) => `  ${line}`).join('\n')}\n}`
}
