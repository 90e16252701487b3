-- Once, on the primary. What the site sets on its own connections elsewhere belongs to the roles
-- here: behind a pool nothing is set on a connection.
CREATE ROLE aidtracker LOGIN PASSWORD '{password}';
ALTER ROLE aidtracker SET jit = off;
ALTER ROLE aidtracker SET timezone = 'UTC';
ALTER ROLE aidtracker SET datestyle = 'ISO';

CREATE ROLE aidtracker_visitor LOGIN PASSWORD '{password}';
ALTER ROLE aidtracker_visitor SET jit = off;
ALTER ROLE aidtracker_visitor SET timezone = 'UTC';
ALTER ROLE aidtracker_visitor SET datestyle = 'ISO';
ALTER ROLE aidtracker_visitor SET statement_timeout = '10s';
ALTER ROLE aidtracker_visitor SET default_transaction_read_only = on;

CREATE DATABASE aidtracker OWNER aidtracker ENCODING 'UTF8' TEMPLATE template0;
\connect aidtracker
ALTER SCHEMA public OWNER TO aidtracker;
GRANT USAGE ON SCHEMA public TO aidtracker_visitor;
ALTER DEFAULT PRIVILEGES FOR ROLE aidtracker IN SCHEMA public GRANT SELECT ON TABLES TO aidtracker_visitor;
