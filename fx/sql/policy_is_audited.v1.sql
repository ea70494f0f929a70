-- What a ledger tolerates, how it rounds and what it earns on conversions leaves an audit entry when it changes:
-- policy_is_audited, by the function that audits accounts and keys.
CREATE OR REPLACE TRIGGER policy_is_audited AFTER INSERT OR UPDATE OR DELETE ON fx_ledgersettings
    FOR EACH ROW EXECUTE FUNCTION change_is_audited('{}', '{}');
CREATE OR REPLACE TRIGGER policy_is_audited AFTER INSERT OR UPDATE OR DELETE ON fx_spread
    FOR EACH ROW EXECUTE FUNCTION change_is_audited('{}', '{}');
