// Uses the public API's own clients as their documentation says; prints what each came to as JSON.
// node clients.mjs URL
import { createCartHandler, createStorefrontClient, flattenConnection } from "@shopify/hydrogen"
import { createStorefrontApiClient } from "@shopify/storefront-api-client"

const url = process.argv[2]

async function apiClient() {
  const asked = []
  const client = createStorefrontApiClient({
    storeDomain: "https://bottega.example",
    apiVersion: "2026-04",
    publicAccessToken: "public",
    customFetchApi: (address, options) => {
      asked.push(address)
      return fetch(address.replace("https://bottega.example", url), options)
    },
  })
  const { data, errors } = await client.request(
    `query ($handle: String!) { product(handle: $handle) { title variants(first: 1) { nodes { id } } } }`,
    { variables: { handle: "amaretti" } },
  )
  const made = await client.request(
    `mutation ($lines: [CartLineInput!]) { cartCreate(input: { lines: $lines }) { cart { id totalQuantity } } }`,
    { variables: { lines: [{ merchandiseId: data.product.variants.nodes[0].id, quantity: 2 }] } },
  )
  const parts = []
  const id = made.data.cartCreate.cart.id
  const stream = await client.requestStream(
    `query ($id: ID!) { cart(id: $id) { totalQuantity ... @defer { cost { totalAmount { currencyCode } } } } }`,
    { variables: { id } },
  )
  for await (const part of stream) parts.push(part)
  const wrong = await client.request("{ nothing }")
  return { asked: asked[0], errors, product: data.product, made: made.data.cartCreate.cart, last: parts.at(-1), wrong }
}

async function hydrogen() {
  const { storefront } = createStorefrontClient({
    storeDomain: url,
    publicStorefrontToken: "public",
    storefrontApiVersion: "2026-04",
    storefrontHeaders: { requestGroupId: "1", buyerIp: "127.0.0.1", cookie: "", purpose: "" },
    i18n: { country: "IT", language: "IT" },
  })
  const { products } = await storefront.query(
    `#graphql
    query Products($country: CountryCode, $language: LanguageCode) @inContext(country: $country, language: $language) {
      products(first: 2, query: "available_for_sale:true") { nodes { variants(first: 1) { nodes { id } } } }
    }`,
  )
  const [first, second] = products.nodes.map((product) => product.variants.nodes[0].id)
  let kept
  const cart = createCartHandler({
    storefront,
    getCartId: () => kept,
    setCartId: (id) => ((kept = id), new Headers()),
  })
  const steps = {}
  const note = (name, { cart: after, errors, userErrors, warnings }) => {
    kept ??= after.id
    steps[name] = { quantity: after?.totalQuantity, errors, userErrors, warnings }
  }
  note("create", await cart.create({ lines: [{ merchandiseId: first, quantity: 1 }] }))
  note("addLines", await cart.addLines([{ merchandiseId: second, quantity: 2 }]))
  const line = flattenConnection((await cart.get()).lines)[0]
  note("updateLines", await cart.updateLines([{ id: line.id, quantity: 5 }]))
  note("updateNote", await cart.updateNote("By the back door."))
  note("updateAttributes", await cart.updateAttributes([{ key: "gift", value: "yes" }]))
  note("updateBuyerIdentity", await cart.updateBuyerIdentity({ email: "anna@rossi.example", countryCode: "IT" }))
  note("updateDiscountCodes", await cart.updateDiscountCodes(["NOSUCHCODE"]))
  note("removeLines", await cart.removeLines([line.id]))
  const whole = await cart.get()
  return {
    steps,
    cart: {
      note: whole.note,
      attributes: whole.attributes.map(({ key, value }) => [key, value]),
      email: whole.buyerIdentity.email,
      codes: whole.discountCodes,
      titles: flattenConnection(whole.lines).map(({ merchandise }) => merchandise.product.title),
      checkoutUrl: whole.checkoutUrl,
    },
  }
}

console.log(JSON.stringify({ apiClient: await apiClient(), hydrogen: await hydrogen() }))
