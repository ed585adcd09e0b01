"""The company file, offhook.yml."""

from crm_core.company.branching import Case
from crm_core.company.callcenter import CallCenter, QueueRule
from crm_core.company.file import CardPlace, Company, company_of
from crm_core.company.hours import Hours
from crm_core.company.nodes import (
    Branch,
    CallbackWish,
    CollectDigits,
    CollectWords,
    HangUp,
    JoinQueue,
    Menu,
    MyTickets,
    Node,
    OpenTicket,
    Option,
    Rate,
    Say,
    TextLink,
    Transfer,
    Voicemail,
)
from crm_core.company.people import Team
from crm_core.company.phone import Phone
from crm_core.company.reading import CompanyFileError, located, read_company
from crm_core.company.sales import StageRule
from crm_core.company.shifts import Shift
from crm_core.company.support import PLACEHOLDER, Macro, Sla, SlaPolicy

__all__ = [
    "PLACEHOLDER",
    "Branch",
    "CallCenter",
    "CallbackWish",
    "CardPlace",
    "Case",
    "CollectDigits",
    "CollectWords",
    "Company",
    "CompanyFileError",
    "HangUp",
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
    "Rate",
    "Say",
    "Shift",
    "Sla",
    "SlaPolicy",
    "StageRule",
    "Team",
    "TextLink",
    "Transfer",
    "Voicemail",
    "company_of",
    "located",
    "read_company",
]
