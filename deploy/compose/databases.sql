-- Run once, when the server's volume is empty. Bytewise collation, everywhere alike.
CREATE DATABASE customers TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE DATABASE complaints TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE DATABASE loyalty TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE DATABASE scoring TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
