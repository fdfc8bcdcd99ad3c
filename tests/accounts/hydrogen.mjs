// Hydrogen's own client for customer accounts against a served shop; prints what each step came to, as JSON.
// node hydrogen.mjs URL CLIENT_ID EMAIL PASSWORD; home.mjs beside it is what the storefront's README gives to front ends.
import { atHome } from "./home.mjs"
import { createCustomerAccountClient } from "@shopify/hydrogen"

const [url, customerAccountId, email, password] = process.argv.slice(2)
const FRONT = "https://front.example"

const kept = new Map()
const session = {
  get: (key) => kept.get(key),
  set: (key, value) => kept.set(key, value),
  unset: (key) => kept.delete(key),
  destroy: async () => "session=; Max-Age=0",
}
const client = (address) =>
  createCustomerAccountClient({
    session, customerAccountId, shopId: "1", request: new Request(address), waitUntil() {}, language: "IT",
    useCustomAuthDomain: true, logErrors: false,
  })

// A browser: keeps cookies, follows the shop's own addresses, fills the form it is shown.
const cookies = new Map()
async function visit(address, body) {
  const headers = { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") }
  const answer = await fetch(address, { method: body ? "POST" : "GET", body, headers, redirect: "manual" })
  for (const line of answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
    if (value) cookies.set(name, value.replaceAll('"', ""))
    else cookies.delete(name)
  }
  return answer
}
const hidden = (page) =>
  Object.fromEntries([...page.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, ...pair]) => pair))

const told = {}
const away = atHome(await client(`${FRONT}/account/login`).login()).headers.get("location")
const page = await (await visit(`${away}&with=password`)).text()
told.language = /<html lang="(\w+)"/.exec(page)[1]
const form = new URLSearchParams({ ...hidden(page), email, password })
const back = (await visit(`${url}/authentication/password`, form)).headers.get("location")
told.back = new URL(back).origin
told.authorized = (await client(back).authorize()).headers.get("location")

const account = client(`${FRONT}/account`)
const must = async (asked) => {
  const { data, errors } = await asked
  if (errors?.length) throw new Error(JSON.stringify(errors))
  return data
}
const ADDRESS = "id formatted firstName lastName company address1 address2 territoryCode zoneCode city zip phoneNumber"
const MONEY = "amount currencyCode"
const DISCOUNT = `value { __typename ... on MoneyV2 { ${MONEY} } ... on PricingPercentageValue { percentage } }`
const ORDER = `id name number confirmationNumber statusPageUrl financialStatus fulfillmentStatus processedAt
  fulfillments(first: 1) { nodes { status } } totalTax { ${MONEY} } totalPrice { ${MONEY} } subtotal { ${MONEY} }
  shippingAddress { name formatted(withName: true) formattedArea } discountApplications(first: 100) { nodes { ${DISCOUNT} } }
  lineItems(first: 100) { nodes { id title quantity variantTitle price { ${MONEY} } totalDiscount { ${MONEY} }
    discountAllocations { allocatedAmount { ${MONEY} } discountApplication { ${DISCOUNT} } }
    image { altText height url id width } } }`
const WRONG = "userErrors { code field message }"
const context = "@inContext(language: $language)"
const variables = { language: account.i18n.language }

told.loggedIn = await account.isLoggedIn()
const names = { ...variables, customer: { firstName: "Anna", lastName: "Rossi" } }
const RENAME = `mutation rename($customer: CustomerUpdateInput!, $language: LanguageCode) ${context} {
  customerUpdate(input: $customer) { customer { firstName lastName emailAddress { emailAddress } phoneNumber { phoneNumber } } ${WRONG} } }`
told.renamed = (await must(account.mutate(RENAME, { variables: names }))).customerUpdate
const CREATE = `mutation create($address: CustomerAddressInput!, $defaultAddress: Boolean, $language: LanguageCode) ${context} {
  customerAddressCreate(address: $address, defaultAddress: $defaultAddress) { customerAddress { id } ${WRONG} } }`
