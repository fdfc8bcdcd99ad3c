// Runs the module of the checkout page over a page and a Stripe.js of ours, and says what they were told.

const place = { style: {} }
let said, answers

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

const parameters = { publishableKey: "pk_test_double", amount: "1840", currency: "eur", captureMethod: "manual" }
const offer = { method: "card", amount: 1840, currency: "EUR", country: "IT", language: "it", parameters }
const asked = { clientSecret: "pi_1_secret", returnUrl: "https://shop.test/", parameters, language: "en" }

async function play(number) {
  const module = await import(`${process.argv[2]}?${number}`) // each time as on a fresh page
  const tries = {
    first: async () => (await module.mount(place, offer)).token(),
    again: async () => (await module.mount(place, offer)).token(),
    step: () => module.step(place, asked),
  }
  for (const [name, act] of Object.entries(tries)) {
    said[name] = await act().then((value) => value ?? "done", (error) => `! ${error.message}`)
  }
  return said
}

const played = []
for (const [number, given] of JSON.parse(process.argv[3]).entries()) {
  said = { scripts: [], calls: [] }
  answers = given
  played.push(await play(number))
}
console.log(JSON.stringify(played))
