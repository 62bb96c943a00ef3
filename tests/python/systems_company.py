"""A small company of ours in the tables of Segment, Zendesk and Salesforce, as Fivetran fills them.

Ann (u1) of Acme and Bob of Beta; on Tuesday 3 March 2026 both ask for help. What comes out:

DAU        2 on the 2nd (Ann was anonymous then), 3 on the 3rd, 1 on the 4th
ticket 101 answered after 30 minutes, solved after 180, rated good
ticket 102 a note, an answer a day later; open
ticket 103 solved, then open again, never answered
"""

from pathlib import Path

import duckdb

SYNCED = "2026-03-05 06:00:00"

TABLES = {
    "app.tracks": """
        select * from (values
            ('e1', 'a1', null, timestamp '2026-03-02 08:00'),
            ('e2', null, 'u2', timestamp '2026-03-02 09:00'),
            ('e3', 'a1', 'u1', timestamp '2026-03-03 08:00'),
            ('e4', null, 'u2', timestamp '2026-03-03 08:30'),
            ('e5', 'a3', null, timestamp '2026-03-03 23:30'),
            ('e6', null, 'u1', timestamp '2026-03-04 10:00')
        ) as rows (id, anonymous_id, user_id, timestamp)
        cross join (values
            ('report_opened', 'Report Opened', 'analytics.js', timestamp '2026-03-05 06:00')
        ) as same (event, event_text, context_library_name, uuid_ts)""",
    "app.identifies": """
        select 'i1' as id, 'a1' as anonymous_id, 'u1' as user_id,
            timestamp '2026-03-03 07:59' as timestamp,
            timestamp '2026-03-03 07:59:02' as received_at""",
    "app.users": """
        select * from (values
            ('u1', 'ann@acme.example', '001A', timestamp '2026-03-03 07:59:02'),
            ('u2', 'bea@beta.example', '001B', timestamp '2026-03-02 09:00')
        ) as rows (id, email, account_id, received_at)""",
    'zendesk."user"': """
        select *, timestamp '2026-01-01' as created_at, timestamp '2026-01-01' as updated_at,
            false as _fivetran_deleted
        from (values
            (11, 'u1', 1, 'end-user', 'ann@acme.example'),
            (12, null, 2, 'end-user', 'bob@beta.example'),
            (90, null, null, 'agent', 'sue@help.example')
        ) as rows (id, external_id, organization_id, role, email)""",
    "zendesk.organization": """
        select * from (values (1, '001A'), (2, '001B')) as rows (id, external_id)""",
    "zendesk.ticket": """
        select *, 'How do I ...' as subject, 'question' as type, 'normal' as priority,
            false as _fivetran_deleted
        from (values
            (101, 11, 1, 'solved', timestamp '2026-03-03 09:00', timestamp '2026-03-03 14:00'),
            (102, 12, null, 'open', timestamp '2026-03-03 10:00', timestamp '2026-03-04 10:00'),
            (103, 11, 1, 'open', timestamp '2026-03-04 08:00', timestamp '2026-03-04 10:00')
        ) as rows (id, requester_id, organization_id, status, created_at, updated_at)""",
    "zendesk.ticket_comment": """
        select *, false as _fivetran_deleted from (values
            (1, 101, 11, true, timestamp '2026-03-03 09:00'),
            (2, 101, 90, true, timestamp '2026-03-03 09:30'),
            (3, 102, 12, true, timestamp '2026-03-03 10:00'),
            (4, 102, 90, false, timestamp '2026-03-03 10:05'),
            (5, 102, 90, true, timestamp '2026-03-04 10:00'),
            (6, 103, 11, true, timestamp '2026-03-04 08:00')
        ) as rows (id, ticket_id, user_id, public, created)""",
    "zendesk.ticket_field_history": """
        select * from (values
            (101, 'status', 'new', 11, timestamp '2026-03-03 09:00'),
            (101, 'status', 'open', 90, timestamp '2026-03-03 09:20'),
            (101, 'status', 'solved', 90, timestamp '2026-03-03 12:00'),
            (101, 'satisfaction_score', 'offered', null, timestamp '2026-03-03 13:00'),
            (101, 'satisfaction_score', 'good', 11, timestamp '2026-03-03 14:00'),
            (102, 'status', 'open', 90, timestamp '2026-03-03 10:01'),
            (102, 'priority', 'normal', 90, timestamp '2026-03-03 10:01'),
            (103, 'status', 'open', 11, timestamp '2026-03-04 08:00'),
            (103, 'status', 'solved', 90, timestamp '2026-03-04 09:00'),
            (103, 'status', 'open', 11, timestamp '2026-03-04 10:00')
        ) as rows (ticket_id, field_name, value, user_id, updated)""",
    "salesforce.account": """
        select *, false as is_deleted, timestamp '2025-01-01' as created_date,
            timestamp '2025-06-01' as system_modstamp, timestamp '2025-06-01' as last_modified_date
        from (values
            ('001A', 'Acme', 50, 'Retail', 'Germany', '005X', null),
            ('001B', 'Beta', 5000, 'Media', 'France', '005Y', '001A')
        ) as rows (
            id, name, number_of_employees, industry, billing_country, owner_id, parent_id
        )""",
    "salesforce.opportunity": """
        select *, false as is_deleted, timestamp '2026-01-01' as created_date,
            timestamp '2026-02-02' as system_modstamp, timestamp '2026-02-02' as last_modified_date
        from (values
            ('006A', '001A', 'New Business', 'Closed Won', 1200.0, date '2026-02-01', true, true),
            ('006B', '001B', 'Renewal', 'Negotiation', 9000.0, date '2026-06-30', false, false)
        ) as rows (id, account_id, type, stage_name, amount, close_date, is_closed, is_won)""",
}  # fmt: skip


def write_company(path: Path) -> None:
    """Write the tables of the company into a DuckDB file."""
    with duckdb.connect(str(path)) as connection:
        for name, select in TABLES.items():
            schema = name.split(".")[0]
            stamp = "" if schema == "app" else f", timestamp '{SYNCED}' as _fivetran_synced"
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {name} as select *{stamp} from ({select})")
