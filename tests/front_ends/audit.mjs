// Runs the GraphQL over HTTP audits against an address; prints each as {id, name, status, reason}.
// node audit.mjs URL [--token TOKEN] [--deaf]: a deaf client's Accept header never arrives.
import { auditServer } from "graphql-http"

const [url, ...flags] = process.argv.slice(2)
const token = flags.includes("--token") ? flags[flags.indexOf("--token") + 1] : null
const isDeaf = flags.includes("--deaf")

function ask(address, options = {}) {
  const headers = new Headers(options.headers)
  if (token) headers.set("authorization", `Bearer ${token}`)
  if (isDeaf) headers.set("accept", "application/json")
  return fetch(address, { ...options, headers })
}

const results = await auditServer({ url, fetchFn: ask })
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))))
