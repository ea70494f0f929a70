-- The gate: every posting passes it one group at a time, before its snapshot is taken (docs/architecture.md).
-- Empty for ever; it is only locked. EXCLUSIVE by postings and closes, ROW EXCLUSIVE by the triggers below, so
-- that a writer who forgot the gate still waits for a close in flight.
CREATE TABLE ledger_gate (nothing boolean CHECK (false));
COMMENT ON TABLE ledger_gate IS 'Locked, never written: see docs/architecture.md';
