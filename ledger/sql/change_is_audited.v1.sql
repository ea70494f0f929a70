-- Every change of ledgers, currencies, accounts, keys, users, groups and what they may do leaves an audit entry.
-- Fires per row after the change, whoever makes it: such changes come one by one. Its two arguments are the columns
-- whose values are secret (an entry says that they changed, never what they are), and those that are not worth an
-- entry (when a key was last used). `ledger.actor` is what the application says about its caller, for this
-- transaction only; `database_role` is what PostgreSQL itself knows.
CREATE OR REPLACE FUNCTION change_is_audited() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    actor jsonb := nullif(current_setting('ledger.actor', true), '')::jsonb;
    old_row jsonb;
    new_row jsonb;
    known_row jsonb;
    secret text;
BEGIN
    IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD) - TG_ARGV[1]::text[]; END IF;
    IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW) - TG_ARGV[1]::text[]; END IF;
    IF old_row = new_row THEN
        RETURN NULL;
    END IF;
    FOREACH secret IN ARRAY TG_ARGV[0]::text[] LOOP
        IF TG_OP = 'UPDATE' AND old_row -> secret <> new_row -> secret THEN
            new_row := jsonb_set(new_row, ARRAY[secret], '"(changed)"');
        ELSE
            new_row := new_row - secret;
        END IF;
        old_row := old_row - secret;
    END LOOP;
    known_row := coalesce(new_row, old_row);

    INSERT INTO ledger_auditentry (changed_at, user_id, user_name, api_key_id, database_role, ledger_id, table_name,
                                   row_id, operation, old_row, new_row)
    VALUES (clock_timestamp(), (actor ->> 'user_id')::bigint, coalesce(actor ->> 'user_name', ''),
            (actor ->> 'api_key_id')::uuid, session_user,
            (known_row ->> CASE TG_TABLE_NAME WHEN 'ledger_ledger' THEN 'id' ELSE 'ledger_id' END)::uuid,
            TG_TABLE_NAME, coalesce(known_row ->> 'id', known_row ->> 'code', known_row ->> 'ledger_id'), lower(TG_OP), old_row, new_row);
    RETURN NULL;
END $$;

-- Whoever may attach it to a table of his own could write any entry that he likes.
REVOKE EXECUTE ON FUNCTION change_is_audited() FROM PUBLIC;

CREATE OR REPLACE TRIGGER change_is_audited AFTER INSERT OR UPDATE OR DELETE ON ledger_ledger
    FOR EACH ROW EXECUTE FUNCTION change_is_audited('{}', '{}');
CREATE OR REPLACE TRIGGER change_is_audited AFTER INSERT OR UPDATE OR DELETE ON ledger_currency
    FOR EACH ROW EXECUTE FUNCTION change_is_audited('{}', '{}');
CREATE OR REPLACE TRIGGER change_is_audited AFTER INSERT OR UPDATE OR DELETE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION change_is_audited('{}', '{}');
CREATE OR REPLACE TRIGGER change_is_audited AFTER INSERT OR UPDATE OR DELETE ON ledger_apikey
    FOR EACH ROW EXECUTE FUNCTION change_is_audited('{secret_hash}', '{last_used_at}');
CREATE OR REPLACE TRIGGER change_is_audited AFTER INSERT OR UPDATE OR DELETE ON auth_user
    FOR EACH ROW EXECUTE FUNCTION change_is_audited('{password}', '{last_login}');
CREATE OR REPLACE TRIGGER change_is_audited AFTER INSERT OR UPDATE OR DELETE ON auth_group
    FOR EACH ROW EXECUTE FUNCTION change_is_audited('{}', '{}');
CREATE OR REPLACE TRIGGER change_is_audited AFTER INSERT OR UPDATE OR DELETE ON auth_user_groups
    FOR EACH ROW EXECUTE FUNCTION change_is_audited('{}', '{}');
CREATE OR REPLACE TRIGGER change_is_audited AFTER INSERT OR UPDATE OR DELETE ON auth_group_permissions
    FOR EACH ROW EXECUTE FUNCTION change_is_audited('{}', '{}');
CREATE OR REPLACE TRIGGER change_is_audited AFTER INSERT OR UPDATE OR DELETE ON auth_user_user_permissions
    FOR EACH ROW EXECUTE FUNCTION change_is_audited('{}', '{}');
