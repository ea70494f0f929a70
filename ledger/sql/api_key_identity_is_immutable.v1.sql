-- P10: whom a key stands for never changes, so a process may remember it; whether it is revoked is asked each time.
-- Fires per row before UPDATE, and only when one of the named columns is in the SET list; the function is
-- identity_is_immutable's.
CREATE OR REPLACE TRIGGER api_key_identity_is_immutable
    BEFORE UPDATE OF id, ledger_id, prefix, secret_hash, scopes, created_at ON ledger_apikey
    FOR EACH ROW
    WHEN ((OLD.id, OLD.ledger_id, OLD.prefix, OLD.secret_hash, OLD.scopes, OLD.created_at)
          IS DISTINCT FROM
          (NEW.id, NEW.ledger_id, NEW.prefix, NEW.secret_hash, NEW.scopes, NEW.created_at))
    EXECUTE FUNCTION identity_is_immutable();
