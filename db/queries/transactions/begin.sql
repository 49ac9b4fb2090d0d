-- Begins a transaction.
BEGIN;
