// Starts GraphiQL with two tabs that show something in any shop: what is sold, and a cart.
"use strict";

const PRODUCTS = `# Welcome. Press the button, or Ctrl-Enter, to run this.
# Prices follow the country, texts the language: try GB and IT.
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

const CART = `# Puts two pieces of one variant into a new cart.
# Take its id from the answer in the first tab; open checkoutUrl to buy.
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
