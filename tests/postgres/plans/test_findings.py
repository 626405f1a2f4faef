"""Plans of a real server, read into findings."""

from __future__ import annotations

import pytest

from groundplan.postgres.plans import explain, read_findings


@pytest.fixture(scope="module")
def shop(postgres_server):
    """A database of 20,000 orders of 500 customers, with indexes, statistics and a foreign key."""
    postgres_server.create_database("shop")
    with postgres_server.connect("shop") as connection:
        connection.execute(
            """
            CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, email text NOT NULL);
            CREATE UNIQUE INDEX customers_email_key ON customers (lower(email));
            CREATE TABLE orders (
                id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers, placed_at timestamptz NOT NULL,
                status text NOT NULL, tags text[] NOT NULL, note text NOT NULL
            );
            INSERT INTO customers SELECT i, 'c' || i, 'c' || i || '@example.org' FROM generate_series(1, 500) i;
            INSERT INTO orders
                SELECT i, 1 + i % 500, timestamptz '2025-01-01' + i * interval '1 minute',
                       CASE WHEN i % 50 = 0 THEN 'open' ELSE 'done' END,
                       ARRAY['t' || i % 7, 'u' || i % 11], repeat('x', 100)
                FROM generate_series(1, 20000) i;
            CREATE INDEX orders_customer_id_placed_at_idx ON orders (customer_id, placed_at);
            CREATE INDEX orders_placed_at_customer_id_idx ON orders (placed_at, customer_id);
            CREATE INDEX orders_tags_idx ON orders USING gin (tags);
            CREATE INDEX orders_status_idx ON orders (status) WHERE status = 'open';
            """
        )
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("SET max_parallel_workers_per_gather = 0")
        yield connection
    postgres_server.drop_database("shop")


def ask(connection, statement, *settings, **parameters):
    with connection.transaction(force_rollback=True):
        for setting in settings:
            connection.execute(f"SET LOCAL {setting}")
        return explain(connection, statement, parameters)


def test_a_sequential_scan_counts_what_the_filter_removed(shop):
    found = ask(shop, "SELECT id FROM orders WHERE note = %(note)s", note="y")
    (scan,) = found.scans
    assert (scan.table, scan.is_sequential, scan.kept, scan.removed) == ("orders", True, 0, 20_000)
    assert found.indexes == ()
    assert found.rows == 0
    assert scan.blocks == found.blocks > 300


def test_an_index_scan_names_its_index_and_keeps_what_it_reads(shop):
    found = ask(
        shop,
        "SELECT id FROM orders WHERE customer_id = %(customer)s ORDER BY placed_at LIMIT 10",
        "enable_bitmapscan = off",
        customer=7,
    )
    assert found.indexes == ("orders_customer_id_placed_at_idx",)
    assert (found.rows, found.examined) == (10, 10)
    assert found.scans[0].is_bounded
    assert found.sorts == ()


def test_an_index_whose_leading_column_is_not_bound_is_read_through(shop):
    shop.execute("BEGIN; DROP INDEX orders_customer_id_placed_at_idx")
    try:
        shop.execute("SET LOCAL enable_seqscan = off")
        found = explain(shop, "SELECT placed_at FROM orders WHERE customer_id = %(customer)s", {"customer": 7})
    finally:
        shop.execute("ROLLBACK")
    (scan,) = found.scans
    assert found.indexes == ("orders_placed_at_customer_id_idx",)
    assert scan.kept == 40
    assert scan.blocks > 60, "the whole index was read, though no row was removed"


def test_loops_add_up(shop):
    found = ask(
        shop,
        """
        SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id
        WHERE o.id <= %(last)s
        """,
        "enable_hashjoin = off",
        "enable_mergejoin = off",
        "enable_memoize = off",
        "enable_seqscan = off",
        last=30,
    )
    by_table = {scan.table: scan for scan in found.scans}
    assert by_table["customers"].loops == 30
    assert by_table["customers"].kept == 30
    assert by_table["customers"].probes[0].searches == 30
    assert found.indexes == ("orders_pkey", "customers_pkey")


