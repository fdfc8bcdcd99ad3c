// Everything that is asked of the shop. `npm run codegen` reads these and writes their types into src/gql.
import { graphql } from "./gql"

export const SHELF = graphql(`
  query Shelf($language: LanguageCode, $after: String) @inContext(language: $language) {
    shop { name description }
    products(first: 12, after: $after, sortKey: TITLE) {
      nodes {
        handle
        title
        availableForSale
        featuredImage { url(transform: { maxWidth: 600 }) altText width height }
        priceRange { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

export const PRODUCT = graphql(`
  query Product($handle: String!, $language: LanguageCode) @inContext(language: $language) {
    product(handle: $handle) {
      title
      vendor
      description
      featuredImage { url(transform: { maxWidth: 1200 }) altText width height }
      options { name }
      variants(first: 100) {
        nodes {
          id
          title
          availableForSale
          price { amount currencyCode }
          compareAtPrice { amount currencyCode }
        }
      }
    }
  }
`)

export const CART_PARTS = graphql(`
  fragment CartParts on Cart {
    id
    version
    checkoutUrl
    totalQuantity
    cost { totalAmount { amount currencyCode } }
    lines(first: 100) {
      nodes {
        id
        quantity
        cost { totalAmount { amount currencyCode } }
        merchandise {
          ... on ProductVariant {
            title
            image { url(transform: { maxWidth: 160 }) altText }
            product { title handle }
          }
        }
      }
    }
  }
`)

export const CART = graphql(`
  query Cart($id: ID!, $language: LanguageCode) @inContext(language: $language) {
    cart(id: $id) { ...CartParts }
  }
`)

export const CREATE = graphql(`
  mutation Create($lines: [CartLineInput!]!, $language: LanguageCode) @inContext(language: $language) {
    cartCreate(input: { lines: $lines }) { cart { ...CartParts } userErrors { message } warnings { message } }
  }
`)

export const ADD = graphql(`
  mutation Add($id: ID!, $lines: [CartLineInput!]!, $language: LanguageCode) @inContext(language: $language) {
    cartLinesAdd(cartId: $id, lines: $lines) { cart { ...CartParts } userErrors { message } warnings { message } }
  }
`)

export const UPDATE = graphql(`
  mutation Update($id: ID!, $lines: [CartLineUpdateInput!]!, $language: LanguageCode) @inContext(language: $language) {
    cartLinesUpdate(cartId: $id, lines: $lines) { cart { ...CartParts } userErrors { message } warnings { message } }
  }
`)
