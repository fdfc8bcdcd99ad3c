// Starts GraphiQL with two tabs that show something in any shop: what is sold, and a cart.
"use strict";

const PRODUCTS = `# Press the button, or Ctrl-Enter.
# Try country: GB and language: IT.
query Products @inContext(country: IT, language: EN) {
  shop {
    name
  }
  products(first: 6) {
    nodes {
      title
      handle
      availableForSale
      featuredImage {
        url
        altText
      }
      priceRange {
        minVariantPrice {
          amount
          currencyCode
        }
      }
      variants(first: 3) {
        nodes {
          id
          title
          price {
            amount
            currencyCode
          }
        }
      }
    }
  }
}
`;

const CART = `# Two pieces of a variant in a new cart.
# Open its checkoutUrl to buy.
mutation FillACart($lines: [CartLineInput!]!) {
  cartCreate(input: { lines: $lines }) {
    cart {
      id
      checkoutUrl
      totalQuantity
      lines(first: 10) {
        nodes {
          quantity
          merchandise {
            ... on ProductVariant {
              title
              product {
                title
              }
            }
          }
        }
      }
      cost {
        totalAmount {
          amount
          currencyCode
        }
      }
    }
    userErrors {
      code
      field
      message
    }
    warnings {
      code
      message
    }
  }
}
`;

const VARIABLES = JSON.stringify(
  { lines: [{ merchandiseId: "gid://vetrina/ProductVariant/1", quantity: 2 }] },
  null,
  2,
);

const make = React.createElement;
const logo = make(GraphiQL.Logo, null, make("a", { className: "vetrina-logo", href: "/" }, "Vetrina"));

ReactDOM.createRoot(document.getElementById("explorer")).render(
  make(
    GraphiQL,
    {
      fetcher: GraphiQL.createFetcher({ url: location.pathname }),
      defaultTabs: [{ query: PRODUCTS }, { query: CART, variables: VARIABLES }],
      defaultEditorToolsVisibility: "variables",
      plugins: [GraphiQLPluginExplorer.explorerPlugin()],
      shouldPersistHeaders: false,
    },
    logo,
  ),
);
