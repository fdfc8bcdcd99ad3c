// Stripe's payment element in the checkout page, and the bank's step after it. See PaymentScript in vetrina.ports.

const SOURCE = "https://js.stripe.com/endive/stripe.js"
const WORDS = {
  en: { unreachable: "Stripe cannot be reached. Check your connection, or choose another way to pay." },
  it: { unreachable: "Stripe non è raggiungibile. Controlla la connessione, o scegli un altro modo di pagare." },
}
let loading

function stripe(key, language) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = SOURCE
    script.onload = () => (window.Stripe ? resolve(window.Stripe) : reject())
    script.onerror = reject
    document.head.append(script)
  })
  return loading.then(
    (Stripe) => Stripe(key, { locale: language }),
    () => {
      loading = undefined
      throw new Error((WORDS[language.slice(0, 2)] ?? WORDS.en).unreachable)
    },
  )
}

function appearance(place) {
  const styles = getComputedStyle(place)
  return { theme: "stripe", variables: { fontFamily: styles.fontFamily, colorText: styles.color } }
}

export async function mount(place, offer) {
  const { publishableKey, amount, currency, captureMethod } = offer.parameters
  const client = await stripe(publishableKey, offer.language)
  const elements = client.elements({
    mode: "payment",
    amount: Number(amount),
    currency,
    captureMethod,
    appearance: appearance(place),
  })
  const element = elements.create("payment", { defaultValues: { billingDetails: { address: { country: offer.country } } } })
  await new Promise((resolve, reject) => {
    element.on("ready", resolve)
    element.on("loaderror", ({ error }) => reject(new Error(error.message)))
    element.mount(place)
  })
  return {
    async token() {
      const checked = await elements.submit()
      if (checked.error) throw new Error(checked.error.message)
      const made = await client.createConfirmationToken({ elements, params: { return_url: location.href } })
      if (made.error) throw new Error(made.error.message)
      return made.confirmationToken.id
    },
  }
}

export async function step(place, step) {
  const client = await stripe(step.parameters.publishableKey, step.language)
  const { error } = await client.handleNextAction({ clientSecret: step.clientSecret })
  // What the bank decided is the server's to say; only what kept the buyer from it is told here.
  if (error && !error.payment_intent) throw new Error(error.message)
}
