// Asks one document with @defer by each client; prints {client: [what it knew first, what it knew in the end]}.
// node defer.mjs URL
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client"
import { Defer20220824Handler, GraphQL17Alpha9Handler } from "@apollo/client/incremental"
import { createGraphQLClient } from "@shopify/graphql-client"
import { createClient, fetchExchange } from "@urql/core"

const url = process.argv[2]
const text = `{
  shop { name }
  products(first: 2) { nodes { handle ... @defer(label: "title") { title } } }
  ... @defer { localization { country { isoCode } } }
}`

async function shopify() {
  const headers = { "content-type": "application/json", accept: "multipart/mixed, application/json" }
  const seen = []
  for await (const part of await createGraphQLClient({ url, headers }).requestStream(text)) {
    if (part.errors) throw new Error(JSON.stringify(part.errors))
    seen.push(part.data)
  }
  return seen
}

function urql() {
  const client = createClient({ url, exchanges: [fetchExchange], preferGetMethod: false })
  const seen = []
  return new Promise((resolve, reject) => {
    client.query(text, {}).subscribe(({ data, error, hasNext }) => {
      if (error) reject(error)
      seen.push(data)
      if (!hasNext) resolve(seen)
    })
  })
}

function apollo(incrementalHandler) {
  const client = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: url }), incrementalHandler })
  const seen = []
  return new Promise((resolve, reject) => {
    client.watchQuery({ query: gql(text), fetchPolicy: "network-only" }).subscribe(({ data, dataState, error }) => {
      if (error) reject(error)
      if (dataState !== "empty") seen.push(data)
      if (dataState === "complete") resolve(seen)
    })
  })
}

const told = {
  shopify: await shopify(),
  urql: await urql(),
  "apollo, by path": await apollo(new Defer20220824Handler()),
  "apollo, by id": await apollo(new GraphQL17Alpha9Handler()),
}
const ends = Object.entries(told).map(([client, seen]) => [client, [seen[0], seen.at(-1)]])
console.log(JSON.stringify(Object.fromEntries(ends)))
process.exit(0)
