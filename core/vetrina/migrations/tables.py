"""Every table of the core in one metadata: what migrations are compared with."""

from sqlalchemy import MetaData

from vetrina.kernel import documents, idempotency, jobs, messages
from vetrina.kernel.db import Model
from vetrina.shop.accounts import models as accounts
from vetrina.shop.cart import models as cart
from vetrina.shop.catalog import models as catalog
from vetrina.shop.checkout import models as checkout
from vetrina.shop.corrections import models as corrections
from vetrina.shop.customers import models as customers
from vetrina.shop.inventory import models as inventory
from vetrina.shop.mail import models as mail
from vetrina.shop.markets import models as markets
from vetrina.shop.metafields import models as metafields
from vetrina.shop.orders import models as orders
from vetrina.shop.payments import models as payments
from vetrina.shop.plugins import models as plugins
from vetrina.shop.pricing import models as pricing
from vetrina.shop.sales import models as sales
from vetrina.shop.staff import models as staff
from vetrina.shop.tax import models as tax

_LOADED = (
    documents, idempotency, jobs, messages,
    accounts, cart, catalog, checkout, corrections, customers, inventory, mail, markets, metafields, orders, payments,
    plugins, pricing, sales, staff, tax,
)  # fmt: skip


def metadata() -> MetaData:
    """The tables of kernel and shop; plugins' tables are in it too once their models are imported."""
    return Model.metadata