const address = { firstName: "Anna", lastName: "Rossi", address1: "Via Roma 1", address2: "", city: "Torino", company: "",
  territoryCode: "IT", zoneCode: "TO", zip: "10121", phoneNumber: "+390115550100" }
const create = async (given) =>
  (await must(account.mutate(CREATE, { variables: { ...variables, ...given } }))).customerAddressCreate
const first = await create({ address, defaultAddress: true })
const second = await create({ address: { ...address, address1: "Via Po 2" }, defaultAddress: true })
told.refused = (await create({ address: { ...address, territoryCode: "XX" }, defaultAddress: false })).userErrors
const UPDATE = `mutation update($address: CustomerAddressInput!, $addressId: ID!, $defaultAddress: Boolean, $language: LanguageCode) ${context} {
  customerAddressUpdate(address: $address, addressId: $addressId, defaultAddress: $defaultAddress) { customerAddress { id } ${WRONG} } }`
const changed = { ...variables, address: { city: "Milano", zoneCode: "MI", zip: "20121" }, addressId: second.customerAddress.id, defaultAddress: true }
told.updated = (await must(account.mutate(UPDATE, { variables: changed }))).customerAddressUpdate.userErrors
const DELETE = `mutation remove($addressId: ID!, $language: LanguageCode) ${context} {
  customerAddressDelete(addressId: $addressId) { deletedAddressId ${WRONG} } }`
const removed = { ...variables, addressId: first.customerAddress.id }
told.deleted = (await must(account.mutate(DELETE, { variables: removed }))).customerAddressDelete.deletedAddressId === removed.addressId

const DETAILS = `query details($language: LanguageCode) ${context} {
  customer { id firstName lastName defaultAddress { ${ADDRESS} } addresses(first: 6) { nodes { ${ADDRESS} } } } }`
told.details = (await must(account.query(DETAILS, { variables }))).customer
const ORDERS = `query orders($first: Int, $query: String, $language: LanguageCode) ${context} {
  customer { orders(sortKey: PROCESSED_AT, reverse: true, first: $first, query: $query) {
    nodes { ${ORDER} } pageInfo { hasPreviousPage hasNextPage endCursor startCursor } } } }`
const listed = (query) => must(account.query(ORDERS, { variables: { ...variables, first: 20, query } }))
told.orders = (await listed("")).customer.orders.nodes
told.found = (await listed(`name:${told.orders[0].name}`)).customer.orders.nodes.length
told.missed = (await listed("name:no-such-order")).customer.orders.nodes.length
const ONE = `query one($orderId: ID!, $language: LanguageCode) ${context} { order(id: $orderId) { ... on Order { ${ORDER} } } }`
told.order = (await must(account.query(ONE, { variables: { ...variables, orderId: told.orders[0].id } }))).order

const before = session.get("customerAccount")
session.set("customerAccount", { ...before, expiresAt: "0" })
await must(account.query(DETAILS, { variables }))
told.refreshed = session.get("customerAccount").accessToken !== before.accessToken
// What Hydrogen's cart handler gives to carts, the storefront takes.
const { customerAccessToken } = await client(`${FRONT}/`).getBuyer()
const BUY = `mutation buy($buyer: CartBuyerIdentityInput!) { cartCreate(input: { buyerIdentity: $buyer }) {
  cart { buyerIdentity { customer { email } } } userErrors { message } } }`
const cart = await fetch(`${url}/api/2026-04/graphql.json`, {
  method: "POST", headers: { "content-type": "application/json" },
  body: JSON.stringify({ query: BUY, variables: { buyer: { customerAccessToken } } }),
})
told.cart = (await cart.json()).data.cartCreate
const left = atHome(await client(`${FRONT}/account/logout`).logout()).headers.get("location")
told.left = (await visit(left)).headers.get("location")
session.set("customerAccount", { ...before, expiresAt: String(Date.now() + 3600_000) })
told.afterwards = await client(`${FRONT}/account`).query(DETAILS, { variables }).catch((thrown) => thrown.status)
console.log(JSON.stringify(told))
