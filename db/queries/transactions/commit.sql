-- Makes a transaction last.
COMMIT;
