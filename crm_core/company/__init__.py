"""The company file, offhook.yml."""

from crm_core.company.callcenter import CallCenter, QueueRule
from crm_core.company.file import CardPlace, Company, CompanyFileError, company_of, read_company
from crm_core.company.hours import Hours
from crm_core.company.phone import CallbackWish, JoinQueue, Menu, MyTickets, Node, OpenTicket, Option, Phone, Voicemail
from crm_core.company.sales import StageRule
from crm_core.company.shifts import Shift
from crm_core.company.support import PLACEHOLDER, Macro, Sla, SlaPolicy

__all__ = [
    "PLACEHOLDER",
    "CallCenter",
    "CallbackWish",
    "CardPlace",
    "Company",
    "CompanyFileError",
    "Hours",
    "JoinQueue",
    "Macro",
    "Menu",
    "MyTickets",
    "Node",
    "OpenTicket",
    "Option",
    "Phone",
    "QueueRule",
    "Shift",
    "Sla",
    "SlaPolicy",
    "StageRule",
    "Voicemail",
    "company_of",
    "read_company",
]
