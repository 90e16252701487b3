-- After each `migrate`: what no page for visitors reads is not theirs to read.
DO $$
DECLARE
    secret text;
BEGIN
    FOR secret IN
        SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public' AND (
            tablename IN ('auth_user', 'django_session', 'aidtracker_upload')
            OR tablename LIKE 'axes\_%' OR tablename LIKE 'django\_tasks%'
        )
    LOOP
        EXECUTE 'REVOKE SELECT ON ' || secret || ' FROM aidtracker_visitor';
    END LOOP;
END $$;
