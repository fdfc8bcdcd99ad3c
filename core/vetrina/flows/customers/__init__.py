"""Customers: sign up and confirm it, sign in and out, recover, change oneself and one's addresses."""

from vetrina.flows.customers.addresses import add_address, change_address, choose_address, drop_address
from vetrina.flows.customers.asking import NewCustomer, recover, sign_up
from vetrina.flows.customers.enrolling import enrol_customer
from vetrina.flows.customers.joining import join_proven
from vetrina.flows.customers.links import Opened, activate, confirm_address, link_stands, read_link, reset
from vetrina.flows.customers.problems import CustomerProblem, CustomerRefused
from vetrina.flows.customers.profile import CustomerChange, Updated, update_customer
from vetrina.flows.customers.signing_in import Access, open_access, renew, sign_in, sign_out
from vetrina.flows.customers.upkeep import JOBS
from vetrina.shop.customers.rules import Purpose

__all__ = [
    "JOBS",
    "Access",
    "CustomerChange",
    "CustomerProblem",
    "CustomerRefused",
    "NewCustomer",
    "Opened",
    "Purpose",
    "Updated",
    "activate",
    "add_address",
    "change_address",
    "choose_address",
    "confirm_address",
    "drop_address",
    "enrol_customer",
    "join_proven",
    "link_stands",
    "open_access",
    "read_link",
    "recover",
    "renew",
    "reset",
    "sign_in",
    "sign_out",
    "sign_up",
    "update_customer",
]
