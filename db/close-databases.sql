-- The databases that a new server brings, for a superuser of a server that is the service's own: no
-- role of the service has any business in them.
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
