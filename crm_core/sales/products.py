"""What is for sale, as offhook.yml declares it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.company import company_of
from crm_core.errors import NotFound
from crm_core.money import Money
from crm_core.names import fold


@dataclass(frozen=True, slots=True)
class Product:
    """`vat_bp`: hundredths of a percent, 1900 for 19 %."""

    key: str
    names: dict[str, str]
    price: Money
    vat_bp: int

    def shown(self, language: str) -> str:
        return self.names.get(language) or next(iter(self.names.values()), self.key)


def list_products(session: AsyncSession) -> list[Product]:
    """In the order of offhook.yml."""
    company = company_of(session)
    return [
        Product(
            key,
            dict(rule.name),
            Money(int(rule.price * 100), company.currency),
            basis_points(company.quotes.vat if rule.vat is None else rule.vat),
        )
        for key, rule in company.products.items()
    ]


def find_product(session: AsyncSession, name: str) -> Product:
    """By key or name in any language, or an unambiguous beginning of one. Raises NotFound listing what there is."""
    products, wanted = list_products(session), fold(name.strip())
    labels = [{fold(product.key), *(fold(label) for label in product.names.values())} for product in products]
    exact = [product for product, names in zip(products, labels, strict=True) if wanted in names]
    begins = [
        product
        for product, names in zip(products, labels, strict=True)
        if any(label.startswith(wanted) for label in names)
    ]
    if exact or (wanted and len(begins) == 1):
        return (exact or begins)[0]
    raise NotFound("product.unknown", name=name[:60], products=", ".join(product.key for product in products) or "–")


def basis_points(percent: Decimal) -> int:
    return int(percent * 100)
