"""A ledger of very many deliveries, made in one statement: for the console's budgets and the benchmarks.

The rows are as the engine leaves them, but have no history of their own: `check` would say so.
"""

from __future__ import annotations

from core.ledger.store import Store
from core.model import NEVER
from tests.core.ledger.makers import DOSSIER, SPACE

FIRST_DAY = 1_750_000_000
"""Unix seconds of the oldest row's last change; each row follows a minute after the one before."""

NEEDS = "CASE n % 1000 WHEN 0 THEN 'parked' WHEN 1 THEN 'failed'"

MANY = f"""
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :rows),
made AS (SELECT n,
  {NEEDS} WHEN 2 THEN 'ready' WHEN 3 THEN 'discarded' ELSE 'confirmed' END AS state,
  {NEEDS.replace("parked", "outcome_unknown").replace("failed", "pingwin_document_refused")} END AS reason,
  iif(n % 3, 'purchase', 'sales') AS direction,
  printf('F2026-%07d', n) AS invoice,
  iif(n % 3, 'Molens van Brabant NV', 'Café De Zwaan') AS party,
  printf('%d.%02d', n * 7919 % 10000, n % 100) AS amount
FROM number)
INSERT INTO doc(space, source_id, dossier, activation, direction, doc_type, number, counterparty, vat, issued, amount,
  currency, state, reason, due_at, idem_key, delivered_at, changed_at, search)
SELECT :space, printf('many-%08d', n), :dossier, 1, direction, '380', invoice, party, 'BE0477472701',
  date(:first + n * 60, 'unixepoch'), amount, 'EUR', state, reason, iif(state = 'ready', :never, 0),
  printf('%064x', n), iif(state = 'confirmed', :first + n * 60, NULL), :first + n * 60,
  lower(invoice) || char(10) || iif(n % 3, 'molens van brabant nv', 'cafe de zwaan') || char(10) || amount
    || char(10) || 'be0477472701'
FROM made ORDER BY n
"""


def fill_many(ledger: Store, rows: int, *, space: str = SPACE, dossier: str = DOSSIER) -> None:
    """Adds `rows` deliveries to a space: of each 1,000, two need a person, one waits, the rest is done."""
    with ledger.write() as tx:
        tx.run(MANY, {"rows": rows, "space": space, "dossier": dossier, "first": FIRST_DAY, "never": NEVER})
        tx.touch(space)
