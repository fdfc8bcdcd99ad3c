// Runs the module of the checkout page over a page and a Stripe.js of ours, and says what they were told.

const said = { scripts: [], calls: [] }
const place = { style: {} }
const answers = JSON.parse(process.argv[3])

function client(key, options) {
  said.calls.push(["Stripe", key, options])
  return {
    elements(options) {
      const { mode, amount, currency, captureMethod } = options
      said.calls.push(["elements", { mode, amount, currency, captureMethod }])
      return {
        create: (kind, options) => ({
          on: (name, act) => name === (answers.loadError ? "loaderror" : "ready") && queueMicrotask(() => act({ error: answers.loadError })),
          mount: (where) => said.calls.push(["mount", kind, options.defaultValues, where === place]),
        }),
        submit: async () => ({ error: answers.submitError }),
      }
    },
    createConfirmationToken: async ({ params }) =>
      answers.tokenError ? { error: answers.tokenError } : { confirmationToken: { id: `ctoken_for_${params.return_url}` } },
    handleNextAction: async (asked) => (said.calls.push(["handleNextAction", asked]), { error: answers.stepError }),
  }
}

globalThis.location = { href: "https://shop.test/checkout" }
globalThis.getComputedStyle = () => ({ fontFamily: "serif", color: "rgb(0, 0, 0)" })
globalThis.window = globalThis
globalThis.document = {
  createElement: () => ({}),
  head: {
    append(script) {
      said.scripts.push(script.src)
      globalThis.Stripe = client
      queueMicrotask(answers.isOffline && said.scripts.length === 1 ? script.onerror : script.onload)
    },
  },
}

const module = await import(process.argv[2])
const parameters = { publishableKey: "pk_test_double", amount: "1840", currency: "eur", captureMethod: "manual" }
const offer = { method: "card", amount: 1840, currency: "EUR", country: "IT", language: "it", parameters }
const tries = {
  first: async () => (await module.mount(place, offer)).token(),
  again: async () => (await module.mount(place, offer)).token(),
  step: () => module.step(place, { clientSecret: "pi_1_secret", returnUrl: "https://shop.test/", parameters, language: "en" }),
}
for (const [name, act] of Object.entries(tries)) {
  said[name] = await act().then((value) => value ?? "done", (error) => `! ${error.message}`)
}
console.log(JSON.stringify(said))
