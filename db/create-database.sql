-- The service's database, for a superuser connected to the database `postgres`.
CREATE DATABASE docling_db TEMPLATE template0 ENCODING 'UTF8';