def test_bitmaps_of_two_indexes_count_the_entries_that_led_nowhere(shop):
    found = ask(
        shop,
        "SELECT id FROM orders WHERE tags @> ARRAY[%(tag)s::text] AND customer_id BETWEEN 1 AND 60",
        "enable_seqscan = off",
        "enable_indexscan = off",
        tag="t3",
    )
    (scan,) = found.scans
    assert scan.node == "Bitmap Heap Scan"
    assert "orders_tags_idx" in found.indexes
    if len(scan.probes) == 2:
        assert scan.removed >= sum(probe.rows for probe in scan.probes) - scan.kept - 1


def test_subplans_and_initplans_are_read(shop):
    found = ask(
        shop,
        """
        SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id)
        FROM customers c WHERE c.id = (SELECT max(customer_id) FROM orders)
        """,
    )
    assert {scan.table for scan in found.scans} == {"customers", "orders"}
    assert "customers_pkey" in found.indexes
    assert "orders_customer_id_placed_at_idx" in found.indexes


def test_a_node_that_is_never_run_has_used_no_index(shop):
    found = ask(
        shop,
        "SELECT o.id FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.id = %(customer)s",
        "enable_hashjoin = off",
        "enable_mergejoin = off",
        customer=-1,
    )
    never = [scan for scan in found.scans if not scan.is_executed]
    assert [scan.table for scan in never] == ["orders"]
    assert "never run" in found.text
    assert found.indexes == ("customers_pkey",)


def test_a_top_n_sort_tells_how_many_rows_it_had_to_see(shop):
    found = ask(shop, "SELECT id FROM orders WHERE status = 'open' ORDER BY note, id LIMIT 5")
    (sort,) = found.sorts
    assert (sort.sorted, sort.used) == (400, 5)
    assert found.spills == ()


def test_a_sort_that_does_not_fit_is_a_spill(shop):
    found = ask(shop, "SELECT * FROM orders ORDER BY note, id", "work_mem = '64kB'")
    assert found.spills == ("Sort by orders.note, orders.id",) or found.spills[0].startswith("Sort by ")


def test_a_hash_join_that_does_not_fit_is_a_spill(shop):
    found = ask(
        shop,
        "SELECT count(*) FROM orders a JOIN (SELECT * FROM orders OFFSET 0) b ON a.id = b.id AND a.note = b.note",
        "work_mem = '64kB'",
        "hash_mem_multiplier = 1",
        "enable_mergejoin = off",
        "enable_nestloop = off",
    )
    assert any(spill.startswith("Hash in ") for spill in found.spills)


def test_writes_show_their_scan_the_arbiter_and_the_checks_of_foreign_keys(shop):
    upsert = ask(
        shop,
        """
        INSERT INTO orders SELECT 1, 1, now(), 'open', '{}', 'x'
        ON CONFLICT (id) DO UPDATE SET status = excluded.status
        """,
    )
    assert upsert.indexes == ("orders_pkey",)
    insert = ask(shop, "INSERT INTO orders VALUES (99999, 1, now(), 'open', '{}', 'x')")
    assert [(trigger.name, trigger.calls) for trigger in insert.triggers] == [("orders_customer_id_fkey", 1)]
    delete = ask(shop, "DELETE FROM orders WHERE id = %(id)s", id=5)
    assert delete.indexes == ("orders_pkey",)
    assert delete.scans[0].kept == 1


def test_parallel_scans_count_the_rows_of_all_workers(shop):
    found = ask(
        shop,
        "SELECT count(*) FROM orders WHERE note <> 'y'",
        "max_parallel_workers_per_gather = 2",
        "parallel_setup_cost = 0",
        "parallel_tuple_cost = 0",
        "min_parallel_table_scan_size = 0",
    )
    (scan,) = found.scans
    assert abs(scan.kept - 20_000) <= 3, "rows are averages of the workers, rounded to hundredths"


def test_anything_else_is_refused():
    for explained in (None, [], [{"Plan": {"Node Type": "Result"}}], "Seq Scan on orders"):
        with pytest.raises(ValueError, match="EXPLAIN"):
            read_findings(explained)
