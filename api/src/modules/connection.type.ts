import { Field, ObjectType, type ClassType } from 'type-graphql'
import type { Page } from './pagination.ts'

@ObjectType('PageInfo', { description: 'Where a page of a list lies.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether there are items after the last one of this page.' })
  hasNextPage!: boolean

  @Field(() => String, {
    nullable: true,
    description: 'Pass it as `after` to get the next page. Null when the page is empty.',
  })
  endCursor!: string | null
}

/** What a connection type looks like to resolvers. */
export interface Connection<Node> {
  edges: { node: Node; cursor: string }[]
  nodes: Node[]
  pageInfo: PageInfoType
}

/** Makes the Relay connection type of a list. */
export function connectionType<Node extends object>(
  name: string,
  what: string,
  node: () => ClassType<Node>,
): ClassType<Connection<Node>> {
  @ObjectType(`${name}Edge`, { description: `One of ${what}, and its place in the list.` })
  class Edge {
    @Field(node, { description: 'The item.' })
    node!: Node

    @Field(() => String, { description: 'The item’s place in the list.' })
    cursor!: string
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${what}, newest first.` })
  class ConnectionOf implements Connection<Node> {
    @Field(() => [Edge], { description: 'The items with their places.' })
    edges!: Edge[]

    @Field(() => [node()], { description: 'The items alone.' })
    nodes!: Node[]

    @Field(() => PageInfoType, { description: 'Where the page lies.' })
    pageInfo!: PageInfoType
  }
  return ConnectionOf
}

/** A page as its connection type shows it. */
export function toConnection<Item>({ items, hasNextPage }: Page<Item>): Connection<Item> {
  return {
    edges: items.map(({ item, cursor }) => ({ node: item, cursor })),
    nodes: items.map(({ item }) => item),
    pageInfo: { hasNextPage, endCursor: items.at(-1)?.cursor ?? null },
  }
}
